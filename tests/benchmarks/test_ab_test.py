"""The case of the page test: the suite and its rivals agree on a small one."""

import numpy as np
import pytest
from benchmarks.cases import ab_test
from benchmarks.harness import page_test
from benchmarks.harness.answers import difference
from benchmarks.harness.suite import FIRST_TIME

from tests.benchmarks.asked import answer

CASE = ab_test.CASE


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return page_test.made(8_000, kept=tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def ours(folder):
    return answer(CASE, "shophelm", folder)


def test_the_test_is_made_once_and_says_how_large_it_is(folder, capsys):
    assert page_test.made(8_000, kept=folder.parent) == folder
    assert capsys.readouterr().err == ""
    assert page_test.about(folder).startswith("8,000 exposures, ")


def test_two_devices_are_one_person_and_who_saw_both_is_left_out(ours):
    people = {int(row["treated"]) + int(row["control"]) for row in ours.values()}
    # every 800th customer has a second device; half of those saw both variants
    (counted,) = people
    assert 8_000 - 2 * 10 <= counted <= 8_000 - 10
    assert len(ours) == 5


def test_least_squares_in_numpy_gives_the_same_effects(folder, ours):
    people = ab_test._people(folder)
    arm = (people["variant"] == page_test.TREATED).to_numpy(float)
    for metric, of in ab_test.METRICS.items():
        if of:
            design = np.column_stack([np.ones(len(arm)), arm, people[f"{of}_x"]])
            effect = np.linalg.lstsq(design, people[of].to_numpy(float), rcond=None)[0][1]
            assert float(ours[metric]["effect"]) == pytest.approx(effect)


def test_the_first_time_gives_the_same(folder, ours):
    assert difference(CASE, ours, answer(CASE, FIRST_TIME, folder)) == ""
