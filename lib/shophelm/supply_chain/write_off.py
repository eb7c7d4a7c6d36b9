"""What stands on the shelf, batch by batch, and when each must be written off."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.shelf import on_the_shelf
from shophelm.shop.tables import Tables
from shophelm.words import unknown

WRITE_OFF_DAYS = 365
SEASON_ENDS = {
    "spring": 5, "summer": 8, "autumn": 11, "fall": 11, "winter": 2,
    "春": 5, "夏": 8, "秋": 11, "冬": 2,
    "春季": 5, "夏季": 8, "秋季": 11, "冬季": 2,
}  # fmt: skip
"""The month with whose last day a season's goods are written off."""
SHELF_LIFE, SEASON, AGE = "shelf life", "end of season", "age"


def batches(shop: Tables, *, write_off_days: int = WRITE_OFF_DAYS) -> pd.DataFrame:
    """Tell the stock's batches, first in first out, and the day each must be sold by.

    Parameters
    ----------
    shop
        Needs stock; purchase_orders tell when goods came (without them, a day on which the shelf
        gained more than was sold is taken for a delivery).
    write_off_days
        Age at which goods are written off at the latest; a shelf life or the end of their season
        may come before.

    Returns
    -------
    DataFrame
        product_id, received_on, age_days, known (false for what was there before any delivery
        that is told of: it is at least so old), units, write_off_on, days_left (0 or less: it is
        past that day), write_off_by. By product, the first to be written off first.
    """
    days = product_days(shop)
    held = on_the_shelf(shop)["on_hand"]
    held = held[held > 0]
    place = days.products.get_indexer(held.index)
    came = _came(days)[place]
    later = came[:, ::-1].cumsum(axis=1)[:, ::-1] - came
    kept = np.clip(held.to_numpy()[:, None] - later, 0, came)
    rest = held.to_numpy() - kept.sum(axis=1)
    row, day = np.nonzero(kept)
    old = np.flatnonzero(rest > 0)
    frame = pd.DataFrame(
        {
            "product_id": held.index[np.concatenate([row, old])],
            "day": np.concatenate([day, np.zeros(len(old), dtype=int)]),
            "known": np.arange(len(row) + len(old)) < len(row),
            "units": np.concatenate([kept[row, day], rest[old]]),
        }
    )
    frame["received_on"] = [days.period.first + timedelta(days=int(d)) for d in frame["day"]]
    frame["age_days"] = [(shop.as_of - d).days for d in frame["received_on"]]
    return _with_dates(shop, frame.drop(columns="day"), write_off_days)


def _came(days: ProductDays) -> np.ndarray:
    """Give the deliveries: products × days, units."""
    if np.isnan(days.received).all():
        # what the shelf gained on a day, and what that day sold of it
        gained = np.diff(days.on_hand, axis=1, prepend=np.nan) + days.units
        return np.maximum(np.nan_to_num(gained), 0)
    return np.nan_to_num(days.received)


def _with_dates(shop: Tables, frame: pd.DataFrame, write_off_days: int) -> pd.DataFrame:
    facts = pd.DataFrame(columns=["season", "shelf_life_days"])
    if shop.has("products"):
        wanted = shop["products"].select("product_id", "season", "shelf_life_days")
        facts = shop.frame(wanted).set_index("product_id")
    facts = facts.reindex(frame["product_id"])
    rows = zip(frame["received_on"], facts["season"], facts["shelf_life_days"], strict=True)
    dates = [_write_off(*row, write_off_days, shop.as_of) for row in rows]
    frame["write_off_on"] = [day for day, _ in dates]
    frame["days_left"] = [(day - shop.as_of).days for day, _ in dates]
    frame["write_off_by"] = [by for _, by in dates]
    keys = ["product_id", "days_left", "received_on"]
    return frame.sort_values(keys, ignore_index=True)


def _write_off(
    received_on: date, season: str | None, life: float, write_off_days: int, as_of: date
) -> tuple[date, str]:
    """Give the earliest day on which goods must go, and what makes them go."""
    ends = [(received_on + timedelta(days=write_off_days), AGE)]
    if not unknown(life):
        ends.append((received_on + timedelta(days=int(life)), SHELF_LIFE))
    month = SEASON_ENDS.get(str(season).strip().lower())
    if month is not None:
        ends.append((_next_end(month, as_of), SEASON))
    return min(ends)


def _next_end(month: int, as_of: date) -> date:
    """Give the last day of a month, this year's or the next: the first that is not over."""
    ends = (
        date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        for year in (as_of.year, as_of.year + 1)
    )
    return next(end for end in ends if end >= as_of)
