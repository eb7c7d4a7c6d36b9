"""A split held against its plan: a published figure, sums by hand, and fair lots."""

import math

import numpy as np
import pytest

from shophelm.methods.sample_ratio import sample_ratio

HALVES = {"a": 0.5, "b": 0.5}


def test_a_mismatch_of_sample_ratios_is_that_published():
    # the chi-square test of 821,588 against 815,482 (shared/oracles.md)
    found = sample_ratio({"a": 821_588, "b": 815_482}, HALVES)
    assert found.statistic == pytest.approx(22.774, abs=0.0005)
    assert found.p_value == pytest.approx(1.82e-6, abs=0.005e-6)
    assert found.broken


def test_shares_may_be_in_any_unit_and_a_planned_arm_may_be_empty():
    # 20, 20 and 20 were expected: (400 + 100 + 100) / 20
    found = sample_ratio({"b": 30, "c": 30}, {"a": 1, "b": 1, "c": 1})
    assert found.statistic == pytest.approx(30)
    assert found.p_value == pytest.approx(math.exp(-15))  # chi-square with two degrees of freedom


def test_somebody_in_an_arm_that_was_not_planned_breaks_the_split():
    assert sample_ratio({"a": 10, "b": 10, "c": 1}, HALVES).broken


@pytest.mark.parametrize(
    ("people", "planned"), [({}, HALVES), ({"a": 9}, {}), ({"a": 9}, {"a": 1})]
)
def test_without_people_or_plan_nothing_is_known(people, planned):
    found = sample_ratio(people, planned)
    assert math.isnan(found.p_value)
    assert not found.broken


def test_fair_lots_are_called_broken_once_in_a_thousand():
    n = np.random.default_rng(7).binomial(10_000, 0.5, 4_000)
    sizes, times = np.unique(n, return_counts=True)
    fair = [sample_ratio({"a": k, "b": 10_000 - k}, HALVES) for k in sizes]
    broken = sum(t for found, t in zip(fair, times, strict=True) if found.broken)
    # binomial(4000, .001): more than 12 comes about once in 3,000 times
    assert broken <= 12
