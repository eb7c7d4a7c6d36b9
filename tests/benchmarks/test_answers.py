from datetime import date, datetime
from decimal import Decimal

import pytest
from benchmarks.harness import BenchmarkError
from benchmarks.harness.answers import canonical, difference

from tests.benchmarks.toy import CASE

DAYS = {"day": ["2026-11-01", "2026-11-02"], "visitors": [5, 7], "gmv": ["10.50", "0.25"]}


def rows(**changed):
    return canonical(CASE, DAYS | changed)


def test_answers_are_equal_whatever_types_they_come_in():
    times = [datetime(2026, 11, 2), datetime(2026, 11, 1)]
    assert rows() == rows(day=times, visitors=[7.0, 5.0], gmv=[0.25 + 1e-9, Decimal("10.5000")])
    assert rows() == rows(day=[date(2026, 11, 1), date(2026, 11, 2)])


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (rows(gmv=[10.5, 0.26]), "on day 2026-11-02, gmv is 0.26 instead of 0.25"),
        (rows(visitors=[5.5, 7]), "on day 2026-11-01, visitors is 5.5 instead of 5"),
        (rows(visitors=[5, None]), "on day 2026-11-02, visitors is None instead of 7"),
        (rows(gmv=[float("nan"), 0.25]), "on day 2026-11-01, gmv is nan instead of 10.50"),
        (rows(day=["2026-11-01", "2026-11-03"]), "it has no row for day 2026-11-02"),
        (rows() | {"2026-10-31": {}}, "it has a row too many, for day 2026-10-31"),
    ],
)
def test_the_first_difference_is_named(found, place):
    assert difference(CASE, rows(), found) == place


def test_an_answer_without_a_column_is_refused():
    with pytest.raises(BenchmarkError, match=r"^the answer has no column gmv$"):
        canonical(CASE, {k: v for k, v in DAYS.items() if k != "gmv"})


def test_an_answer_with_a_day_twice_is_refused():
    with pytest.raises(BenchmarkError, match=r"^the answer has two rows for one day$"):
        rows(day=["2026-11-01", "2026-11-01"])
