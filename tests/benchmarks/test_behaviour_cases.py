"""The cases about visits and orders: the suite and its rivals agree on a small shop."""

import pytest
from benchmarks.cases import cohorts, ordered_funnel, sessions, transitions
from benchmarks.harness import shop
from benchmarks.harness.answers import difference
from benchmarks.harness.suite import FIRST_TIME

from tests.benchmarks.asked import answer

CASES = {case.CASE.title: case.CASE for case in (cohorts, ordered_funnel, sessions, transitions)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return shop.simulated(16_000, kept=tmp_path_factory.mktemp("kept"))


@pytest.mark.parametrize("title", CASES)
def test_the_suite_and_its_rivals_agree(folder, title):
    case = CASES[title]
    ours = answer(case, "shophelm", folder)
    assert len(ours) >= 5
    for rival in (FIRST_TIME, "DuckDB SQL", "pandas"):
        assert difference(case, ours, answer(case, rival, folder)) == "", rival
