"""Slices planted in simulated orders are found, and where none is planted none is named."""

import numpy as np
import pandas as pd
import pytest

from shophelm.methods.main_effects import main_effects
from shophelm.methods.slice_search import search

DIMENSIONS = ["channel", "category", "product", "region", "device"]
SHARES = {"channel": (0.26, 0.2, 0.16, 0.15, 0.13, 0.1), "category": (0.32, 0.16, 0.2, 0.2, 0.12)}


def orders(seed, *, people=6000, planted=(), heavy=False):
    """Orders of two periods; each planted (slice, factor) loses 1 − factor of this period's."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), 1 + rng.geometric(0.6, people))
    n = len(person)
    frame = pd.DataFrame(
        {d: rng.choice([f"{d}{i}" for i in range(len(p))], n, p=p) for d, p in SHARES.items()}
    )
    frame["product"] = frame["category"] + np.char.mod("p%d", rng.integers(0, 12, n))
    frame["region"] = rng.choice([f"region{i}" for i in range(25)], n)
    frame["device"] = rng.choice(["phone", "tablet", "computer"], n)
    amount = rng.pareto(2.5, n) * 90 + 20 if heavy else rng.gamma(2, 60, n)
    now = rng.random(n) < 0.5
    frame = frame.assign(
        bucket=rng.integers(0, 128, people)[person],
        units=1,
        then=np.where(now, 0, amount),
        now=np.where(now, amount, 0),
    )
    lost = np.zeros(n, dtype=bool)
    for held, factor in planted:
        inside = np.logical_and.reduce([frame[d] == v for d, v in held.items()])
        lost |= inside & now & (rng.random(n) > factor)
    cells = frame[~lost].groupby([*DIMENSIONS, "bucket"], as_index=False)[["units", "then", "now"]]
    return cells.sum().pipe(lambda f: f.assign(expected=f["then"], fitted=f["then"]))


SINGLE = ({"channel": "channel1"}, 0.6)
CROSSED = ({"channel": "channel1", "category": "category2"}, 0.3)
TWO = (({"product": "category2p3"}, 0.2), ({"region": "region5"}, 0.4))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("planted", [[SINGLE], [CROSSED], TWO], ids=["single", "crossed", "two"])
def test_planted_slices_are_found_and_nothing_else(planted, seed):
    found = search(orders(seed, planted=planted), DIMENSIONS)
    named = found.segments["slice"].tolist()
    assert sorted(map(str, named)) == sorted(str(held) for held, _ in planted)
    for held, factor in planted:
        one = found.segments.iloc[named.index(held)]
        assert one["low"] <= one["excess"] <= one["high"] < 0
        assert one["now"] / one["expected"] == pytest.approx(factor, abs=0.2)


def test_where_all_moved_alike_nothing_is_named():
    cells = orders(7)
    cells["now"] *= 0.5
    found = search(cells, DIMENSIONS)
    assert found.segments.empty
    assert found.alike == pytest.approx(cells["now"].sum() / cells["then"].sum())
    assert found.candidates > 1000


def test_the_parts_add_up_to_the_change():
    cells = orders(1, planted=TWO)
    found = search(cells, DIMENSIONS)
    then, now = cells["then"].sum(), cells["now"].sum()
    alike = (found.alike - 1) * then
    assert found.segments["excess"].sum() + alike == pytest.approx(now - then)


def test_the_order_of_rows_and_the_unit_of_money_change_nothing():
    cells = orders(2, planted=TWO)
    found = search(cells, DIMENSIONS)
    turned = search(cells.sample(frac=1, random_state=1), DIMENSIONS)
    pd.testing.assert_frame_equal(turned.segments, found.segments)
    sums = ["then", "now", "expected", "fitted"]
    cents = search(cells.assign(**{c: cells[c] * 100 for c in sums}), DIMENSIONS)
    assert cents.segments["slice"].tolist() == found.segments["slice"].tolist()
    assert cents.segments["excess"].to_numpy() == pytest.approx(100 * found.segments["excess"])


def test_of_a_dimension_that_says_another_only_the_finer_is_crossed():
    cells = orders(3)
    crossed = search(cells.assign(half="a"), ["category", "product", "half"]).candidates
    # 5 categories and 60 products; the constant is no dimension, and the pair says nothing new
    assert crossed == 5 + 60


def test_a_slice_that_dries_up_is_found_too():
    found = search(orders(4, planted=[({"region": "region3"}, 0)]), DIMENSIONS)
    assert found.segments["slice"].tolist() == [{"region": "region3"}]
    assert found.segments["now"].tolist() == [0]


def visits(seed, *, shift, lost):
    """Visitors by channel and category, whose weights shift; one crossed cell converts less now."""
    rng = np.random.default_rng(seed)
    rows = []
    rates = {"channel0": 0.06, "channel1": 0.1}
    for when, shares in (("then", (0.5, 0.5)), ("now", shift)):
        n = 60_000
        channel = rng.choice(list(rates), n, p=shares)
        category = rng.choice(["a", "b", "c"], n)
        rate = pd.Series(channel).map(rates).to_numpy() * np.where(category == "a", 1.5, 1.0)
        if when == "now":
            rate = np.where((channel == "channel1") & (category == "b"), rate * lost, rate)
        frame = pd.DataFrame({"channel": channel, "category": category})
        frame["bucket"] = rng.integers(0, 128, n)
        frame[when], frame[f"visits_{when}"] = rng.random(n) < rate, 1
        rows.append(frame)
    cells = pd.concat(rows).fillna(0)
    cells = cells.groupby(["channel", "category", "bucket"], as_index=False).sum()
    rate = main_effects(cells, ["channel", "category"], yes="then", all_="visits_then")
    return cells.assign(
        units=cells["then"] + cells["now"],
        expected=cells["visits_now"] * rate,
        fitted=cells["visits_then"] * rate,
    )


def test_a_shift_of_the_mix_is_no_slice():
    found = search(visits(1, shift=(0.8, 0.2), lost=1), ["channel", "category"])
    assert found.segments.empty
    assert found.alike == pytest.approx(1, abs=0.05)


def test_a_slice_that_converts_less_is_found_behind_a_shift_of_the_mix():
    found = search(visits(1, shift=(0.3, 0.7), lost=0.5), ["channel", "category"])
    assert found.segments["slice"].tolist() == [{"channel": "channel1", "category": "b"}]


def test_main_effects_keep_the_sums_along_every_dimension():
    cells = visits(2, shift=(0.5, 0.5), lost=1)
    rate = main_effects(cells, ["channel", "category"], yes="then", all_="visits_then")
    for d in ("channel", "category"):
        fitted = (cells["visits_then"] * rate).groupby(cells[d]).sum()
        assert fitted.to_numpy() == pytest.approx(cells.groupby(d)["then"].sum(), rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("heavy", [False, True])
def test_by_chance_a_slice_is_named_in_at_most_one_week_of_twenty(heavy):
    runs, named = 300, 0
    for seed in range(runs):
        named += len(search(orders(seed, people=1500, heavy=heavy), DIMENSIONS).segments) > 0
    assert named / runs <= 0.05 + 2.58 * np.sqrt(0.05 * 0.95 / runs)
