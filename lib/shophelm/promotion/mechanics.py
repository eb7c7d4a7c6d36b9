"""Which mechanics paid, on one baseline, and whether buyers top up to a discount's threshold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.bunching import Bunching, bunching
from shophelm.methods.days_without import days_without
from shophelm.promotion.baseline import baseline, holiday_within
from shophelm.promotion.ledger import WHOLE
from shophelm.promotion.sold_days import SoldDays, all_sold_days
from shophelm.shop.campaigns import Campaign, listed_campaigns, picked_campaign
from shophelm.shop.measures import measure
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, money, plural, rate, sentence

TITLE = "Which mechanics paid?"
TOP_UP = "Do buyers top up to the discount's threshold?"
_THRESHOLD = re.compile(r"满?\s*(\d+)\s*[-减]\s*(\d+)")
COLUMNS = [
    *(
        "campaign",
        "kind",
        "mechanic",
        "burst_days",
        "discount_share",
        "pay_conversion",
        "usual_conversion",
    ),
    *("usual_money", "added", "added_low", "added_high", "left", "left_low", "left_high"),
]


@dataclass(frozen=True, slots=True)
class TopUp:
    """What a threshold discount (满减) did to the value of orders.

    Attributes
    ----------
    campaign
        Which; of its burst.
    threshold, off
        The least value that earns the discount, and the discount; 0 where it has none.
    orders, reached
        Orders paid in the burst, and how many of them reached the threshold.
    bunching
        How many were moved from just below it to just above; see `methods.bunching`.
    given
        Discounts given for the threshold.
    anyway
        Of the orders that reached it, those that would have without; NaN where not known.
    """

    campaign: Campaign
    threshold: float
    off: float
    orders: int
    reached: int
    bunching: Bunching | None
    given: float
    anyway: float


@question(
    TITLE,
    "campaigns",
    "order_lines",
    "orders",
    events="payment conversion",
    products="what was left after the cost of goods",
)
def mechanics(shop: Tables, *, country: str = "CN") -> pd.DataFrame | Missing:
    """Hold every campaign that has ended against the same baseline, by its mechanic.

    Parameters
    ----------
    shop
        The shop.
    country
        Whose public holidays may fall together with a campaign; such campaigns are left out.

    Returns
    -------
    DataFrame
        One row per campaign, the latest first: campaign, kind, mechanic, burst_days, discount_share
        (all discounts of the burst's orders, of their goods at list price), pay_conversion (in the
        burst) and usual_conversion (in the 28 days before the warm-up), usual_money (to be
        expected of its days without it), added (GMV) and left (margin after refunds; GMV settled
        where costs are not known) beyond that, each with its 95 % interval.

    Notes
    -----
    A campaign is more than its mechanic: its season, its goods and its media differ too. One that
    pays more than another did so as a whole.
    """
    listed = listed_campaigns(shop)
    ended = [c for c in listed if c.ends_on <= shop.as_of and not holiday_within(c, country)]
    if not ended:
        return Missing(TITLE, "campaigns", "No campaign has ended by the last day that counts.")
    named = shop.frame(shop["campaigns"]).set_index("campaign_id")["mechanic"]
    sold = all_sold_days(shop)
    conversion = _conversion(shop, ended)
    rows = [
        (c.name, c.kind, named.get(c.campaign_id), len(c.days_of("burst")), _depth(shop, c))
        + conversion[c.campaign_id]
        + _effects(sold, baseline(listed, c, sold.period, country))
        for c in ended[::-1]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the campaigns out."""
    names = {"campaign": "campaign_name", "usual_money": "part_usual"}
    for end in ("", "_low", "_high"):
        names |= {f"added{end}": f"part_added{end}", f"left{end}": f"part_left{end}"}
    return frame.drop(columns="kind").rename(columns=names).dropna(axis=1, how="all")


@carries_missing
def bars(frame: pd.DataFrame) -> pd.DataFrame:
    """Give what each campaign left as the figure draws it: part, effect, low and high."""
    rows = frame[frame["left_low"].notna()]
    names = {"campaign": "part", "left": "effect", "left_low": "low", "left_high": "high"}
    return rows.rename(columns=names)[list(names.values())].reset_index(drop=True)


@carries_missing
def find_mechanics(frame: pd.DataFrame, *, currency: str) -> Sentence:
    """Say which campaign left most, and how many left anything beyond chance."""
    known = frame[frame["left_low"].notna()]
    if known.empty:
        return sentence("Of no campaign is it known what it left: too few days lie between them.")
    best = known.loc[known["left"].idxmax()]
    return sentence(
        "Of {n}, {sure} left more than chance would before media and newcomers are counted. Most: "
        "{best} ({mechanic}), {left} ({low} to {high}), at discounts of {depth}.",
        n=plural(len(known), "campaign"),
        sure=count((known["left_low"] > 0).sum()),
        best=best["campaign"],
        mechanic=best["mechanic"] or "no mechanic named",
        left=money(best["left"], currency=currency),
        low=money(best["left_low"], currency=currency),
        high=money(best["left_high"], currency=currency),
        depth=rate(best["discount_share"], digits=0),
    )


@question(TOP_UP, "campaigns", "order_lines", "orders")
def top_up(shop: Tables, *, campaign: str = "") -> TopUp | Missing:
    """Ask whether orders of the burst were made larger to reach the discount's threshold.

    Parameters
    ----------
    shop
        The shop.
    campaign
        Its id; the latest one that has ended if empty.

    Returns
    -------
    TopUp
        The threshold is read from the campaign's mechanic, such as "threshold discount 300-40".
        An order's value is that of its lines before the discount.
    """
    picked = picked_campaign(shop, campaign, title=TOP_UP)
    if isinstance(picked, Missing):
        return picked
    text = mechanic_of(shop, picked)
    found = _THRESHOLD.search(text) if isinstance(text, str) else None
    if found is None:
        return TopUp(picked, 0.0, 0.0, 0, 0, None, 0.0, np.nan)
    threshold, off = (float(n) for n in found.groups())
    values = _order_values(shop, picked)
    times = np.floor(values / threshold)
    more = [threshold * n for n in range(2, 4)]
    moved = bunching(values, threshold=threshold, others=more)
    reached = int((times >= 1).sum())
    excess = moved.found.loc["excess", "estimate"] if moved.known else np.nan
    anyway = min(float(reached), reached - excess) if moved.known else np.nan
    given = float(off * times.sum())
    return TopUp(picked, threshold, off, len(values), reached, moved, given, anyway)


@carries_missing
def find_top_up(found: TopUp, *, currency: str) -> Sentence:
    """Say whether the threshold moved orders, and how many were subsidised anyway."""
    name = found.campaign.name
    if found.bunching is None:
        template = "{name} names no threshold discount, such as 300-40, in its mechanic."
        return sentence(template, name=name)
    values = {
        "name": name,
        "reached": count(found.reached),
        "n": plural(found.orders, "order"),
        "threshold": money(found.threshold, currency=currency),
        "given": money(found.given, currency=currency),
    }
    start = "{reached} of {n} in the burst of {name} reached {threshold} and got {given} off"
    if not found.bunching.known:
        return sentence(
            start + "; whether they were made larger for it cannot be told from so few.", **values
        )
    excess = found.bunching.found.loc["excess"]
    return sentence(
        start + ". {moved} of them ({low} to {high}) were moved up to it{verdict}; {anyway} would "
        "have reached it anyway.",
        moved=count(excess["estimate"]),
        low=count(excess["low"]),
        high=count(excess["high"]),
        verdict="" if found.bunching.responds else ", which is no more than chance may give",
        anyway=count(found.anyway),
        **values,
    )


def _effects(sold: SoldDays, about: dict[str, Any]) -> tuple:
    """Give the money to be expected without the campaign, and what it added and left."""
    about["parts"] = {WHOLE: np.ones(sold.gmv.shape, dtype=bool)}
    added = days_without(sold.gmv, squares=sold.gmv_squares, **about).effects.loc[WHOLE]
    left = days_without(sold.worth, squares=sold.worth_squares, **about).effects.loc[WHOLE]
    ends = ["effect", "low", "high"]
    return (added["expected"], *added[ends], *left[ends])


def _conversion(shop: Tables, ended: list[Campaign]) -> dict[str, tuple[float, float]]:
    """Give each campaign's payment conversion in its burst, and in the 28 days before it began."""
    spans = {}
    for c in ended:
        usual = [c.warmup_from - timedelta(days=i) for i in range(1, 29)]
        spans |= {f"{c.campaign_id} burst": c.days_of("burst"), f"{c.campaign_id} usual": usual}
    spans = {name: days for name, days in spans.items() if days}
    seen = measure(shop, spans)
    if "pay_conversion" not in seen:
        return {c.campaign_id: (np.nan, np.nan) for c in ended}
    found = seen["pay_conversion"].astype("float64")
    return {
        c.campaign_id: tuple(found.get(f"{c.campaign_id} {s}", np.nan) for s in ("burst", "usual"))
        for c in ended
    }


def _depth(shop: Tables, campaign: Campaign) -> float:
    orders = paid_orders(shop)
    orders = orders.filter(inside(orders.day, campaign.days_of("burst")))
    sums = orders.aggregate(off=orders.discount_amount.sum(), goods=orders.goods_amount.sum())
    off, goods = as_floats(shop.frame(sums).iloc[0])
    return off / goods if goods > 0 else np.nan


def mechanic_of(shop: Tables, campaign: Campaign) -> str | None:
    """Give the words in which a campaign says how it sells."""
    rows = shop["campaigns"].filter(lambda t: t.campaign_id == campaign.campaign_id)
    return shop.frame(rows.select("mechanic"))["mechanic"].iloc[0]


def values_of(shop: Tables, orders: ibis.Table) -> ibis.Table:
    """Give the value of orders before a threshold's discount: order_id, value."""
    lines = shop["order_lines"].semi_join(orders, "order_id")
    return lines.group_by("order_id").aggregate(value=(lines.unit_price * lines.quantity).sum())


def _order_values(shop: Tables, campaign: Campaign) -> np.ndarray:
    """Give each order of the burst its value before the threshold's discount."""
    orders = paid_orders(shop)
    days = [d for d in campaign.days_of("burst") if d <= shop.as_of]
    if not days:
        return np.array([])
    sums = values_of(shop, orders.filter(inside(orders.day, days)))
    return as_floats(shop.frame(sums.order_by("order_id"))["value"]).to_numpy()
