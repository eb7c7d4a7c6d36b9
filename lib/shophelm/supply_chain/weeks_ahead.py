"""The weeks ahead: units of each category and of the shop, as sums of their products."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.methods.conformal import spread
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.supply_chain.backtested import interval
from shophelm.supply_chain.demand_history import History
from shophelm.supply_chain.forecast import expected_ahead
from shophelm.supply_chain.spreads import WEEK, WEEKS, by_category, group_calibration
from shophelm.supply_chain.tried import tried
from shophelm.words import Sentence, count, listing, sentence

SHOP = "shop"
_PAST_WEEKS = 26
COLUMNS = [
    *("category", "week_from", "week_to", "expected_units", "units_low", "units_high"),
    *("units_low_95", "units_high_95", "sold_units", "promotion"),
]


@question("What will each category sell, week by week?", "order_lines", campaigns="promotions")
def weeks_ahead(shop: Tables, *, past: int = _PAST_WEEKS) -> pd.DataFrame:
    """Add up the products' forecasts by category and week, with the last weeks before them.

    Parameters
    ----------
    shop
        Needs orders and order_lines; products bring categories.
    past
        Weeks before as_of to show beside those ahead.

    Returns
    -------
    DataFrame
        One row per category (and "shop", last) and week, in order: category, week_from, week_to;
        expected_units with units_low, units_high (80 %) and _95 of the eight weeks ahead;
        sold_units of the weeks past; promotion (phases that touch the week, its burst alone where
        it has one; "" for none).
        Expected units are the sums of the products' forecasts: categories add up to the shop.
    """
    made, seen = expected_ahead(shop), tried(shop)
    history = made.past
    names = [*history.categories, SHOP]
    weeks = _weekly(made.mean[:, : WEEK * WEEKS], history)
    calibration = group_calibration(
        seen, made.choice, range(len(seen.cuts)), by=history.period.days
    )
    of = np.array(["category"] * len(history.categories) + [SHOP])
    levels = spread(calibration, weeks, np.ones(len(of)), of)
    ends = [interval(levels, share) for share in (0.80, 0.95)]
    ahead = {"expected_units": weeks, "units_low": ends[0][0], "units_high": ends[0][1],
             "units_low_95": ends[1][0], "units_high_95": ends[1][1]}  # fmt: skip
    gone = min(past, history.period.days // WEEK)
    sold = _weekly(history.sold[:, history.period.days - WEEK * gone :], history)
    frames = [_rows(history, names, {"sold_units": sold}, first=-gone)]
    frames += [_rows(history, names, ahead, first=0)]
    frame = pd.concat(frames, ignore_index=True).reindex(columns=COLUMNS)
    order = {name: i for i, name in enumerate(names)}
    by = [frame["category"].map(order), frame["week_from"]]
    return frame.iloc[np.lexsort(by[::-1])].reset_index(drop=True)


@carries_missing
def find_weeks_ahead(frame: pd.DataFrame) -> Sentence:
    """Say what the shop will sell over the next four weeks, and which week stands out."""
    ahead = frame[(frame["category"] == SHOP) & frame["expected_units"].notna()]
    near = ahead.head(4)
    best = ahead.loc[ahead["expected_units"].idxmax()]
    by = frame[(frame["category"] != SHOP) & frame["week_from"].isin(near["week_from"])]
    sums = by.groupby("category")["expected_units"].sum().sort_values(ascending=False)
    return sentence(
        "The next four weeks are expected to sell {units} units ({parts}); the strongest of the "
        "next eight begins on {week}{promotion} with {best} (80% interval {low} to {high}).",
        units=count(near["expected_units"].sum()),
        parts=listing([f"{name} {count(n)}" for name, n in sums.items()]),
        week=str(best["week_from"]),
        promotion=f" ({best['promotion']})" if best["promotion"] else "",
        best=count(best["expected_units"]),
        low=count(best["units_low"]),
        high=count(best["units_high"]),
    )


@carries_missing
def shown(frame: pd.DataFrame, *, weeks: int = 4) -> pd.DataFrame:
    """Lay out, for people, the shop's and each category's next weeks."""
    ahead = frame[frame["expected_units"].notna()]
    near = ahead["week_from"].isin(sorted(set(ahead["week_from"]))[:weeks])
    return ahead[near].drop(columns="sold_units").reset_index(drop=True)


def _weekly(units: np.ndarray, history: History) -> np.ndarray:
    sums = by_category(units, history.setting.group)
    return sums.reshape(len(sums), -1, WEEK).sum(axis=2)


def _rows(
    history: History, names: list[str], values: dict[str, np.ndarray], *, first: int
) -> pd.DataFrame:
    """Lay categories × weeks out as rows; week 0 begins the day after the last."""
    weeks = next(iter(values.values())).shape[1]
    starts = [_start(history, first + i) for i in range(weeks)]
    spans = [history.period.days + WEEK * (first + i) for i in range(weeks)]
    promotion = [_promotion(history, day) for day in spans]
    return pd.DataFrame(
        {
            "category": np.repeat(names, weeks),
            "week_from": starts * len(names),
            "week_to": [d + timedelta(days=WEEK - 1) for d in starts] * len(names),
            "promotion": promotion * len(names),
        }
        | {column: grid.ravel() for column, grid in values.items()}
    )


def _start(history: History, week: int) -> date:
    return history.period.last + timedelta(days=1 + WEEK * week)


def _promotion(history: History, day: int) -> str:
    """Name the phases that touch the week from a day; a burst stands for its campaign."""
    phases = sorted(set(history.phases[day : day + WEEK]) - {""})
    bursts = [p for p in phases if p.endswith(": burst")]
    return listing(bursts or phases, most=9) if phases else ""
