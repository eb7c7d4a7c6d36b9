"""The points ledger: what was issued, redeemed and expired, and what a point is worth."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import pandas as pd

from shophelm.errors import ParameterError
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, listing, money, number, plural, rate, sentence

LAPSES = ("expire", "lapse", "过期", "到期", "失效")
"""A reason that contains one of these books points that lapsed."""
KINDS = ("issued", "redeemed", "expired")
AGREEING, OF_REDEMPTIONS = 30, 0.5
"""How many redemptions must show the same worth of a point, and what share of all."""


@dataclass(frozen=True, slots=True)
class PointWorth:
    """What a point is worth, and how that is known.

    Attributes
    ----------
    amount
        Money per point; None where not known.
    given
        By the parameter.
    redemptions, agreeing
        Customers' days with a redemption, and those whose one order of that day had a discount of
        `amount` (of the commonest amount, where none is known) per point.
    """

    amount: float | None
    given: bool
    redemptions: int
    agreeing: int


@question("How many points were issued, redeemed and expired?", "points")
def points_flow(shop: Tables) -> pd.DataFrame:
    """Add up the ledger month by month: opening + issued − redeemed − expired = closing.

    Returns
    -------
    DataFrame
        One row per month from the first movement to as_of, without gaps: month (first day),
        opening, issued, redeemed (used for whatever reason but a lapse), expired (as booked),
        closing; all whole points.
    """
    moved = _by_reason(shop, month=shop["points"].occurred_at.date().truncate("M"))
    if moved.empty:
        return pd.DataFrame(columns=["month", "opening", *KINDS, "closing"])
    wide = moved.pivot_table(index="month", columns="kind", values="points", aggfunc="sum")
    wide = wide.reindex(columns=list(KINDS)).set_axis(pd.PeriodIndex(wide.index, freq="M"))
    every = pd.period_range(wide.index.min(), pd.Period(shop.as_of, "M"), freq="M")
    flow = wide.reindex(every).fillna(0).astype("int64")
    closing = (flow["issued"] - flow["redeemed"] - flow["expired"]).cumsum()
    flow.insert(0, "opening", closing.shift(fill_value=0))
    flow = flow.assign(closing=closing)
    flow.insert(0, "month", [m.start_time.date() for m in flow.index])
    return flow.reset_index(drop=True).rename_axis(columns=None)


@question("For which reasons do points come and go?", "points")
def points_reasons(shop: Tables) -> pd.DataFrame:
    """Add up the ledger by its own reasons.

    Returns
    -------
    DataFrame
        One row per reason and kind: reason, kind (`issued`; `redeemed`; `expired` where points
        go for a reason that speaks of a lapse), movements, points (above 0). The points of a kind
        add up to `points_flow`'s.
    """
    moved = _by_reason(shop)[["reason", "kind", "movements", "points"]]
    place = moved["kind"].map(KINDS.index)
    moved = moved.assign(place=place).sort_values(
        ["place", "points", "reason"], ascending=[True, False, True], ignore_index=True
    )
    return moved.drop(columns="place")


@question("What is a point worth?", "points", orders="a point's worth read from its discounts")
def point_worth(shop: Tables, *, given: float = 0.0) -> PointWorth:
    """Say what a point is worth in money.

    Parameters
    ----------
    shop
        The shop.
    given
        Money per point; 0 to read it from the discounts of orders placed by who redeemed points
        on the same day.

    Raises
    ------
    ParameterError
        If it is below 0.

    Notes
    -----
    Read from the orders, it is believed where at least 30 redemptions, and half of all, show the
    very same discount per point (to four decimals); campaigns' discounts on the same orders
    scatter, and so are not mistaken for it.
    """
    if given < 0:
        raise ParameterError(f"point_worth is {given}. Give money per point, or 0 if not known.")
    if given:
        return PointWorth(given, True, 0, 0)
    spent = _redeemed_days(shop)
    redemptions = int(shop.frame(spent.aggregate(n=spent.count()))["n"].iloc[0])
    if not shop.filled("orders.customer_id"):
        return PointWorth(None, False, redemptions, 0)
    orders = shop["orders"]
    placed = orders.group_by("customer_id", day=orders.created_at.date()).aggregate(
        orders=orders.count(), discount=orders.discount_amount.sum()
    )
    both = spent.inner_join(placed, ["customer_id", "day"])
    both = both.filter((both.orders == 1) & (both.discount > 0))
    each = both.select(worth=(both.discount.cast("float64") / both.points).round(4))
    seen = shop.frame(each.group_by("worth").aggregate(n=each.count()))
    if seen.empty:
        return PointWorth(None, False, redemptions, 0)
    best = seen.sort_values(["n", "worth"], ascending=[False, True]).iloc[0]
    agreeing = int(best["n"])
    believed = agreeing >= max(AGREEING, OF_REDEMPTIONS * redemptions)
    return PointWorth(float(best["worth"]) if believed else None, False, redemptions, agreeing)


def lapse_reasons(shop: Tables) -> list[str]:
    """List the ledger's reasons that speak of a lapse."""
    reasons = shop.frame(shop["points"].select("reason").distinct().order_by("reason"))["reason"]
    return [r for r in reasons if any(word in r.casefold() for word in LAPSES)]


@carries_missing
def find_points_flow(flow: pd.DataFrame) -> Sentence:
    """Say what came and went in all, and what is outstanding."""
    if flow.empty:
        return sentence("No movement of the ledger has any points.")
    first, last = flow.iloc[0], flow.iloc[-1]
    issued = flow["issued"].sum()
    text = (
        "Since {month}, {issued} points were issued, {redeemed} redeemed ({share} of them) and "
        "{expired} expired; {closing} are outstanding."
    )
    values = {
        "month": f"{first['month']:%Y-%m}",
        "issued": count(issued),
        "redeemed": count(flow["redeemed"].sum()),
        "share": rate(flow["redeemed"].sum() / issued if issued else None),
        "expired": count(flow["expired"].sum()),
        "closing": count(last["closing"]),
    }
    under = flow[flow["closing"] < 0]
    if len(under):
        text += (
            " At the end of {n} the balance is below 0: the ledger begins later than the points do."
        )
        values["n"] = plural(len(under), "month")
    return sentence(text, **values)


@carries_missing
def find_points_reasons(reasons: pd.DataFrame) -> Sentence:
    """Name the reasons of each kind."""
    if reasons.empty:
        return sentence("No movement of the ledger has any points.")
    parts = [
        f"{kind} for {listing([f'“{r.reason}” ({count(r.points)})' for r in rows.itertuples()])}"
        for kind, rows in reasons.groupby("kind", sort=False)
    ]
    return sentence("Points were {parts}.", parts="; ".join(parts))


@carries_missing
def find_point_worth(worth: PointWorth, *, currency: str) -> Sentence:
    """Say what a point is worth, and how we know."""
    if worth.amount is None:
        return sentence(
            "What a point is worth is not known: of {n} on which points were redeemed, the "
            "discount of the same day's order gives the same worth on {k} only. Give the parameter "
            "point_worth, in money per point.",
            n=plural(worth.redemptions, "customer's day", "customers' days"),
            k=count(worth.agreeing),
        )
    per_thousand = money(worth.amount * 1000, currency=currency, cents=True)
    if worth.given:
        return sentence("A thousand points are worth {amount}, as given.", amount=per_thousand)
    return sentence(
        "A thousand points are worth {amount}, as {k} of {n} redemptions show.",
        amount=per_thousand,
        k=count(worth.agreeing),
        n=number(worth.redemptions, digits=0),
    )


def worth_of(points: pd.Series, worth: PointWorth | Missing) -> pd.Series:
    """Give points in money; null where a point's worth is not known."""
    amount = None if isinstance(worth, Missing) else worth.amount
    return as_floats(points) * (float("nan") if amount is None else amount)


def _by_reason(shop: Tables, **keys: ibis.Value) -> pd.DataFrame:
    """Sum the ledger by reason and sign, and name the kind of each sum."""
    rows = shop["points"].mutate(**keys).filter(lambda t: t.points != 0)
    rows = rows.mutate(gone=rows.points < 0)
    moved = rows.group_by(*keys, "reason", "gone").aggregate(
        movements=rows.count(), points=rows.points.abs().sum()
    )
    frame = shop.frame(moved)
    lapsed = frame["reason"].isin(lapse_reasons(shop))
    kind = lapsed.map({True: "expired", False: "redeemed"}).where(frame["gone"], "issued")
    return frame.assign(kind=kind, points=frame["points"].astype("int64"))


def _redeemed_days(shop: Tables) -> ibis.Table:
    """Give the points that each customer redeemed on each day."""
    rows = shop["points"].filter(lambda t: t.points < 0)
    rows = rows.filter(~rows.reason.isin(lapse_reasons(shop) or [""]))
    return rows.group_by("customer_id", day=rows.occurred_at.date()).aggregate(
        points=-rows.points.sum()
    )
