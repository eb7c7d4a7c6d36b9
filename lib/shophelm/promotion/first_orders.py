"""Does a discount on the first order pay: how deep it is, and what its customers bring later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.proportions import wilson
from shophelm.promotion.newcomers import first_payments
from shophelm.shop.buyers import order_worths, worth_in
from shophelm.shop.campaigns import listed_campaigns
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, money, plural, rate, sentence

TITLE = "Does the first order's discount pay?"
DAYS = 182
"""Days after the first order in which customers are followed."""
FEWEST = 30
"""Customers of a band below whom its mean is not shown."""
EDGES = (0.0, 1e-9, 0.1, 0.2, 0.3, np.inf)
BANDS = ("none", "below 10%", "10% to 20%", "20% to 30%", "30% and more")
MONEY = ("first_discount", "first_left", "later")
COLUMNS = [
    *("depth", "newcomers", *MONEY, "later_low", "later_high"),
    *("back_again", "back_again_low", "back_again_high", "needed_share"),
]


@dataclass(frozen=True, slots=True)
class FirstOrders:
    """First orders by how deep their discount was.

    Attributes
    ----------
    bands
        One row per depth (all discounts of the first order, of its goods at list price), the
        shallowest first, and `all` last: depth, newcomers, first_discount, first_left (of the
        first order, after the discount) and later (left in the half year after, the first day left
        out), each a mean in money, later with _low and _high (95 %), back_again (share who bought
        again in it) with _low and _high (95 %, Wilson), needed_share (of them, so many must have
        come because of the discount for it to pay; null without a discount). Means are null below
        30 customers.
    slope, slope_low, slope_high
        By how much later changes for each 10 points of depth more (95 %, least squares with errors
        that allow for unequal spread); NaN where it cannot be told.
    worth_in
        margin (after refunds), or gmv.
    campaigns_left_out
        Whether first orders of campaigns' days are left out.
    """

    bands: pd.DataFrame
    slope: float
    slope_low: float
    slope_high: float
    worth_in: str
    campaigns_left_out: bool


@question(
    TITLE,
    "orders.customer_id",
    campaigns="everyday first orders told from those of campaigns",
    products="what was left after the cost of goods",
)
def first_orders(shop: Tables, *, days: int = DAYS) -> FirstOrders:
    """Follow customers from their first order on, by how deep its discount was.

    Parameters
    ----------
    shop
        The shop.
    days
        How long each is followed; who came later than that before as_of is left out.

    Returns
    -------
    FirstOrders
        Of first orders outside campaigns.

    Notes
    -----
    If a share f of those who got a discount c came because of it and are worth v (what was left
    of the first order before it, and later), it brings f · v − c for each: it pays if f > c / v,
    the needed share. Whether that many did is only known from a hold-out.

    Depth is not dealt by lot: who waits for a deep discount differs from who does not, and larger
    baskets reach higher thresholds. How later worth goes with depth is an association. Whose first
    order lies in the first half year of the tables is left out: there may have been others before.
    """
    listed = listed_campaigns(shop) if shop.filled("campaigns") else []
    firsts = _firsts(shop, shop.as_of - timedelta(days=days))
    firsts = firsts.semi_join(first_payments(shop).filter(lambda t: t.sure), "customer_id")
    for c in listed:
        inside = firsts.day.between(ibis.literal(c.warmup_from), ibis.literal(c.ends_on))
        firsts = firsts.filter(~inside)
    later = _later(shop, firsts, days)
    rows = firsts.left_join(later, "customer_id").drop("customer_id_right")
    frame = shop.frame(rows.order_by("customer_id"))
    frame = frame.drop(columns=["customer_id", "day", "order_id"]).apply(as_floats).fillna(0.0)
    frame["share"] = (frame["first_discount"] / frame["goods"].where(frame["goods"] > 0)).fillna(
        0.0
    )
    band = pd.cut(frame["share"], EDGES, labels=list(BANDS), right=False)
    table = pd.DataFrame(
        [_band(name, frame[band == name]) for name in BANDS] + [_band("all", frame)],
        columns=COLUMNS,
    )
    table = table[table["newcomers"] > 0].reset_index(drop=True)
    return FirstOrders(table, *_slope(frame), worth_in(shop), bool(listed))


@carries_missing
def shown(found: FirstOrders) -> pd.DataFrame:
    """Lay the bands out."""
    names = {f"later{end}": f"left_later{end}" for end in ("", "_low", "_high")}
    return found.bands.rename(columns={"newcomers": "first_buyers"} | names)


@carries_missing
def bars(found: FirstOrders) -> pd.DataFrame:
    """Give what customers bring later by depth as the figure draws it: part, effect, low, high."""
    rows = found.bands[found.bands["later"].notna()]
    names = {"depth": "part", "later": "effect", "later_low": "low", "later_high": "high"}
    return rows.rename(columns=names)[list(names.values())].reset_index(drop=True)


@carries_missing
def find_first_orders(found: FirstOrders, *, currency: str) -> list[Sentence]:
    """Say what must be true for the discount to pay, and how later worth goes with its depth."""
    every = found.bands[found.bands["depth"] == "all"]
    if every.empty or not np.isfinite(every["later"].iloc[0]):
        text = "Fewer than {n} customers have been known for {days} days: nothing is said of them."
        return [sentence(text, n=count(FEWEST), days=count(DAYS))]
    said = [_on_average(every.iloc[0], found, currency)]
    deep = found.bands[found.bands["needed_share"].notna() & found.bands["depth"].ne("all")]
    if len(deep):
        said.append(_needed(deep.iloc[-1], currency))
    if np.isfinite(found.slope):
        said.append(_by_depth(found, currency))
    return said


def _on_average(whole: pd.Series, found: FirstOrders, currency: str) -> Sentence:
    said = {
        name: money(whole[name], currency=currency)
        for name in ("first_discount", "first_left", "later", "later_low", "later_high")
    }
    return sentence(
        "{n} first came {when}. On average their first order got {first_discount} off and left "
        "{first_left}; in the {days} days after they left {later} more ({later_low} to "
        "{later_high}), and {back} bought again.",
        n=plural(int(whole["newcomers"]), "customer"),
        when="outside campaigns" if found.campaigns_left_out else "long enough ago",
        days=count(DAYS),
        back=rate(whole["back_again"], digits=0),
        **said,
    )


def _needed(deep: pd.Series, currency: str) -> Sentence:
    share = deep["needed_share"]
    return sentence(
        "A discount of {depth} ({off}) pays if {needed} of those who got it came because of it. "
        "Whether so many did is not known: nobody was held out.",
        depth=deep["depth"],
        off=money(deep["first_discount"], currency=currency),
        needed=rate(share, digits=0) if share <= 1 else "more than all",
    )


def _by_depth(found: FirstOrders, currency: str) -> Sentence:
    told = found.slope_low > 0 or found.slope_high < 0
    return sentence(
        "Ten points of discount more go with {slope} a customer later ({low} to {high}){end}",
        slope=_signed(found.slope, currency),
        low=_signed(found.slope_low, currency),
        high=_signed(found.slope_high, currency),
        end="; who waits for a discount may differ anyway."
        if told
        else ": no difference that chance would not give.",
    )


def _signed(amount: float, currency: str) -> str:
    return ("+" if amount > 0 else "") + str(money(amount, currency=currency))


def _firsts(shop: Tables, until: object) -> ibis.Table:
    """Give each customer's first order: goods at list price, discount, and what it left."""
    orders = paid_orders(shop).filter(lambda t: t.customer_id.notnull())
    order = ibis.window(group_by="customer_id", order_by=[orders.paid_at, orders.order_id])
    firsts = orders.mutate(nth=ibis.row_number().over(order)).filter(lambda t: t.nth == 0)
    firsts = firsts.filter(firsts.day <= ibis.literal(until))
    worth = order_worths(shop).select("order_id", first_left="worth")
    both = firsts.inner_join(worth, "order_id")
    return both.select(
        "customer_id",
        "order_id",
        "day",
        "first_left",
        goods="goods_amount",
        first_discount="discount_amount",
    )


def _later(shop: Tables, firsts: ibis.Table, days: int) -> ibis.Table:
    """Add up what each left after the first day, and on how many days they bought again."""
    orders = order_worths(shop).select("customer_id", "worth", at="day")
    rows = orders.inner_join(firsts.select("customer_id", "day"), "customer_id")
    since = rows["at"].delta(rows.day, unit="day")
    rows = rows.filter((since > 0) & (since <= days))
    return rows.group_by("customer_id").aggregate(later=rows.worth.sum(), again=rows.count())


def _band(name: str, rows: pd.DataFrame) -> dict[str, object]:
    n = len(rows)
    row: dict[str, object] = {"depth": name, "newcomers": n}
    if n < FEWEST:
        return row
    row |= {c: rows[c].mean() for c in MONEY}
    off = 1.96 * rows["later"].std(ddof=1) / np.sqrt(n)
    row |= {"later_low": row["later"] - off, "later_high": row["later"] + off}
    again = int((rows["again"] > 0).sum())
    ends = wilson(pd.Series([again]), pd.Series([n])).iloc[0]
    row |= {"back_again": again / n, "back_again_low": ends["low"], "back_again_high": ends["high"]}
    worth = row["first_left"] + row["first_discount"] + row["later"]
    if row["first_discount"] > 0:
        row["needed_share"] = row["first_discount"] / worth if worth > 0 else np.inf
    return row


def _slope(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Give the least-squares slope of later worth for ten points of depth, with HC1 errors."""
    n = len(rows)
    share = rows["share"].to_numpy() - rows["share"].mean()
    spread = share @ share
    if n < FEWEST or spread < 1e-9:
        return np.nan, np.nan, np.nan
    later = rows["later"].to_numpy()
    slope = (share @ later) / spread
    left = later - later.mean() - slope * share
    error = np.sqrt(n / (n - 2) * ((share * left) ** 2).sum()) / spread
    return tuple(0.1 * (slope + k * error) for k in (0.0, -1.96, 1.96))
