"""What stands on the shelf, batch by batch, and when each must be written off."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.shop.arrivals import arrivals
from shophelm.shop.product_days import product_days
from shophelm.shop.ratios import as_floats
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
QUARTER = 91
"""Days before and after a season's end over which its goods are compared."""
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
        may come before, unless that season's goods sold on after its last end.

    Returns
    -------
    DataFrame
        product_id, received_on, age_days, known (false for what was there before any delivery
        that is told of: it is at least so old), units, write_off_on, days_left (0 or less: it is
        past that day), write_off_by. By product, the first to be written off first.
    """
    held = on_the_shelf(shop)["on_hand"]
    held = held[held > 0]
    came = _deliveries(shop)
    came = came[came["product_id"].isin(held.index)]
    came = came.sort_values(["product_id", "received_on"], ascending=[True, False])
    later = came.groupby("product_id")["units"].cumsum() - came["units"]
    room = held.reindex(came["product_id"]).to_numpy() - later
    came["units"] = np.minimum(came["units"], room.clip(lower=0))
    rest = held - came.groupby("product_id")["units"].sum().reindex(held.index, fill_value=0)
    old = rest[rest > 0].rename("units").rename_axis("product_id").reset_index()
    old["received_on"] = _at_least(shop, came, old["product_id"])
    parts = [came[came["units"] > 0].assign(known=True), old.assign(known=False)]
    frame = pd.concat([p for p in parts if len(p)] or parts, ignore_index=True)
    frame["age_days"] = [(shop.as_of - d).days for d in frame["received_on"]]
    return _with_dates(shop, frame, write_off_days)


def _deliveries(shop: Tables) -> pd.DataFrame:
    """Give what came, and when: product_id, received_on, units."""
    if shop.has("purchase_orders.received_on"):
        frame = shop.frame(arrivals(shop))
        return frame.assign(units=as_floats(frame["units"]))
    days = product_days(shop)
    # what the shelf gained on a day, and what that day sold of it
    gained = np.diff(days.on_hand, axis=1, prepend=np.nan) + days.units
    row, day = np.nonzero(np.nan_to_num(gained) > 0)
    received = [days.period.first + timedelta(days=int(d)) for d in day]
    return pd.DataFrame(
        {"product_id": days.products[row], "received_on": received, "units": gained[row, day]}
    )


def _at_least(shop: Tables, came: pd.DataFrame, products: pd.Series) -> list[date]:
    """Give the earliest day on which each product is known to have been there."""
    seen = shop["stock"].group_by("product_id").aggregate(day=lambda t: t.day.min())
    first = shop.frame(seen).set_index("product_id")["day"]
    delivered = came.groupby("product_id")["received_on"].min()
    return [min(first[p], delivered.get(p, first[p])) for p in products]


def _with_dates(shop: Tables, frame: pd.DataFrame, write_off_days: int) -> pd.DataFrame:
    facts = pd.DataFrame(columns=["season", "shelf_life_days"])
    if shop.has("products"):
        wanted = shop["products"].select("product_id", "season", "shelf_life_days")
        facts = shop.frame(wanted).set_index("product_id")
    facts["season"] = facts["season"].where(~facts["season"].isin(_selling_on(shop, facts)))
    facts = facts.reindex(frame["product_id"])
    rows = zip(frame["received_on"], facts["season"], facts["shelf_life_days"], strict=True)
    dates = [_write_off(*row, write_off_days, shop.as_of) for row in rows]
    frame["write_off_on"] = [day for day, _ in dates]
    frame["days_left"] = [(day - shop.as_of).days for day, _ in dates]
    frame["write_off_by"] = [by for _, by in dates]
    keys = ["product_id", "days_left", "received_on"]
    return frame.sort_values(keys, ignore_index=True)


def _selling_on(shop: Tables, facts: pd.DataFrame) -> set[str]:
    """Name the seasons whose goods sold on after the end of the last one, beside all others.

    Of the goods on sale a quarter of a year before and after it, theirs must have kept half of
    their share; where no such end is known, a season's end is believed.
    """
    if not shop.has("order_lines"):
        return set()
    days = product_days(shop)
    season = facts["season"].reindex(days.products).to_numpy()
    found = set()
    for name in sorted({s for s in season if _month(s) is not None}):
        end = _next_end(_month(name), shop.as_of - timedelta(days=364 + QUARTER))
        at = (end - days.period.first).days + 1
        if end + timedelta(days=QUARTER) > shop.as_of or at < QUARTER:
            continue
        there = days.on_sale[:, at - QUARTER : at + QUARTER].all(axis=1)
        windows = (slice(at - QUARTER, at), slice(at, at + QUARTER))
        sums = [days.units[there, window].sum(axis=1) for window in windows]
        before, after = (s[season[there] == name].sum() / max(s.sum(), 1) for s in sums)
        if before > 0 and after >= before / 2:
            found.add(name)
    return found


def _month(season: str | None) -> int | None:
    return SEASON_ENDS.get(str(season).strip().lower())


def _write_off(
    received_on: date, season: str | None, life: float, write_off_days: int, as_of: date
) -> tuple[date, str]:
    """Give the earliest day on which goods must go, and what makes them go."""
    ends = [(received_on + timedelta(days=write_off_days), AGE)]
    if not unknown(life):
        ends.append((received_on + timedelta(days=int(life)), SHELF_LIFE))
    month = _month(season)
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
