"""What the simulator planted in visitors' behaviour is found, at several seeds."""

import json
from datetime import date

import pytest

from shophelm.data import bundles, dwell, funnel, left_carts, unmet
from shophelm.shop.calendar import Period
from shophelm.shop.tables import open_shop
from shophelm.simulate import DEFAULT_SEED, simulate
from tests.conftest import SAMPLE

SEEDS = [DEFAULT_SEED, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))]
CUSTOMERS = 12_000
"""Of the other seeds: with 4,000 the rarest bundle is at some in fewer than five orders, and a
day's 16 to 25 checkouts are too few to tell a dead checkout from chance."""


@pytest.fixture(scope="module", params=SEEDS)
def planted(request, sample, tmp_path_factory):
    """A simulated shop and its truth; the sample is the one of the default seed."""
    if request.param == DEFAULT_SEED:
        return sample, json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    folder = tmp_path_factory.mktemp("shop")
    truth = simulate(folder, seed=request.param, customers=CUSTOMERS)
    return open_shop(folder, as_of=truth["shop"]["as_of"]), truth


def test_every_planted_bundle_is_found_and_hardly_another(planted):
    shop, truth = planted
    found = bundles.bundles(shop)
    kept = {
        frozenset(pair)
        for pair, is_found in zip(found.attrs["ids"], found["found"], strict=True)
        if is_found
    }
    there = {frozenset(pair) for pair in truth["bundles"]["pairs"].items()}
    assert kept >= there
    # a false-discovery rate of 5 % lets one in now and then
    assert len(kept - there) <= 1


def test_carts_are_left_through_what_was_planted(planted):
    shop, truth = planted
    found = left_carts.left_carts(shop)
    first = found.head(2)[["product_id", "step", "found"]].itertuples(index=False, name=None)
    assert set(first) == {
        (truth["carts"]["diversion"]["product_id"], "search", True),
        (truth["carts"]["trust"]["product_id"], "item page: reviews", True),
    }


def test_searches_elsewhere_are_the_unmet_demand_and_no_others(planted):
    shop, _ = planted
    found = unmet.unmet(shop)
    words = found[(found["of"] == "search") & found["found"]]
    # the first keyword of SK003, whose carts are left through a search
    assert words["subject"].iloc[0] == "氨基酸洁面平替"
    assert words["subject"].str.endswith("平替").all()


def test_a_dead_checkout_is_the_step_that_changed_most(planted):
    shop, truth = planted
    day = date.fromisoformat(truth["incidents"]["dead_checkouts"][0]["day"])
    found = funnel.funnel(shop, Period(day, day))
    most = found.loc[found["p_value"].idxmin()]
    assert most["step"] == "payment"
    assert most["rate"] < most["rate_before"]
    # one day against one day: at some seeds this alone does not stand among four steps tested
    assert most["p_value"] < 0.05
    if truth["shop"]["seed"] == DEFAULT_SEED:
        assert most["found"]


def test_who_looks_for_longer_carts_more(planted):
    # a visit that ends in a cart was made longer by half
    shop, _ = planted
    found = dwell.dwell(shop).dropna(subset=["ratio"])
    assert found["ratio_high"].iloc[0] < 1 < found["ratio_low"].iloc[-1]
