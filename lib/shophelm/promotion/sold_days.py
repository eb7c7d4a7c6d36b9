"""What each group of goods brought on each day, what it left, and who came for the first time."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from shophelm.promotion.newcomers import first_payments
from shophelm.shop.buyers import worth_in
from shophelm.shop.calendar import Period
from shophelm.shop.listed import listed
from shophelm.shop.product_days import product_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import coupon_faces, paid_orders, share_of_order
from shophelm.shop.tables import Tables, once_per_shop

AMOUNTS = ("gmv", "worth", "coupons", "refunds")
WIDE = "decimal(28, 6)"
"""Squares of money: decimal, so that sums do not depend on the order of rows."""


@dataclass(frozen=True, slots=True)
class SoldDays:
    """Days × groups, from the shop's first day to its last.

    Attributes
    ----------
    period, groups
        The days, and the names of the groups.
    gmv, worth
        Paid on the day with freight, and what it left: margin after the refunds known at as_of,
        without freight; GMV settled where `worth_in` says gmv.
    coupons, refunds
        What coupons took off, and what refunds took from what was left: worth is net of both.
    gmv_squares, worth_squares, coupons_squares, refunds_squares
        Sums over orders of the group's amount times the order's, which is the variance by chance.
    newcomers
        Customers whose first payment it was, by day; see `newcomers.first_payments`.
    worth_in
        margin, or gmv where too few costs are known.
    """

    period: Period
    groups: list[str]
    gmv: np.ndarray
    gmv_squares: np.ndarray
    worth: np.ndarray
    worth_squares: np.ndarray
    coupons: np.ndarray
    coupons_squares: np.ndarray
    refunds: np.ndarray
    refunds_squares: np.ndarray
    newcomers: np.ndarray
    worth_in: str


def sold_days(shop: Tables, groups: pd.Series) -> SoldDays:
    """Add up what each group of goods brought on each day.

    Parameters
    ----------
    shop
        Needs orders and order_lines.
    groups
        Group by product_id, of every product that was sold.

    Notes
    -----
    An order's money is shared among its lines by what each paid, so that groups add up to GMV
    paid. Goods are taken to come back in proportion to the money paid back of their order.
    """
    kind = worth_in(shop)
    lines = _lines(shop, groups, kind)
    parts = lines.group_by("order_id", "day", "group").aggregate(
        **{n: lines[n].sum() for n in AMOUNTS}
    )
    whole = ibis.window(group_by="order_id")
    squares = {f"{n}_squares": (parts[n] * parts[n].sum().over(whole)).abs() for n in AMOUNTS}
    parts = parts.mutate(**squares)
    names = (*AMOUNTS, *squares)
    sums = {n: parts[n].round(6).cast(WIDE).sum() for n in names}
    frame = shop.frame(parts.group_by("day", "group").aggregate(**sums))
    period = Period(shop.first_day, shop.as_of)
    every = sorted(set(groups))
    grids = {n: _grid(frame, n, period, every) for n in names}
    return SoldDays(period, every, **grids, newcomers=_newcomers(shop, period), worth_in=kind)


@once_per_shop
def all_sold_days(shop: Tables) -> SoldDays:
    """Add up what all goods together brought on each day; kept."""
    return sold_days(shop, pd.Series("all goods", index=product_days(shop).products))


def _lines(shop: Tables, groups: pd.Series, kind: str) -> ibis.Table:
    """Give each paid line's group, its part of the order's money, and what it left."""
    named = groups.rename("group").rename_axis("product_id").reset_index()
    named = listed(shop, named, {"product_id": "string", "group": "string"})
    orders = paid_orders(shop).select("order_id", "day", "paid_amount", "refunded")
    orders = _with_coupons(shop, orders.rename(order_paid="paid_amount"))
    lines = shop["order_lines"].select("order_id", "product_id", "quantity", "paid_amount")
    lines = lines.inner_join(orders, "order_id").inner_join(named, "product_id")
    goods, share = lines.paid_amount.cast("float64"), share_of_order(lines)
    paid, coupon = (lines[c].cast("float64") for c in ("order_paid", "coupon"))
    back = (lines.refunded.cast("float64").fill_null(0.0) / paid.nullif(0)).fill_null(0.0)
    lines = lines.mutate(
        gmv=paid * share, goods=goods, kept=1 - ibis.least(back, 1.0), coupons=coupon * share
    )
    if kind == "gmv":
        return lines.mutate(worth=lines.gmv * lines.kept, refunds=lines.gmv * (1 - lines.kept))
    costs = shop["products"].select("product_id", "unit_cost")
    lines = lines.left_join(costs, "product_id").drop("product_id_right")
    cost = lines.unit_cost.cast("float64") * lines.quantity
    known = (lines.goods > 0) & cost.notnull()
    usual = (known.ifelse(cost, 0.0).sum() / known.ifelse(lines.goods, 0.0).sum()).over(
        ibis.window()
    )
    cost = cost.fill_null(lines.goods * usual)
    left = lines.goods - cost
    return lines.mutate(worth=left * lines.kept, refunds=left * (1 - lines.kept))


def _with_coupons(shop: Tables, orders: ibis.Table) -> ibis.Table:
    """Add to each order what coupons took off it."""
    if not shop.filled("coupons.redeemed_order_id"):
        return orders.mutate(coupon=ibis.literal(0.0))
    both = orders.left_join(coupon_faces(shop), "order_id").drop("order_id_right")
    return both.mutate(coupon=both.coupon.fill_null(0))


def _newcomers(shop: Tables, period: Period) -> np.ndarray:
    firsts = first_payments(shop).filter(lambda t: t.sure)
    frame = shop.frame(firsts.group_by(day="first_day").aggregate(n=firsts.count()))
    found = np.zeros(period.days)
    found[[(d - period.first).days for d in frame["day"]]] = frame["n"]
    return found


def _grid(frame: pd.DataFrame, name: str, period: Period, groups: list[str]) -> np.ndarray:
    grid = np.zeros((period.days, len(groups)))
    day = np.array([(d - period.first).days for d in frame["day"]], dtype=int)
    at = pd.Index(groups).get_indexer(frame["group"])
    grid[day, at] = as_floats(frame[name])
    return grid
