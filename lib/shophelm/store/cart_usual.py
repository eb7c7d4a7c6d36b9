"""Carts laid out for the fit of what is usual: shelf and price of the day, peers, times."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.methods.fall_point import FallPoint, fall_point
from shophelm.methods.usual_odds import Rows, UsualOdds, dispersion, usual_odds
from shophelm.shop.calendar import Period
from shophelm.shop.product_days import product_days
from shophelm.shop.promotion_days import promotion_days
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of, titled

MONTH = 28
SET_ASIDE = 0.01
"""A product whose fall is less likely than this by chance teaches no peers from then on."""
LAST_DAYS = 14
"""A fall is not looked for in the last days: too little is known of what came after."""
_COARSE = 7


def laid_out(
    shop: Tables, cells: pd.DataFrame, period: Period
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the cells with day_number, number, log_price and empty; and the products they are of.

    Products: product_id, product (title), category and group (number of the category; those
    without one are peers of each other).
    """
    ids = sorted(cells["product_id"].unique())
    categories = products_of(shop)["category"].to_dict()
    of_each = [categories.get(i) for i in ids]
    known = [c if isinstance(c, str) else None for c in of_each]
    products = pd.DataFrame({"product_id": pd.Series(ids, dtype="str")})
    products["product"] = pd.Series(titled(shop, ids), dtype="str")
    products["category"] = pd.Series(known, dtype=object)
    products["group"] = pd.factorize(pd.Series([c or "" for c in known], dtype=object), sort=True)[
        0
    ]
    first = period.first
    cells = cells.assign(
        day_number=np.array([(d - first).days for d in cells["day"]], dtype=np.int64),
        number=pd.Index(products["product_id"]).get_indexer(cells["product_id"]),
        log_price=np.nan,
        empty=np.nan,
    )
    if shop.has("orders", "order_lines"):
        _add_shelf(cells, shop)
    return cells, products


def _add_shelf(cells: pd.DataFrame, shop: Tables) -> None:
    """Fill in log_price (over the product's usual price) and empty, where they are known."""
    days = product_days(shop)
    row = days.products.get_indexer(cells["product_id"])
    column = np.array([(d - days.period.first).days for d in cells["day"]], dtype=np.int64)
    there = row >= 0
    price = np.where(there, days.price[row, column], np.nan)
    price = np.log(np.where(price > 0, price, np.nan))
    usual = pd.Series(price).groupby(cells["number"].to_numpy()).transform("median")
    cells["log_price"] = price - usual.to_numpy()
    on_hand = np.where(there, days.on_hand[row, column], np.nan)
    cells["empty"] = np.where(np.isnan(on_hand), np.nan, on_hand <= 0)


def rows_of(shop: Tables, cells: pd.DataFrame, period: Period) -> Rows:
    """Lay the cells out for `usual_odds`: a slot is a week, parted by the phases of promotions."""
    kinds = promotion_days(shop, period.every_day)
    slots = pd.factorize(pd.Series([(n // 7, kind) for n, (kind, _) in enumerate(kinds)]))[0]
    return Rows(
        trials=cells["carts"].to_numpy(),
        yes=cells["bought"].to_numpy(),
        member=cells["number"].to_numpy(),
        slot=slots[cells["day_number"]],
        price=np.nan_to_num(cells["log_price"].to_numpy()),
        weight=np.where(cells["empty"] == 1, 0.0, 1.0),
    )


def fitted(
    rows: Rows, cells: pd.DataFrame, group_of: np.ndarray, last: int
) -> tuple[UsualOdds, Rows, float]:
    """Fit what is usual twice, the second time without what fell in the first.

    Returns the fit, the rows with the weights it was made with, and the dispersion of counts over
    four weeks.
    """
    fit = usual_odds(rows, group_of)
    spread = _dispersion(rows, fit, cells)
    weight = rows.weight.copy()
    for _, own in by_product(cells):
        found = fall_of(rows, fit, own, cells, last=last, spread=spread, step=_COARSE)
        if found.p_value < SET_ASIDE:
            weight[own[cells["day_number"].to_numpy()[own] >= found.at]] = 0.0
    rows = Rows(rows.trials, rows.yes, rows.member, rows.slot, rows.price, weight)
    fit = usual_odds(rows, group_of)
    return fit, rows, _dispersion(rows, fit, cells)


def by_product(cells: pd.DataFrame) -> list[tuple[int, np.ndarray]]:
    """Give each product's number and its cells' places."""
    return [(int(n), places) for n, places in cells.groupby("number").indices.items()]


def fall_of(
    rows: Rows, fit: UsualOdds, own: np.ndarray, cells: pd.DataFrame, *,
    last: int, spread: float, step: int = 1,
) -> FallPoint:  # fmt: skip
    """Look for a fall among one product's cells."""
    odds = fit.offset[own] + fit.level[rows.member[own]]
    at = cells["day_number"].to_numpy()[own]
    return fall_point(
        rows.trials[own], rows.yes[own], odds, at, last=last, dispersion=spread, step=step
    )


def _dispersion(rows: Rows, fit: UsualOdds, cells: pd.DataFrame) -> float:
    months = cells["day_number"].to_numpy() // MONTH
    block = rows.member * (months.max(initial=0) + 1) + months
    odds = fit.offset + fit.level[rows.member]
    return dispersion(rows, odds, block, fitted=len(fit.level))
