"""What media money brings: how visits answer to it, how long, and what the next of it would do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS, Action, due, worth_fields
from shophelm.methods.media_response import DRAWS, MediaResponse, media_response
from shophelm.promotion.channel_days import spend_by, unpaid_visitors, visits_by_channel
from shophelm.shop.buyers import order_worths, worth_in
from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside, spread
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, listing, money, number, rate, sentence

TITLE = "What would the next of the media money bring?"
FEWEST_DAYS = 91
"""Days with spend below which a channel's response is not asked for."""
MORE, LESS, EVEN, UNKNOWN = "more", "less", "about its cost", "not identifiable"
TOLD = 10.0
"""Where the ends of what the next money brings are so many times apart, it is not told."""
STEP = 0.2
"""By what share an action changes a channel's spend: beyond what was ever tried little is known."""
CURVE = np.linspace(0.0, 2.0, 21)
"""Where the curve is drawn, of the usual spend."""
INTERVAL = {"": 0.5, "_low": 0.025, "_high": 0.975}
LIKELY = {"": 0.5, "_low": 0.1, "_high": 0.9}
TOLD_WITH_ENDS = ("owed_share", "half_life", "next_visits", "next_worth")
COLUMNS = [
    *("channel", "spend_a_day", "visits_a_day", "visit_worth"),
    *(f"{name}{end}" for name in TOLD_WITH_ENDS for end in INTERVAL),
    *(f"gain{end}" for end in LIKELY),
    "verdict",
]
SEED = 20261115


@dataclass(frozen=True, slots=True)
class ChannelDraws:
    """What is known of a channel's response, as draws of equal chance.

    Attributes
    ----------
    decay, half, reach
        As in `methods.media_response`; reach in visits a day, at as many visitors as now.
    worth
        What a visitor leaves.
    """

    decay: np.ndarray
    half: np.ndarray
    reach: np.ndarray
    worth: np.ndarray

    def left(self, spend: np.ndarray) -> np.ndarray:
        """Give what so much a day leaves a day, before its own cost: draws × amounts."""
        stock = np.asarray(spend) / (1 - self.decay[:, None])
        visits = self.reach[:, None] * stock / (stock + self.half[:, None])
        return visits * self.worth[:, None]


@dataclass(frozen=True, slots=True)
class SpendResponse:
    """How each channel's visits answer to its spend.

    Attributes
    ----------
    channels
        One row per channel, the dearest first: channel, spend_a_day (usual, of the period),
        visits_a_day, owed_share (of these visits, owed to money spent on these days and before),
        half_life (days until half of what money does is done), next_visits (a day, by 100 more a
        day), visit_worth (what a visitor leaves), next_worth (what the next money leaves for each
        unit of it, before its own cost), all but spend, visits and visit_worth with _low and _high
        (95 %); gain with _low and _high (80 %: over 28 days, of a fifth more, or of a fifth less
        where the next money does not bring its cost), verdict (more, less, about its cost, not
        identifiable).
    curves
        By channel: spend (a day), visits (owed to it, a day), low and high (95 %).
    worth_in
        margin (after refunds), or gmv.
    draws
        By channel, what its figures are drawn from.
    """

    channels: pd.DataFrame
    curves: pd.DataFrame
    worth_in: str
    draws: dict[str, ChannelDraws]


@question(
    TITLE,
    "spend",
    "events.channel|traffic.channel",
    orders="what a visitor is worth",
    products="what is left of it after the cost of goods",
)
def spend_response(shop: Tables, period: Period) -> SpendResponse:
    """Learn from all days how each channel's visits answer to what is spent on it.

    Parameters
    ----------
    shop
        Needs spend, and visits by channel and day.
    period
        Recent days: what is usual now.

    Returns
    -------
    SpendResponse
        Without channels that have spend on fewer than 91 days.

    Notes
    -----
    A channel's visitors are held against those who come through channels nobody pays for, so that
    season and campaigns, which bring more through all of them, are not taken for the money's doing;
    where every channel is paid for, against a level by day of the week. A slow drift is allowed
    for. See `methods.media_response`: it misleads where money follows demand for just that channel.
    Creators are taken together, so that intervals are too narrow where unlike ones take turns
    (docs/coverage.md). What a visitor is worth is what those who paid in the period left,
    not what they may bring later.
    """
    days = Period(shop.first_day, shop.as_of).every_day
    counted = visits_by_channel(shop)
    visits, spend = spread(counted["visitors"], days), spend_by(shop, "channel", days)
    usual = spend.index.isin(period.every_day)
    worth = _visit_worth(shop, period, counted)
    channels = [c for c in spend if c in visits and (spend[c] > 0).sum() >= FEWEST_DAYS]
    scale = unpaid_visitors(shop, days)
    base = _base(visits.index, by_week_day=(scale == 1.0).all())
    rows, curves, draws = [], [], {}
    for channel in channels:
        now = _learnt(visits[channel], spend[channel], scale, base, usual)
        rows.append({"channel": channel, **_row(now, worth[channel])})
        curves.append(_curve(now).assign(channel=channel))
        draws[channel] = ChannelDraws(
            now.learnt.decay[:, 0],
            now.learnt.half[:, 0],
            now.learnt.reach[:, 0] * now.scale,
            worth[channel],
        )
    frame = pd.DataFrame(rows, columns=COLUMNS)
    order = frame.sort_values("spend_a_day", ascending=False, kind="stable", ignore_index=True)
    none = pd.DataFrame(columns=["spend", *(f"visits{end}" for end in INTERVAL), "channel"])
    return SpendResponse(order, pd.concat(curves) if curves else none, worth_in(shop), draws)


@carries_missing
def shown(found: SpendResponse) -> pd.DataFrame:
    """Lay the channels out."""
    first = ["channel", "spend_a_day", *(f"next_worth{end}" for end in INTERVAL), "verdict"]
    hidden = ["visit_worth", *(f"gain{end}" for end in LIKELY)]
    others = [c for c in COLUMNS if c not in (*first, *hidden)]
    return found.channels[[*first, *others]].dropna(axis=1, how="all")


@carries_missing
def curves(found: SpendResponse) -> pd.DataFrame:
    """Give the curves as the figure draws them."""
    usual = found.channels.set_index("channel")["spend_a_day"]
    return found.curves.assign(usual=found.curves["channel"].map(usual))


@carries_missing
def find_spend_response(found: SpendResponse, *, currency: str) -> list[Sentence]:
    """Say where more or less money pays, and where history does not tell."""
    rows = found.channels
    if rows.empty:
        text = "No channel has media money on {n} days: how visits answer to it is not known."
        return [sentence(text, n=number(FEWEST_DAYS, digits=0))]
    said = [_told(r, currency, found.worth_in) for r in rows.itertuples() if r.verdict != UNKNOWN]
    blind = rows[rows["verdict"] == UNKNOWN]
    if len(blind):
        said.append(
            sentence(
                "What more or less money in {channels} would do is not identifiable from these "
                "days: spend must go up, down and off for whole weeks, by itself, before it is.",
                channels=listing(blind["channel"].tolist()),
            )
        )
    return said


def _told(row: tuple, currency: str, what: str) -> Sentence:
    def spoken(amount: float) -> object:
        return money(amount, currency=currency, cents=True)

    text = (
        "{channel}: {owed} of its visits are owed to the {spend} a day ({low} to {high}); half of "
        "what money does is done after {life} days."
    )
    values = {
        "channel": row.channel,
        "spend": money(row.spend_a_day, currency=currency),
        "owed": rate(row.owed_share, digits=0),
        "low": rate(row.owed_share_low, digits=0),
        "high": rate(row.owed_share_high, digits=0),
        "life": number(row.half_life, digits=1),
    }
    if not np.isfinite(row.next_worth):
        return sentence(text, **values)
    return sentence(
        text + " The next {unit} leaves {next} ({next_low} to {next_high}) in {what}: {verdict}.",
        unit=spoken(1.0),
        next=spoken(row.next_worth),
        next_low=spoken(row.next_worth_low),
        next_high=spoken(row.next_worth_high),
        what=what,
        verdict={
            MORE: "more money pays",
            LESS: "less money pays",
            EVEN: "whether it pays its cost is not known",
        }[row.verdict],
        **values,
    )


@carries_missing
def spend_actions(shop: Tables, found: SpendResponse) -> list[Action]:
    """Propose a fifth more or less where the next money surely brings more, or less, than it is.

    What newcomers won by it bring later is not counted.
    """
    rows = found.channels[found.channels["verdict"].isin([MORE, LESS])]
    return [
        Action(
            kind="resize a channel",
            subject=f"channel:{row.channel}",
            action=f"Spend a fifth {row.verdict} on {row.channel} than the usual "
            f"{money(row.spend_a_day, currency=shop.currency)} a day; what its new customers bring "
            "later is not counted.",
            owner_role="channel manager",
            metric="visitors",
            due_on=due(shop.as_of),
            **worth_fields(row.gain, row.gain_low, row.gain_high, found.worth_in),
        )
        for row in rows.itertuples()
    ]


@dataclass(frozen=True, slots=True)
class _Now:
    """What was learnt of a channel, and what is usual now; visits are of a day."""

    learnt: MediaResponse
    spend: float
    visits: float
    scale: float
    owed: np.ndarray

    def steadily(self, spend: float) -> np.ndarray:
        return self.learnt.steadily(np.array([spend]))[:, 0] * self.scale

    def next(self) -> np.ndarray:
        return self.learnt.marginal(np.array([self.spend]))[:, 0] * self.scale


def _learnt(
    visits: pd.Series, spend: pd.Series, scale: pd.Series, base: np.ndarray, usual: np.ndarray
) -> _Now:
    """Learn a channel's response on all days on which there were visits at all."""
    known = (scale > 0).to_numpy()
    # money of a day without any visits works on those after it, so days stay in their order
    money_spent, of_scale = spend[known].to_numpy()[:, None], scale[known].to_numpy()
    learnt = media_response(
        visits[known].to_numpy() / of_scale, money_spent, base[known], weights=of_scale, seed=SEED
    )
    recent = usual[known]
    owed = learnt.brought(money_spent)[:, recent, 0] @ of_scale[recent]
    return _Now(
        learnt,
        spend=float(spend[usual].mean()),
        visits=float(visits[usual].mean()),
        scale=float(scale[usual].mean()),
        # no more visits than there were can be owed, however far the curve is carried on
        owed=np.minimum(owed / max(visits[usual].sum(), 1.0), 1.0),
    )


def _row(now: _Now, worth: np.ndarray) -> dict[str, object]:
    """Sum the draws of a channel up."""
    decay = now.learnt.decay[:, 0]
    lives = np.where(decay > 0, np.log(0.5) / np.log(np.maximum(decay, 1e-9)), 0.0)
    more = now.next()
    next_worth = more * worth
    sign = 1.0 if np.median(next_worth) > 1 else -1.0
    other = now.spend * (1 + sign * STEP)
    brought = (now.steadily(other) - now.steadily(now.spend)) * worth
    gain = HORIZON_DAYS * (brought - (other - now.spend))
    row = {"spend_a_day": now.spend, "visits_a_day": now.visits, "visit_worth": np.median(worth)}
    for name, draws in zip(TOLD_WITH_ENDS, (now.owed, lives, 100 * more, next_worth), strict=True):
        row |= {f"{name}{end}": np.quantile(draws, at) for end, at in INTERVAL.items()}
    row |= {f"gain{end}": np.quantile(gain, at) for end, at in LIKELY.items()}
    return row | {"verdict": _verdict(row)}


def _verdict(row: dict[str, float]) -> str:
    low, high = row["next_visits_low"], row["next_visits_high"]
    if not (low > 0 and high < TOLD * low):
        return UNKNOWN
    if row["next_worth_low"] > 1:
        return MORE
    return LESS if row["next_worth_high"] < 1 else EVEN


def _curve(now: _Now) -> pd.DataFrame:
    spend = CURVE * now.spend
    draws = np.stack([now.steadily(s) for s in spend])
    ends = {f"visits{end}": np.quantile(draws, at, axis=1) for end, at in INTERVAL.items()}
    return pd.DataFrame({"spend": spend, **ends})


def _visit_worth(shop: Tables, period: Period, counted: pd.DataFrame) -> dict[str, np.ndarray]:
    """Draw what a visitor of each channel leaves: by how many pay, and what an order leaves."""
    inside_period = counted[counted.index.get_level_values("day").isin(period.every_day)]
    sums = inside_period.groupby("channel").sum()
    of_order, error = _order_worth(shop, period)
    rng = np.random.default_rng(SEED)
    orders = of_order + error * rng.standard_normal(DRAWS)
    found = {}
    for channel, row in sums.iterrows():
        paying = row.get("paying_visitors", np.nan)
        pay = rng.gamma(float(paying) + 0.5, size=DRAWS) / max(float(row["visitors"]), 1.0)
        found[channel] = pay * orders
    return found


def _order_worth(shop: Tables, period: Period) -> tuple[float, float]:
    """Give what an order of the period leaves on average, and the mean's error."""
    if not shop.filled("orders.customer_id"):
        return np.nan, np.nan
    orders = order_worths(shop).filter(lambda t: inside(t.day, period.every_day))
    worth = orders.worth.cast("float64")
    sums = shop.frame(orders.aggregate(n=orders.count(), mean=worth.mean(), sd=worth.std()))
    n, mean, sd = as_floats(sums.iloc[0])
    return (mean, sd / np.sqrt(n)) if n > 1 else (np.nan, np.nan)


def _base(days: pd.Index, *, by_week_day: bool) -> np.ndarray:
    """Give a level that drifts, day by day; with a level of each day of the week if asked for."""
    drift = np.linspace(-1.0, 1.0, len(days))
    columns = [np.ones(len(days)), drift]
    if by_week_day:
        week_day = np.array([d.weekday() for d in days])
        columns += [(week_day == d).astype(float) for d in range(1, 7)]
    return np.column_stack(columns)
