"""What is to be done after a page test, and what it costs if that is wrong."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from scipy import special

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.expected_loss import expected_loss
from shophelm.methods.power import times_the_people
from shophelm.methods.sample_ratio import BROKEN as UNFAIR
from shophelm.shop.buyers import order_worths, worth_in
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.store.page_test_list import FINISHED

SHIP, STOP, RUN_ON = "ship", "stop", "keep running"
UNKNOWABLE, BROKEN, UNMEASURED = "cannot be known", "split broken", "not measured"
LEVEL = 0.05
SMALLEST_EFFECT, MOST_DAYS, A_WEEK = 0.05, 56, 7
_EIGHTY = float(special.ndtri(0.9))
COLUMNS = [
    *("experiment_id", "question", "state", "days", "verdict", "variant", "control", "figure"),
    *("unit", "mean", "mean_control", "lift", "lift_low", "lift_high", "p_corrected"),
    *("people", "a_day", "days_more", "risk", "worth", "worth_low", "worth_high", "worth_in"),
    *("split_p", "mixed", "narrower", "provisional", "term"),
]


def verdicts(
    shop: Tables,
    tests: pd.DataFrame,
    metrics: pd.DataFrame,
    *,
    smallest_effect: float = SMALLEST_EFFECT,
    most_days: int = MOST_DAYS,
) -> pd.DataFrame:
    """Decide each page test on its primary metric.

    Parameters
    ----------
    shop
        For the margin in what is paid.
    tests
        As `page_test_list.listed` gives them.
    metrics
        As `page_tests` makes them.
    smallest_effect, most_days
        As in `page_tests`.

    Returns
    -------
    DataFrame
        One row per test, the latest first: experiment_id, question, state, days (run so far),
        verdict (ship, stop, keep running, cannot be known, split broken, not measured), variant
        (the one the verdict is about), control, figure, unit, mean, mean_control, lift with
        lift_low and lift_high (95 %: always valid while it runs, fixed at its planned end),
        p_corrected, people (in its arms), a_day (who come to be exposed), days_more (until
        `smallest_effect` is seen in four of five cases), risk (money lost on average over 28 days
        if the verdict is wrong: by shipping, or by keeping the control), worth with worth_low and
        worth_high (80 %: what shipping brings over 28 days), worth_in (margin, gmv or unknown),
        split_p, mixed, narrower, provisional, term.

    Notes
    -----
    Money is measured by what was paid per visitor, whatever the test is decided on: it may not
    know what the primary metric knows, and its risk then says so.
    """
    price, unit = _worth_of_money(shop)
    rows = []
    for test in tests.itertuples():
        own = metrics[metrics["experiment_id"] == test.experiment_id]
        row = _decided(test, own[own["primary"]], smallest_effect, most_days)
        rows.append(row | _money(row, test, own, price, unit))
    return pd.DataFrame(rows, columns=COLUMNS)


def _decided(test: Any, arms: pd.DataFrame, smallest: float, most_days: int) -> dict[str, Any]:
    """Decide one test, and say by which arm."""
    row = {c: getattr(test, c, None) for c in COLUMNS}
    row |= {"people": test.people - test.mixed, "figure": test.term, "provisional": False}
    known = arms[arms["p_corrected"].notna()]
    if known.empty:
        broken = test.split_p < UNFAIR
        return row | {"verdict": BROKEN if broken else UNMEASURED}
    ends = ("lift_low", "lift_high") if test.state == FINISHED else ("always_low", "always_high")
    verdict, arm = _by_arms(known, ends[1], smallest)
    row |= {c: arm[c] for c in arms.columns.intersection(COLUMNS) if c not in ("people", "days")}
    row |= {"lift_low": arm[ends[0]], "lift_high": arm[ends[1]]}
    if test.split_p < UNFAIR:
        return row | {"verdict": BROKEN}
    if verdict:
        return row | {"verdict": verdict}
    days = _days_more(row["people"], test.a_day, arm, smallest, len(arms))
    return row | {"verdict": RUN_ON if days <= most_days else UNKNOWABLE, "days_more": days}


def _by_arms(arms: pd.DataFrame, end: str, smallest: float) -> tuple[str, pd.Series]:
    """Ship the best arm that is better, stop where none can be; otherwise "" and the best arm."""
    sure = arms["p_corrected"] < LEVEL
    better, worse = sure & (arms["difference"] > 0), sure & (arms["difference"] < 0)

    def best(among: pd.Series) -> pd.Series:
        return arms.loc[arms.loc[among, "difference"].idxmax()]

    if better.any():
        return SHIP, best(better)
    if worse.all():
        return STOP, best(worse)
    too_small = (arms.loc[~worse, end] < smallest).all()
    return STOP if too_small else "", best(~worse)


def _days_more(people: int, a_day: float, arm: pd.Series, smallest: float, arms: int) -> float:
    """Give the days until the smallest effect worth seeing is seen; infinite without visitors."""
    effect = smallest * abs(arm["mean_control"])
    times = times_the_people(arm["difference_error"], effect, level=1 - LEVEL / arms)
    if not (a_day > 0 and math.isfinite(times)):
        return math.inf
    return max(math.ceil(people * (times - 1) / a_day), A_WEEK)


def _worth_of_money(shop: Tables) -> tuple[float, str]:
    """Give what a unit of money paid is worth to the shop, and in what."""
    if not shop.filled("orders") or worth_in(shop) == "gmv":
        return 1.0, "gmv"
    orders = order_worths(shop)
    sums = shop.frame(orders.aggregate(worth=orders.worth.sum(), paid=orders.paid.sum()))
    worth, paid = as_floats(sums.iloc[0])
    return (float(worth / paid), "margin") if paid > 0 else (1.0, "gmv")


def _money(row: dict, test: Any, own: pd.DataFrame, price: float, unit: str) -> dict[str, Any]:
    """Give what shipping brings over 28 days, and what the verdict costs if it is wrong."""
    paid = own[(own["metric"] == "uv_value") & (own["variant"] == row["variant"])]
    if paid.empty or row["verdict"] == BROKEN or not paid["difference_error"].iloc[0] > 0:
        return {"worth_in": "unknown"}
    effect, error = paid[["difference", "difference_error"]].iloc[0] * (
        price * test.a_day * HORIZON_DAYS
    )
    wrong = effect if row["verdict"] == SHIP else -effect
    return {
        "risk": float(expected_loss(wrong, error)[0]),
        "worth": effect,
        "worth_low": effect - _EIGHTY * error,
        "worth_high": effect + _EIGHTY * error,
        "worth_in": unit,
    }
