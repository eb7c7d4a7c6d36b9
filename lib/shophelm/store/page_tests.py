"""Did the page tests work? Every arm held against its control, by every metric."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.methods.always_valid import SHARPEST_AT, always_valid
from shophelm.methods.corrections import false_discoveries, holm
from shophelm.methods.two_sample import Arm, difference, lift_within
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.refund_ages import ripe_age
from shophelm.shop.tables import Tables
from shophelm.store.page_test_list import FINISHED, listed
from shophelm.store.page_test_metrics import BY_NAME, LATE, arms
from shophelm.store.page_test_verdicts import MOST_DAYS, SMALLEST_EFFECT, verdicts

SETTLED = 0.95
"""Share of the refunds that must have come for settled money to be more than provisional."""
SOUND = 3.0
"""A control's mean that lies fewer errors than this above zero is nothing to divide by."""
SHOWN = [
    *("experiment_id", "variant", "figure", "unit", "primary", "n", "mean", "n_control"),
    *("mean_control", "effect", "effect_low", "effect_high", "always_low", "always_high"),
    *("p_corrected", "provisional"),
]


@dataclass(frozen=True, slots=True)
class PageTests:
    """What the page tests say.

    Attributes
    ----------
    metrics
        One row per experiment, arm and metric, see `page_tests`.
    verdicts
        One row per experiment, see `page_test_verdicts.verdicts`.
    smallest_effect
        The smallest relative effect worth seeing.
    """

    metrics: pd.DataFrame
    verdicts: pd.DataFrame
    smallest_effect: float


@question(
    "Did the page tests work?",
    "experiments",
    "exposures",
    "events|orders.customer_id",
    events="carts, payments seen, and which visitor is which customer",
    orders="money, and what a wrong decision costs",
    refunds="settled money",
    products="what it is worth in margin",
)
def page_tests(
    shop: Tables,
    *,
    smallest_effect: float = SMALLEST_EFFECT,
    most_days: int = MOST_DAYS,
    winsorise: float = 0.0,
    sharpest_at: int = SHARPEST_AT,
) -> PageTests:
    """Hold every arm of every page test against its control.

    Parameters
    ----------
    shop
        Needs experiments and exposures, and events, or orders with customers.
    smallest_effect
        The smallest relative effect worth seeing: .05 is 5 % more or less than the control.
    most_days
        A test that would need more days than this to see that is not worth running.
    winsorise
        Share of money values left as they are, over all arms together (.999 cuts the largest
        thousandth down to the next value); 0 leaves all as they are.
    sharpest_at
        The people of both arms by whom one hopes to have decided a running test
        (see `methods.always_valid`).

    Returns
    -------
    PageTests
        `metrics`: experiment_id, variant, control, metric, figure (its title), unit, primary (the
        test is decided on it), state (running, finished), n and n_control (people; of a quantile,
        buyers), mean and mean_control (after the cut), difference, lift (relative) and always (the
        always-valid interval of the lift) each with _low and _high (95 %), p_value (fixed
        horizon), p_always, p_corrected (by what decides in this state: Holm over the arms for the
        primary metric; Benjamini and Hochberg over all others of the test), narrower (share of the
        interval's width that what people did before took away), cut (values, both arms), split_p
        (chance of so uneven a split), provisional (refunds will still change it).

    Notes
    -----
    A finished test is taken to have run to its planned end. One that somebody ended because it
    looked good is read out too kindly: look at its always-valid interval instead.
    """
    tests = listed(shop)
    frame, arm = arms(shop, winsorise=winsorise)
    metrics = _contrasts(tests, frame, arm, sharpest_at)
    metrics["provisional"] = _provisional(shop, metrics)
    found = verdicts(shop, tests, metrics, smallest_effect=smallest_effect, most_days=most_days)
    return PageTests(metrics, found, smallest_effect)


@carries_missing
def shown(tests: PageTests) -> pd.DataFrame:
    """Lay out the metrics of every arm, the latest test first."""
    ends = {f"lift{end}": f"effect{end}" for end in ("", "_low", "_high")}
    return tests.metrics.rename(columns=ends)[SHOWN]


@carries_missing
def latest(tests: PageTests) -> pd.DataFrame:
    """Give the metrics of the latest test, as the figure draws them."""
    rows = tests.metrics
    return rows[rows["experiment_id"] == rows["experiment_id"].iloc[0]] if len(rows) else rows


def _contrasts(
    tests: pd.DataFrame, frame: pd.DataFrame, arm: Arm, sharpest_at: int
) -> pd.DataFrame:
    """Make a row of each arm that is not the control."""
    rows = frame.assign(at=np.arange(len(frame)))
    rows = rows.merge(tests.drop(columns=["people", "mixed", "a_day"]), on="experiment_id")
    keys = ["experiment_id", "metric"]
    rows = rows.rename(columns={"metric_x": "metric", "metric_y": "decided_on"})
    control = rows[rows["variant"] == rows["control"]].set_index(keys)
    rows = rows[rows["variant"] != rows["control"]].join(
        control[["at", "n", "mean", "cut"]].add_suffix("_control"), on=keys, how="inner"
    )
    rows = _described(rows, tests)
    ours, theirs = (arm_at(arm, rows.pop(c)) for c in ("at", "at_control"))
    rows["cut"] += rows.pop("cut_control")
    rows["narrower"] = 1 - np.sqrt(1 - rows.pop("removed").clip(0, 1))
    rows = rows.join(_effects(ours, theirs, sharpest_at))
    rows["p_corrected"] = _corrected(rows)
    return rows


def arm_at(arm: Arm, places: pd.Series | np.ndarray) -> Arm:
    """Take some entries of arms."""
    at = np.asarray(places, dtype=int)
    return Arm(arm.n[at], arm.mean[at], arm.variance[at])


def _described(rows: pd.DataFrame, tests: pd.DataFrame) -> pd.DataFrame:
    """Put the latest test first and in it the metric it is decided on; say what each row is."""
    rows["primary"] = rows["metric"] == rows["decided_on"]
    rows["test"] = rows["experiment_id"].map(pd.Series(tests.index, tests["experiment_id"]))
    rows["place"] = rows["metric"].map(list(BY_NAME).index)
    order = ["test", "primary", "place", "variant"]
    rows = rows.sort_values(order, ascending=[True, False, True, True], ignore_index=True)
    rows["figure"] = [BY_NAME[m].title for m in rows["metric"]]
    rows["unit"] = [BY_NAME[m].unit for m in rows["metric"]]
    return rows.drop(columns=["test", "place", "decided_on"])


def held_against(ours: Arm, theirs: Arm, sharpest_at: int) -> pd.DataFrame:
    """Hold arms against their controls: apart, relatively, and on all days at once.

    The difference is tested, and what is said of the lift agrees with it.
    """
    apart = difference(ours, theirs)
    apart = apart.where(apart["error"] > 0)
    always = always_valid(
        apart["estimate"], apart["error"], ours.n + theirs.n, sharpest_at=sharpest_at
    )
    frame = pd.DataFrame({"p_value": apart["p_value"], "p_always": always["p_value"]})
    frame["difference"], frame["difference_error"] = apart["estimate"], apart["error"]
    frame[["difference_low", "difference_high"]] = apart[["low", "high"]]
    for name, found in (("lift", apart), ("always", always)):
        reach = (found["high"] - apart["estimate"]) / apart["error"]
        within = lift_within(ours, theirs, reach)
        frame[[f"{name}_low", f"{name}_high"]] = within[["low", "high"]]
    return frame.assign(lift=within["estimate"])


def _effects(ours: Arm, theirs: Arm, sharpest_at: int) -> pd.DataFrame:
    """Hold arms against their controls, but for lifts over a control that says nothing."""
    frame = held_against(ours, theirs, sharpest_at)
    # relative to next to nothing, or to less, is no figure
    sound = pd.Series(theirs.mean > SOUND * np.sqrt(theirs.variance / theirs.n))
    lifts = ["lift", "lift_low", "lift_high", "always_low", "always_high"]
    frame[lifts] = frame[lifts].where(sound & frame["difference_error"].notna())
    return frame


def _corrected(rows: pd.DataFrame) -> pd.Series:
    """Correct p-values within each test: its primary metric over arms, the others together."""
    p_value = rows["p_value"].where(rows["state"] == FINISHED, rows["p_always"])
    out = pd.Series(np.nan, index=rows.index)
    for (_, primary), own in p_value.groupby([rows["experiment_id"], rows["primary"]]):
        out[own.index] = holm(own) if primary else false_discoveries(own)
    return out


def _provisional(shop: Tables, rows: pd.DataFrame) -> pd.Series:
    """Tell figures that refunds still to come will change."""
    days = ripe_age(shop, share=SETTLED)
    young = [(shop.as_of - d).days < days for d in rows["last_day"]]
    return rows["metric"].isin(LATE) & np.array(young, dtype=bool)
