"""What a price move is reckoned from: prices seen, units on ordinary days, what a unit leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.methods.bulk import tame_bulk
from shophelm.shop.calendar import last_days
from shophelm.shop.paid_lines import paid_lines
from shophelm.shop.product_days import product_days
from shophelm.shop.promotion_days import promotion_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.store.product_money import kept_share, product_money

RECENT_DAYS = 91
_FEWEST_DAYS = 28
"""Ordinary days needed, lest days of a promotion count as well."""
_PRIOR_UNITS = 20.0


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """Products on sale, in one order.

    Attributes
    ----------
    products
        Indexed by product_id: price (of the last day outside a promotion's burst), seen_low,
        seen_high (prices of at least so many days outside a burst), unit_cost, kept (of a unit's
        price, after coupons and refunds), cost_kept (share of units that do not come back).
    units, prices
        Products × recent days: sold, and at which price; NaN on a day that does not count.
    """

    products: pd.DataFrame
    units: np.ndarray
    prices: np.ndarray


def price_facts(shop: Tables, *, reach: int, seen_days: int) -> PriceFacts:
    """Gather them.

    Parameters
    ----------
    shop
        Needs order_lines.
    reach
        Days back over which prices count as seen.
    seen_days
        Days a price must have held to count as seen, together.
    """
    days = product_days(shop)
    here = days.on_sale[:, -1]
    price, can = days.last_price[here], (days.can_be_bought & days.usually_priced)[here]
    kinds = [kind for kind, _ in promotion_days(shop, days.days)]
    quiet = np.array([not kind.endswith("burst") for kind in kinds])
    seen = np.where(can & quiet, price, np.nan)
    frame = pd.DataFrame(index=days.products[here])
    frame["price"] = pd.DataFrame(seen).ffill(axis=1).to_numpy()[:, -1]
    ends = [_held(row, seen_days) for row in seen[:, -reach:]]
    frame[["seen_low", "seen_high"]] = np.reshape(ends, (len(frame), 2))
    counts = _counting(can, np.array([kind == "" for kind in kinds]))
    units = np.where(counts, tame_bulk(days.units)[here], np.nan)[:, -RECENT_DAYS:]
    return PriceFacts(
        products=frame.join(_left(shop), how="left"),
        units=units,
        prices=np.where(counts, price, np.nan)[:, -RECENT_DAYS:],
    )


def _held(prices: np.ndarray, seen_days: int) -> tuple[float, float]:
    """Give the lowest and highest price that held for enough days; NaN where none did."""
    values, days = np.unique(prices[~np.isnan(prices)], return_counts=True)
    values = values[days >= seen_days]
    return (values[0], values[-1]) if len(values) else (np.nan, np.nan)


def _counting(can: np.ndarray, ordinary: np.ndarray) -> np.ndarray:
    """Mark the days that say what is sold: ordinary ones, where there are enough of them."""
    recent = np.arange(can.shape[1]) >= can.shape[1] - RECENT_DAYS
    plain = can & ordinary & recent
    enough = plain.sum(axis=1, keepdims=True) >= _FEWEST_DAYS
    return np.where(enough, plain, can & recent)


def _left(shop: Tables) -> pd.DataFrame:
    """Give unit_cost, and what coupons and refunds leave of a unit; refunds drawn to all's."""
    year = last_days(shop.as_of, days=364)
    money = product_money(shop, year)
    lines = paid_lines(shop, year)
    asked = lines.aggregate(
        paid=lines.paid_amount.sum(), asked=(lines.unit_price * lines.quantity).sum()
    )
    sums = shop.frame(asked).apply(as_floats).iloc[0]
    after_coupons = sums["paid"] / sums["asked"] if sums["asked"] > 0 else 1.0
    every = float(kept_share(money.sum().to_frame().T).iloc[0])
    units, kept = money["units"], kept_share(money)
    drawn = (units * kept + _PRIOR_UNITS * every) / (units + _PRIOR_UNITS)
    return pd.DataFrame(
        {"unit_cost": money["unit_cost"], "kept": after_coupons * drawn, "cost_kept": drawn}
    )
