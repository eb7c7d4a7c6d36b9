"""The last days of months beside their other days, product by product."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.shop.calendar import Period, next_month
from shophelm.shop.paid_lines import refunded_lines
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables, once_per_shop

MONTHS = 12
SPANS = ("other", "last", "next")
"""Days of a month: its last ones, those before, and the first ones of the month after."""


@dataclass(frozen=True, slots=True)
class MonthEnds:
    """Products × months × `SPANS`.

    Attributes
    ----------
    products
        Product ids.
    months
        First days of the months that are over, with the days after them known.
    days, units
        Days on which the product could be bought, and units paid for on them.
    price
        Mean of the product's prices on these days; NaN where none is known.
    returned, lines
        Order lines paid for on these days that came back, and all of them; None without refunds.
    together
        How many times the variance of returned lines is that of lines on their own, since those of
        one order come back together.
    """

    products: pd.Index
    months: list[date]
    days: np.ndarray
    units: np.ndarray
    price: np.ndarray
    returned: np.ndarray | None
    lines: np.ndarray | None
    together: float = 1.0

    @property
    def price_moves(self) -> np.ndarray:
        """Products × months: log of the price in the last days over that of the other ones."""
        with np.errstate(invalid="ignore", divide="ignore"):
            price = np.log(self.price)
        return price[:, :, 1] - price[:, :, 0]

    def since(self, day: date | None) -> MonthEnds:
        """Give the months that began on a day or later; all of them without one."""
        kept = np.array([day is None or month >= day for month in self.months], dtype=bool)
        cut = {
            name: None if (of := getattr(self, name)) is None else of[:, kept]
            for name in ("days", "units", "price", "returned", "lines")
        }
        return replace(self, months=[m for m, k in zip(self.months, kept, strict=True) if k], **cut)


@once_per_shop
def month_ends(shop: Tables, *, last_days: int, months: int = MONTHS) -> MonthEnds:
    """Add up each product's days by month and span of the month.

    Parameters
    ----------
    shop
        Needs orders, order_lines and people.
    last_days
        How many days at a month's end, and of the month after.
    months
        At most so many months, the latest.
    """
    laid = product_days(shop)
    firsts = _months(laid.period, last_days)[-months:]
    month, span = _places(laid, firsts, last_days)
    cells = len(firsts) * len(SPANS)
    place = np.where(month >= 0, month * len(SPANS) + span, cells)
    onto = np.zeros((len(place), cells + 1))
    onto[np.arange(len(place)), place] = 1
    shape = (len(laid.products), len(firsts), len(SPANS))

    def summed(values: np.ndarray) -> np.ndarray:
        return (values @ onto)[:, :cells].reshape(shape)

    there = laid.can_be_bought
    priced = there & ~np.isnan(laid.price)
    with np.errstate(invalid="ignore", divide="ignore"):
        price = summed(np.where(priced, laid.price, 0.0)) / summed(priced.astype(float))
    days, units = summed(there.astype(float)), summed(np.where(there, laid.units, 0.0))
    found = MonthEnds(laid.products, firsts, days, units, price, None, None)
    if not shop.filled("refunds"):
        return found
    sold = refunded_lines(shop, laid.period)
    returned, lines = _returns(shop, sold, laid, place, shape)
    return replace(found, returned=returned, lines=lines, together=_together(shop, sold))


def _months(period: Period, last_days: int) -> list[date]:
    """List the months that lie whole within a period, the days after them included."""
    first = period.first if period.first.day == 1 else next_month(period.first)
    found = []
    while next_month(first) + timedelta(days=last_days - 1) <= period.last:
        found.append(first)
        first = next_month(first)
    return found


def _places(laid: ProductDays, firsts: list[date], last_days: int) -> tuple[np.ndarray, np.ndarray]:
    """Say of each day which month and span it lies in; month −1 for none.

    The first days of a month are the aftermath of the one before, and not among its other days.
    """
    month, span = np.full(laid.period.days, -1), np.zeros(laid.period.days, dtype=int)
    for n, first in enumerate(firsts):
        end = (next_month(first) - laid.period.first).days
        begin = (first - laid.period.first).days
        month[begin + last_days : end + last_days] = n
        span[end - last_days : end] = 1
        span[end : end + last_days] = 2
    return month, span


def _together(shop: Tables, sold: ibis.Table) -> float:
    """Weigh how lines of one order come back together: Kish's design effect, by orders.

    It is the variance of sums over orders, p being the share of lines that come back,
    Σ (back − p·lines)², over that of lines on their own, p (1 − p) Σ lines.
    """
    each = sold.group_by("order_id").aggregate(
        n=sold.count().cast("float64"), back=sold.returned.ifelse(1.0, 0.0).sum()
    )
    sums = each.aggregate(
        n=each.n.sum(), back=each.back.sum(),
        nn=(each.n * each.n).sum(), nb=(each.n * each.back).sum(), bb=(each.back * each.back).sum(),
    )  # fmt: skip
    one = shop.frame(sums).iloc[0]
    share = one["back"] / one["n"] if one["n"] else 0.0
    alone = share * (1 - share) * one["n"]
    if not alone > 0:
        return 1.0
    return max(float((one["bb"] - 2 * share * one["nb"] + share**2 * one["nn"]) / alone), 1.0)


def _returns(
    shop: Tables, sold: ibis.Table, laid: ProductDays, place: np.ndarray, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    rows = sold.inner_join(paid_orders(shop).select("order_id", "day"), "order_id")
    sums = rows.group_by("product_id", "day").aggregate(
        lines=rows.count(), returned=rows.returned.ifelse(1, 0).sum()
    )
    frame = shop.frame(sums).dropna(subset="product_id")
    at = place[[(d - laid.period.first).days for d in frame["day"]]]
    inside = at < shape[1] * shape[2]
    product = laid.products.get_indexer(frame["product_id"])
    out = []
    for name in ("returned", "lines"):
        flat = np.zeros((shape[0], shape[1] * shape[2]))
        np.add.at(flat, (product[inside], at[inside]), frame[name].to_numpy(float)[inside])
        out.append(flat.reshape(shape))
    return out[0], out[1]
