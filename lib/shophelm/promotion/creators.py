"""Which creators bring visitors who buy, and whose clicks never arrive."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.actions import HORIZON_DAYS, Action, due, worth_fields
from shophelm.methods.corrections import holm
from shophelm.methods.proportions import wilson
from shophelm.promotion.channel_days import spend_by, unpaid_visitors
from shophelm.promotion.creator_days import COUNTS, SUMS, creator_days
from shophelm.shop.buyers import worth_in
from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside, spread
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, listing, money, plural, rate, sentence

TITLE = "Which creators bring buyers, and whose clicks never arrive?"
LEVEL = 0.01
"""Chance, over all creators together, at which a creator's clicks are said not to arrive."""
HALF = 0.5
"""Clicks are suspected only where less than this share of what is usual of others arrives."""
REST = 3
"""Days after a creator was last paid in which that still brings visits."""
FEWEST_UNPAID = 14
"""Days without pay below which it is not known who would have come anyway."""
KEEP, LESS, UNKNOWN = "keep", "less", "not known"
COLUMNS = [
    *("creator", "channel", "cost", "clicks", "visits", "arrival_rate", "buyers", "buyer_rate"),
    *("buyer_rate_low", "buyer_rate_high", "new_share", "cost_per_buyer", "anyway_share"),
    *("returned_share", "left", "left_low", "left_high", "p_value", "suspect", "verdict"),
]


@question(
    TITLE,
    "spend.creator",
    "events.page",
    orders="what was left of what they bought",
    refunds="what came back of it",
)
def creators(shop: Tables, period: Period) -> pd.DataFrame:
    """Hold what each creator cost against the visits that began on their page.

    Parameters
    ----------
    shop
        Needs spend by creator, and events whose page ends in the creator's name.
    period
        The days.

    Returns
    -------
    DataFrame
        One row per creator, the dearest first: creator, channel, cost, clicks (as paid for),
        visits (that reached their page), arrival_rate (visits / clicks; null without clicks),
        buyers (visits with a payment), buyer_rate with _low and _high (95 %), new_share (of these
        buyers, those who had not paid before; null without orders of known customers),
        cost_per_buyer, anyway_share (of the visits, as many as came on days the creator was not
        paid for; null where fewer than 14 such days are known), returned_share (of the money paid
        in these visits, what was paid back), left with _low and _high (95 %: what these visits'
        orders left after refunds, but for the share that would have come anyway, less the cost),
        p_value (chance of so few arrivals if half as many as of the other creators of the channel
        arrived; Holm over all), suspect, verdict (keep, less, not known: by what was
        left).

    Notes
    -----
    Those who saw a creator and came another way, or later, are not counted, nor is what newcomers
    bring later: left is the least a creator left. Who would have come anyway is told from the days
    without pay, from the third after it on, in proportion to the visitors through channels that
    nobody pays for.
    """
    frame = _spent(shop, period)
    days = Period(shop.first_day, shop.as_of).every_day
    by_day = creator_days(shop)
    mine = by_day[by_day["day"].isin(period.every_day)]
    sums = mine.groupby("creator")[[*COUNTS, *SUMS]].sum(min_count=1)
    frame = frame.merge(sums.reset_index(), "left", on="creator")
    counts = list(COUNTS)
    frame[counts] = frame[counts].fillna(0.0)
    frame["arrival_rate"] = frame["visits"] / frame["clicks"].where(frame["clicks"] > 0)
    frame["buyer_rate"] = frame["buyers"] / frame["visits"].where(frame["visits"] > 0)
    ends = wilson(frame["buyers"], frame["visits"])
    frame["buyer_rate_low"], frame["buyer_rate_high"] = ends["low"], ends["high"]
    frame["new_share"] = frame["new"] / frame["known"].where(frame["known"] > 0)
    frame["cost_per_buyer"] = frame["cost"] / frame["buyers"].where(frame["buyers"] > 0)
    frame["returned_share"] = 1 - frame["settled"] / frame["paid"].where(frame["paid"] > 0)
    frame = _left(frame, _anyway(shop, by_day, days, period))
    frame["p_value"] = _few_arrive(frame)
    frame["suspect"] = frame["p_value"] < LEVEL
    order = frame.sort_values(["cost", "creator"], ascending=[False, True])
    return order[COLUMNS].reset_index(drop=True)


def _anyway(shop: Tables, by_day: pd.DataFrame, days: list[date], period: Period) -> pd.DataFrame:
    """Give by creator the visits to be expected of the period without pay, and their variance."""
    scale = unpaid_visitors(shop, days)
    cost = spend_by(shop, "creator", days)
    visits = spread(by_day.set_index(["day", "creator"])["visits"], days)
    in_period = scale[scale.index.isin(period.every_day)].sum()
    rows = {}
    for creator, paid in cost.items():
        resting = paid.rolling(REST + 1, min_periods=1).sum() == 0
        seen = visits[creator][resting].sum() if creator in visits else 0.0
        times = in_period / scale[resting].sum() if resting.sum() >= FEWEST_UNPAID else np.nan
        rows[creator] = {"anyway": seen * times, "anyway_variance": (seen + 1) * times**2}
    return pd.DataFrame.from_dict(rows, orient="index")


def _left(frame: pd.DataFrame, anyway: pd.DataFrame) -> pd.DataFrame:
    """Add what each creator left beyond what would have come anyway, less the cost."""
    frame = frame.join(anyway, on="creator")
    visits = frame["visits"].where(frame["visits"] > 0)
    share = (frame["anyway"] / visits).clip(upper=1.0)
    error = frame["anyway_variance"] / visits**2 + frame["anyway"] ** 2 / visits**3
    worth, squares = (frame[c].where(frame["visits"] > 0, 0.0) for c in ("worth", "squares"))
    half = 1.96 * np.sqrt(squares * (1 - share) ** 2 + worth**2 * error)
    left = worth * (1 - share) - frame["cost"]
    ends = {"left": left, "left_low": left - half, "left_high": left + half}
    told = np.select([ends["left_low"] > 0, ends["left_high"] < 0], [KEEP, LESS], UNKNOWN)
    return frame.assign(anyway_share=share, **ends, verdict=told)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the creators out."""
    names = {"cost": "media_cost", "visits": "creator_visits", "buyers": "creator_buyers"}
    names |= {f"left{end}": f"creator_left{end}" for end in ("", "_low", "_high")}
    first = ["creator", "channel", "cost", "left", "left_low", "left_high", "verdict"]
    hidden = ["p_value", "buyer_rate_low", "buyer_rate_high", "clicks"]
    others = [c for c in COLUMNS if c not in (*first, *hidden)]
    return frame[[*first, *others]].rename(columns=names).dropna(axis=1, how="all")


@carries_missing
def find_creators(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say who brings buyers at what cost, and whose clicks are suspect."""
    if frame.empty:
        return [sentence("No media money was spent on creators in these days.")]
    known = frame[frame["cost_per_buyer"].notna() & ~frame["suspect"]]
    said = []
    if len(known):
        cheap = known.loc[known["cost_per_buyer"].idxmin()]
        dear = known.loc[known["cost_per_buyer"].idxmax()]
        said.append(
            sentence(
                "Of {n}, {cheap} brings buyers at least cost ({low}) and {dear} at most ({high}).",
                n=plural(len(frame), "creator"),
                cheap=cheap["creator"],
                low=money(cheap["cost_per_buyer"], currency=currency),
                dear=dear["creator"],
                high=money(dear["cost_per_buyer"], currency=currency),
            )
        )
    paying = frame[frame["verdict"] == KEEP]
    if len(paying):
        each = [f"{r.creator} {money(r.left, currency=currency)}" for r in paying.itertuples()]
        said.append(
            sentence(
                "Beyond their cost, after returns and without those who would have come anyway, "
                "these surely left something: {creators}.",
                creators=listing(each),
            )
        )
    open_ = frame[(frame["verdict"] == UNKNOWN) & ~frame["suspect"]]
    if len(open_):
        names = listing(open_["creator"].tolist())
        said.append(
            sentence("Whether {creators} left more than the cost is not known.", creators=names)
        )
    return said + [_suspected(row, currency) for row in frame[frame["suspect"]].itertuples()]


def _suspected(row: tuple, currency: str) -> Sentence:
    return sentence(
        "{creator} was paid {cost} for {clicks}, of which {visits} arrived ({share}): far fewer "
        "than of others in {channel}, as with bought traffic.",
        creator=row.creator,
        cost=money(row.cost, currency=currency),
        clicks=plural(int(row.clicks), "click"),
        visits=count(row.visits),
        share=rate(row.arrival_rate, digits=1),
        channel=row.channel,
    )


@carries_missing
def creator_actions(shop: Tables, frame: pd.DataFrame, period: Period) -> list[Action]:
    """Propose to stop creators whose clicks do not arrive, and to halve those who surely cost more.

    Their worth is what is saved over 28 days, less what half of their visits left.
    """
    times = HORIZON_DAYS / period.days
    found = [_stop(shop, row, times) for row in frame[frame["suspect"]].itertuples()]
    dear = frame[(frame["verdict"] == LESS) & ~frame["suspect"]]
    return found + [_halve(shop, row, times) for row in dear.itertuples()]


def _stop(shop: Tables, row: tuple, times: float) -> Action:
    clicks = plural(int(row.clicks), "click")
    return Action(
        kind="stop a creator",
        subject=f"creator:{row.creator}",
        action=f"Stop paying {row.creator}, and ask for proof of {clicks}, of which "
        f"{count(row.visits)} arrived.",
        owner_role="channel manager",
        metric="visitors",
        due_on=due(shop.as_of),
        **worth_fields(row.cost * times, None, None, "margin"),
    )


def _halve(shop: Tables, row: tuple, times: float) -> Action:
    # what is lost in half of the visits is known no better than what they left
    half = -row.left / 2 * times
    narrower = stats.norm.ppf(0.9) / stats.norm.ppf(0.975)
    off = (row.left_high - row.left) / 2 * times * narrower
    return Action(
        kind="resize a creator",
        subject=f"creator:{row.creator}",
        action=f"Halve what {row.creator} is paid: {money(row.cost, currency=shop.currency)} "
        f"brought {money(row.cost + row.left, currency=shop.currency)}; what newcomers bring later "
        "is not counted.",
        owner_role="channel manager",
        metric="visitors",
        due_on=due(shop.as_of),
        **worth_fields(half, half - off, half + off, worth_in(shop)),
    )


def _spent(shop: Tables, period: Period) -> pd.DataFrame:
    spend = shop["spend"].filter(lambda t: t.creator.notnull() & inside(t.day, period.every_day))
    sums = spend.group_by("creator").aggregate(
        channel=spend.channel.min(), cost=spend.cost.sum(), clicks=spend.clicks.sum()
    )
    frame = shop.frame(sums.order_by("creator"))
    return frame.assign(cost=as_floats(frame["cost"]), clicks=as_floats(frame["clicks"]))


def _few_arrive(frame: pd.DataFrame) -> pd.Series:
    """Give the chance of so few arrivals, beside half of what is usual of the channel's others."""
    p_values = pd.Series(np.nan, index=frame.index)
    for at, row in frame.iterrows():
        others = frame[(frame["channel"] == row["channel"]) & (frame.index != at)]
        clicks = others["clicks"].sum()
        if not (row["clicks"] > 0 and clicks > 0):
            continue
        usual = HALF * min(1.0, others["visits"].sum() / clicks)
        p_values[at] = stats.binom.cdf(row["visits"], int(row["clicks"]), usual)
    known = p_values.notna()
    p_values[known] = holm(p_values[known])
    return p_values
