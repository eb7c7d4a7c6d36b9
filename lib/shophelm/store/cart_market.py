"""Signs of price and diversion that stand in price lists: ours, and the look-alike's."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd

from shophelm.shop.product_days import product_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.store.cart_evidence import sign_table
from shophelm.store.carts import Carts

BEFORE_DAYS = 84
"""Days before a break that a price after it is held against."""
_FEWEST, _ERROR = 7, 0.02
"""Days on either side without which nothing is said; error of a mean price, in logs."""


def price_signs(shop: Tables, carts: Carts) -> dict[str, pd.DataFrame]:
    """Measure our price and the look-alike's around the break.

    Returns
    -------
    dict
        `price raised` and `rival's price`: change of the mean log price from the twelve weeks
        before the break (before its earliest day) to the time since (its latest day); `here` is
        that as a relative change. `dearer than rival`: mean log of our price over the
        look-alike's since the break, less the same of our other products that have one; `here`
        and `elsewhere` are the two as relative gaps. Where several look-alikes are listed, the
        mean of their log prices.
    """
    ours = _our_prices(shop, carts)
    theirs = _rival_prices(shop, carts)
    return {
        "price raised": _moved(carts, ours),
        "rival's price": _moved(carts, theirs),
        "dearer than rival": _dearer(carts, ours - theirs),
    }


def _moved(carts: Carts, logs: np.ndarray) -> pd.DataFrame:
    found = sign_table(carts)
    for number, low, high in _breaks(carts):
        before, since = logs[number, max(low - BEFORE_DAYS, 0) : low], logs[number, high:]
        if min(np.isfinite(before).sum(), np.isfinite(since).sum()) < _FEWEST:
            continue
        moved = np.nanmean(since) - np.nanmean(before)
        found.loc[number, ["value", "error", "here"]] = [moved, _ERROR, np.expm1(moved)]
    return found


def _dearer(carts: Carts, gaps: np.ndarray) -> pd.DataFrame:
    found = sign_table(carts)
    at = carts.products["at"].clip(lower=0)
    for number, first in at.items():
        since = gaps[number, first:]
        if np.isfinite(since).sum() < _FEWEST:
            continue
        others = np.delete(gaps[:, first:], number, axis=0)
        others = others[np.isfinite(others).sum(axis=1) >= _FEWEST]
        if not len(others):
            continue
        own, rest = np.nanmean(since), np.median(np.nanmean(others, axis=1))
        found.loc[number] = [own - rest, _ERROR, np.expm1(own), np.expm1(rest)]
    return found


def _breaks(carts: Carts) -> list[tuple[int, int, int]]:
    there = carts.products[(carts.products["at"] > 0) & (carts.products["by"] != "peers")]
    return [
        (int(i), int(r.low), int(r.high))
        for i, r in zip(there.index, there.itertuples(), strict=True)
    ]


def _our_prices(shop: Tables, carts: Carts) -> np.ndarray:
    """Log prices of the carts' products by day of the period; NaN where not known."""
    grid = np.full((len(carts.products), carts.period.days), np.nan)
    if not shop.has("orders", "order_lines"):
        return grid
    days = product_days(shop)
    row = days.products.get_indexer(carts.products["product_id"])
    shift = (carts.period.first - days.period.first).days
    width = min(carts.period.days, days.period.days - shift)
    start = max(-shift, 0)
    prices = days.price[row, shift + start : shift + width] if width > start else np.empty((0, 0))
    if width > start:
        known = (row >= 0)[:, None] & (prices > 0)
        grid[:, start:width] = np.where(known, np.log(np.where(known, prices, 1)), np.nan)
    return grid


def _rival_prices(shop: Tables, carts: Carts) -> np.ndarray:
    """Mean log prices of each product's look-alikes, each price held until the next one."""
    grid = np.full((len(carts.products), carts.period.days), np.nan)
    if not shop.filled("rivals.matched_product_id"):
        return grid
    rivals = shop["rivals"]
    first, last = ibis.literal(carts.period.first), ibis.literal(carts.period.last)
    there = rivals.matched_product_id.notnull() & (rivals.price > 0)
    rows = rivals.filter(there & (rivals.day >= first) & (rivals.day <= last))
    rows = rows.group_by("day", "matched_product_id").aggregate(
        log_price=rows.price.cast("float64").ln().mean()
    )
    frame = shop.frame(rows)
    number = pd.Index(carts.products["product_id"]).get_indexer(frame["matched_product_id"])
    day = np.array([(d - carts.period.first).days for d in frame["day"]], dtype=np.int64)
    known = number >= 0
    grid[number[known], day[known]] = as_floats(frame["log_price"])[known]
    return pd.DataFrame(grid).ffill(axis=1).to_numpy()
