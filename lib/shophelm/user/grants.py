"""Every coupon granted or held out: what was known before, and what the customer did after."""

from __future__ import annotations

from datetime import timedelta

import ibis
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.two_sample import Arm, arm_of_sums
from shophelm.shop.buyers import order_worths
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables

KNOWN_BEFORE = ("recency", "frequency", "spend", "tenure", "acquired_by")
"""What `followed` says of a customer at the end of the day before the grant."""
_MONEY, _DAYS = ("settled", "worth", "spend"), ("recency", "tenure")
_SUMMED = ("orders", *_MONEY, "frequency", *_DAYS)


def followed(shop: Tables, *, days: int = HORIZON_DAYS) -> ibis.Table:
    """Follow each customer of each coupon through the days after it was granted.

    Parameters
    ----------
    shop
        Needs coupons and orders.
    days
        Length of the window, which begins on the day of the grant.

    Returns
    -------
    Table
        One row per coupon and customer: coupon_id, customer_id, kind, granted_on, held_out, mixed
        (was both granted it and held out), finished (the window is over by as_of); inside the
        window: orders, settled, worth (decimal; see `buyers.order_worths`); redeemed (coupons used
        on paid orders by as_of) and subsidy (what they took off); and `KNOWN_BEFORE`: recency
        (days since the last payment), frequency (purchase days), spend (money paid), tenure (days
        since the first payment), acquired_by.

    Notes
    -----
    A customer granted the same coupon again is followed from the first time. Tier, which the
    contract has as of the export, is left out: the coupon itself may have raised it.
    """
    granted = _granted(shop)
    grain = ["coupon_id", "customer_id"]
    bought = _bought(shop).inner_join(granted.select(*grain, "granted_on"), "customer_id")
    age = bought.day.delta(bought.granted_on, unit="day")
    bought = bought.mutate(age=age, before=age < 0, within=(age >= 0) & (age < days))
    names = ("orders", "settled", "worth")
    sums = bought.group_by(grain).aggregate(
        **{n: bought.within.ifelse(bought[n], 0).sum() for n in names},
        frequency=bought.before.cast("int64").sum(),
        spend=bought.before.ifelse(bought.paid, 0).sum(),
        recency=-bought.before.ifelse(bought.age, None).max(),
        tenure=-bought.before.ifelse(bought.age, None).min(),
    )
    over = ibis.literal(shop.as_of - timedelta(days=days - 1))
    rows = granted.left_join(sums, grain).drop("coupon_id_right", "customer_id_right")
    money = {n: rows[n].fill_null(0) for n in ("settled", "worth", "spend")}
    counts = {n: rows[n].fill_null(0) for n in ("orders", "frequency")}
    return _with_origin(shop, rows.mutate(finished=rows.granted_on <= over, **money, **counts))


def arm_sums(shop: Tables, rows: ibis.Table, *by: str) -> pd.DataFrame:
    """Add up rows of `followed` by coupon, arm, whether their window is over, and more.

    Customers both granted a coupon and held out from it are left out.

    Returns
    -------
    DataFrame
        One row per coupon_id, kind, held_out, finished and `by`, in their order: first_on, last_on
        (of the grants), customers, redeemed, subsidy, and for orders, settled, worth, recency,
        frequency, spend and tenure their sum and, as NAME_squares, the sum of their squares;
        NAME_n counts the customers with a recency or tenure. Money is in the shop's currency.
    """
    rows = rows.filter(~rows.mixed)
    # whole cents, so that sums are exact in any order
    cents = {n: (rows[n] * 100).round().cast("int64") for n in _MONEY}
    rows = rows.mutate(**cents, **{n: rows[n].cast("int64") for n in ("orders", *_DAYS)})
    sums = {n: rows[n].sum() for n in ("redeemed", "subsidy", *_SUMMED)}
    sums |= {f"{n}_squares": (rows[n] * rows[n]).sum() for n in _SUMMED}
    sums |= {f"{n}_n": rows[n].count() for n in _DAYS}
    keys = ["coupon_id", "kind", "held_out", "finished", *by]
    cells = rows.group_by(keys).aggregate(
        first_on=rows.granted_on.min(),
        last_on=rows.granted_on.max(),
        customers=rows.count(),
        **sums,
    )
    frame = shop.frame(cells)
    numbers = [*sums, "customers"]
    frame[numbers] = frame[numbers].apply(as_floats)
    for name in _MONEY:
        frame[name] /= 100
        frame[f"{name}_squares"] /= 10_000
    return frame.sort_values(keys, ignore_index=True)


def arm(cells: pd.DataFrame, name: str) -> Arm:
    """Give the arm that cells of `arm_sums` make for one of its values."""
    n = cells.get(f"{name}_n", cells["customers"])
    return arm_of_sums(n, cells[name], cells[f"{name}_squares"])


def both_arms(cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add cells up by coupon: those granted it and those held out, a row each per coupon."""
    numbers = cells.select_dtypes("number").columns
    sums = cells.groupby(["coupon_id", "held_out"])[list(numbers)].sum()
    there = sums.index.droplevel("held_out").unique()
    granted, held = (
        sums.xs(flag, level="held_out").reindex(there, fill_value=0.0)
        if flag in sums.index.get_level_values("held_out")
        else pd.DataFrame(0.0, index=there, columns=numbers)
        for flag in (False, True)
    )
    return granted, held


def _granted(shop: Tables) -> ibis.Table:
    """Give one row per coupon and customer, with what was redeemed."""
    paid = paid_orders(shop).select(redeemed_order_id="order_id", used=ibis.literal(1))
    # a redemption is known only with its order
    coupons = shop["coupons"].left_join(paid, "redeemed_order_id")
    used = coupons.used.fill_null(0)
    grants = coupons.group_by("coupon_id", "customer_id").aggregate(
        kind=coupons.kind.min(),
        granted_on=coupons.granted_at.date().min(),
        grants=coupons.count(),
        holds=coupons.held_out.cast("int64").sum(),
        redeemed=used.sum(),
        subsidy=(coupons.face_value * used).sum(),
    )
    held = grants.holds > 0
    mixed = held & (grants.holds < grants.grants)
    return grants.mutate(held_out=held, mixed=mixed).drop("grants", "holds")


def _bought(shop: Tables) -> ibis.Table:
    """Add up each customer's days with a payment."""
    orders = order_worths(shop)
    return orders.group_by("customer_id", "day").aggregate(
        orders=orders.count(),
        **{n: orders[n].sum() for n in ("paid", "settled", "worth")},
    )


def _with_origin(shop: Tables, rows: ibis.Table) -> ibis.Table:
    """Add where the customer came from, where that was known on the day of the grant."""
    if not shop.has("customers"):
        return rows.mutate(acquired_by=ibis.null("string"))
    people = shop["customers"].select(
        "customer_id", "acquired_by", joined_on=lambda t: t.joined_at.date()
    )
    both = rows.left_join(people, "customer_id").drop("customer_id_right")
    known = both.joined_on <= both.granted_on
    return both.mutate(acquired_by=known.ifelse(both.acquired_by, None)).drop("joined_on")
