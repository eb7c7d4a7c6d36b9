"""Which page tests there are, how far each has come, and whether its split is as planned."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from shophelm.methods.sample_ratio import sample_ratio
from shophelm.shop.tables import Tables
from shophelm.store.page_test_metrics import metric_of
from shophelm.store.page_test_people import people

RUNNING, FINISHED = "running", "finished"
PACE = 14
"""Visitors come at the pace of the last so many days: the first days bring all the regulars."""
COLUMNS = [
    *("experiment_id", "question", "started_on", "ended_on", "last_day", "days", "state"),
    *("control", "term", "metric", "people", "mixed", "a_day", "split_p"),
]


def listed(shop: Tables) -> pd.DataFrame:
    """List the page tests that somebody was exposed to, the latest first.

    Returns
    -------
    DataFrame
        experiment_id, question, started_on, ended_on (null while running), last_day (ended_on or
        as_of), days, state (running, finished), control, term (it is to be decided on), metric
        (by which that is done; "" where none can), people, mixed (of them, who saw two variants
        and are in no arm), a_day (people exposed for the first time, a day of the last 14) and
        split_p (chance of so uneven a split; null where no split was planned).
    """
    tests = shop.frame(shop["experiments"])
    tests = tests.sort_values(["started_on", "experiment_id"], ascending=[False, True])
    counts = _counts(shop)
    tests = tests[tests["experiment_id"].isin(counts["experiment_id"])]
    rows = [_row(shop, test, counts) for test in tests.itertuples()]
    return pd.DataFrame(rows, columns=COLUMNS)


def planned_shares(text: str | None) -> dict[str, float]:
    """Read a planned split such as "grey:0.5;orange:0.5"; empty where it cannot be read."""
    shares = {}
    for pair in (text or "").replace(",", ";").split(";"):
        variant, _, share = pair.strip().rpartition(":")
        try:
            shares[variant.strip()] = float(share)
        except ValueError:
            return {}
    return shares if all(s >= 0 for s in shares.values()) else {}


def _counts(shop: Tables) -> pd.DataFrame:
    """Count people by experiment, variant and day of the first exposure."""
    rows = people(shop).rename(day="first_seen_on")
    keys = ["experiment_id", "variant", "day"]
    return shop.frame(rows.group_by(keys).aggregate(people=rows.people.sum()))


def _row(shop: Tables, test: tuple, counts: pd.DataFrame) -> dict:
    own = counts[counts["experiment_id"] == test.experiment_id]
    dealt = own[own["variant"].notna()]
    arms = dealt.groupby("variant")["people"].sum()
    ended = test.ended_on if isinstance(test.ended_on, date) else None
    last = ended or shop.as_of
    days = (last - test.started_on).days + 1
    metric = metric_of(test.primary_metric)
    return {
        "experiment_id": test.experiment_id,
        "question": test.question,
        "started_on": test.started_on,
        "ended_on": ended,
        "last_day": last,
        "days": days,
        "state": FINISHED if ended else RUNNING,
        "control": test.control_variant,
        "term": test.primary_metric,
        "metric": metric.name if metric else "",
        "people": int(own["people"].sum()),
        "mixed": int(own["people"].sum() - arms.sum()),
        "a_day": _pace(dealt, last, days),
        "split_p": sample_ratio(arms.to_dict(), planned_shares(test.planned_split)).p_value,
    }


def _pace(dealt: pd.DataFrame, last: date, days: int) -> float:
    span = max(min(PACE, days), 1)
    late = [last - timedelta(days=span) < d <= last for d in dealt["day"]]
    return float(dealt.loc[late, "people"].sum() / span)
