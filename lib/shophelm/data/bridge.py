"""Placed → paid → settled → cash: one amount on both date bases, closing to the cent."""

from __future__ import annotations

from decimal import Decimal

import ibis
import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, change, money, sentence

TOTALS = ("gmv_placed", "gmv_paid", "gmv_settled", "gmv_cash")

STEPS = (
    ("gmv_placed", "GMV placed in the period"),
    ("not_paid", "orders not paid by as_of"),
    ("paid_outside", "placed in the period, paid outside it"),
    ("placed_outside", "placed outside the period, paid in it"),
    ("gmv_paid", "GMV paid"),
    ("refunded_inside", "refunds of these orders, paid back in the period"),
    ("refunded_after", "refunds of these orders, paid back outside it"),
    ("gmv_settled", "GMV settled"),
    ("in_flight", "of those, the refunds that took no cash of the period"),
    ("refunds_of_earlier", "refunds in the period for orders paid before it"),
    ("gmv_cash", "GMV cash"),
)


@question("Do placed, paid, settled and cash reconcile?", "orders", refunds="what refunds took")
def bridge(shop: Tables, period: Period) -> pd.DataFrame:
    """Walk from the money placed in a period to the cash it brought, and check that it closes.

    Every line is a query of its own, the four totals too; nothing is the remainder of the rest.

    Parameters
    ----------
    shop
        Needs orders; without refunds the bridge ends at what was paid.
    period
        The days.

    Returns
    -------
    DataFrame
        step, line, amount (decimal, signed), gap: at each total, what the lines above it leave
        unexplained (0 where the bridge closes), null elsewhere.
    """
    amounts = _amounts(shop, period)
    running, rows = Decimal(0), []
    for step, line in STEPS:
        if step not in amounts:
            break
        amount = amounts[step]
        gap = amount - running if step in TOTALS and step != "gmv_placed" else None
        running = amount if step in TOTALS else running + amount
        rows.append({"step": step, "line": line, "amount": amount, "gap": gap})
    return pd.DataFrame(rows)


@carries_missing
def shown(bridged: pd.DataFrame) -> pd.DataFrame:
    """Give the bridge as a reader wants it: line, amount, gap."""
    return bridged[["line", "amount", "gap"]]


@carries_missing
def find_bridge(bridged: pd.DataFrame, *, currency: str) -> Sentence:
    """Say whether the bridge closes, and what refunds took."""
    amounts = bridged.set_index("step")["amount"]
    gaps = bridged.dropna(subset=["gap"]).set_index("step")["gap"]
    open_at = gaps[gaps != 0]
    if len(open_at):
        return sentence(
            "The bridge does not close: {gap} is unexplained at {total}. Trust no money below "
            "until it does.",
            gap=money(open_at.iloc[0], currency=currency, cents=True),
            total=dict(STEPS)[open_at.index[0]],
        )
    paid = amounts["gmv_paid"]
    if "gmv_settled" not in amounts:
        return sentence(
            "The bridge closes to the cent, as far as it goes: {paid} paid. Settled and cash are "
            "not known: the shop has no refunds.",
            paid=money(paid, currency=currency, cents=True),
        )
    return sentence(
        "The bridge closes to the cent: {paid} paid, {settled} settled so far ({taken}), {cash} "
        "in cash.",
        paid=money(paid, currency=currency, cents=True),
        settled=money(amounts["gmv_settled"], currency=currency, cents=True),
        taken=change(float(amounts["gmv_settled"] / paid) - 1 if paid else None),
        cash=money(amounts["gmv_cash"], currency=currency, cents=True),
    )


def _amounts(shop: Tables, period: Period) -> dict[str, Decimal]:
    every = shop["orders"]
    every = every.mutate(
        placed=_within(every.created_at, period), paid=_within(every.paid_at, period)
    )
    refunds = _refunds(shop, period)
    owed = every.paid_amount
    exprs = {
        "gmv_placed": owed.sum(where=every.placed),
        "not_paid": -owed.sum(where=every.placed & every.paid_at.isnull()),
        "paid_outside": -owed.sum(where=every.placed & ~every.paid & every.paid_at.notnull()),
        "placed_outside": owed.sum(where=~every.placed & every.paid),
        "gmv_paid": owed.sum(where=every.paid),
    }
    amounts = _row(shop, every.aggregate(**exprs))
    if refunds is None:
        return amounts
    settled = paid_orders(shop).filter(lambda t: _within(t.paid_at, period))
    net = settled.paid_amount - settled.refunded.fill_null(0)
    amounts |= _row(shop, settled.aggregate(gmv_settled=net.sum()))
    back = refunds.amount
    sums = {
        "refunded_inside": -back.sum(where=refunds.paid & refunds.now),
        "refunded_after": -back.sum(where=refunds.paid & ~refunds.now),
        "in_flight": back.sum(where=refunds.paid & ~refunds.now),
        "refunds_of_earlier": -back.sum(where=~refunds.paid & refunds.now),
        "paid_back": back.sum(where=refunds.now),
    }
    amounts |= _row(shop, refunds.aggregate(**sums))
    return amounts | {"gmv_cash": amounts["gmv_paid"] - amounts["paid_back"]}


def _refunds(shop: Tables, period: Period) -> ibis.Table | None:
    if not shop.has("refunds"):
        return None
    paid = shop["orders"].filter(lambda t: t.paid_at.notnull())
    paid = paid.select("order_id", paid=_within(paid.paid_at, period))
    refunds = shop["refunds"].inner_join(paid, "order_id")
    return refunds.mutate(now=_within(refunds.refunded_at, period))


def _within(moment: ibis.Value, period: Period) -> ibis.BooleanValue:
    day = moment.date()
    inside = day.between(ibis.literal(period.first), ibis.literal(period.last))
    return inside.fill_null(False)


def _row(shop: Tables, expr: ibis.Table) -> dict[str, Decimal]:
    found = shop.frame(expr).iloc[0].to_dict()
    return {k: Decimal(0) if v is None or v != v else v for k, v in found.items()}
