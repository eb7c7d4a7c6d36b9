import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shophelm.methods.replay import lots, replay, up_to


def test_a_shelf_can_be_followed_by_hand():
    wanted = np.array([[3, 3, 3, 3, 3]])
    # at 4 or fewer a lot of 5 is ordered, which is there two days later
    seen = replay(
        wanted,
        lots(np.array([4]), np.array([5])),
        lead_days=np.full((1, 5), 2),
        on_hand=np.array([7]),
    )
    assert seen.ordered.tolist() == [[0, 5, 0, 0, 5]]
    assert seen.received.tolist() == [[0, 0, 0, 5, 0]]
    assert seen.sold.tolist() == [[3, 3, 1, 3, 2]]
    assert seen.closing.tolist() == [[4, 1, 0, 2, 0]]
    assert seen.lost.tolist() == [[0, 0, 2, 0, 1]]
    assert seen.fill_rate.tolist() == [12 / 15]
    assert seen.empty_days.tolist() == [2]


def test_what_was_on_its_way_arrives():
    seen = replay(
        np.array([[1, 1, 1]]),
        up_to(np.array([5.0]), np.array([5.0]), every=2),
        lead_days=np.full((1, 3), 1),
        on_hand=np.array([2]),
        coming=np.array([[0, 2, 0, 1]]),
    )
    # 2 there and 3 coming make 5; two days later 2 are sold
    assert seen.ordered.tolist() == [[0, 0, 2]]
    assert seen.closing.tolist() == [[1, 2, 1]]


SHELVES, SEEDS = st.integers(1, 4), st.integers(0, 10_000)


@given(seed=SEEDS, shelves=SHELVES, every=st.integers(1, 7), lead=st.integers(0, 9))
def test_nothing_comes_from_nowhere(seed, shelves, every, lead):
    rng = np.random.default_rng(seed)
    wanted = rng.poisson(2, (shelves, 40))
    leads = rng.integers(lead, lead + 5, (shelves, 40))
    low = rng.integers(0, 30, shelves)
    seen = replay(
        wanted,
        up_to(low, low + 10, every=every),
        lead_days=leads,
        on_hand=rng.integers(0, 30, shelves),
        coming=rng.integers(0, 3, (shelves, 6)),
    )
    assert (seen.opening + seen.received - seen.sold == seen.closing).all()
    assert (seen.opening[:, 1:] == seen.closing[:, :-1]).all()
    assert (seen.closing >= 0).all()
    assert (seen.sold <= seen.wanted).all()
    assert (seen.sold + seen.lost == seen.wanted).all()
    assert not seen.ordered[:, np.arange(40) % every > 0].any()


@pytest.mark.parametrize("leads", [[8], [2, 4, 8, 18]])
def test_the_fill_rate_is_that_of_the_formula(leads):
    """One unit a day or none, lost when not there: fill is Q / (Q + short), exactly."""
    chance, point, quantity, days, shelves = 0.5, 5, 12, 3000, 60
    rng = np.random.default_rng(1)
    seen = replay(
        rng.random((shelves, days)) < chance,
        lots(np.full(shelves, point), np.full(shelves, quantity)),
        lead_days=rng.choice(leads, (shelves, days)),
        on_hand=np.full(shelves, point + quantity),
    )
    units = np.arange(max(leads) + 1)
    lead_demand = np.mean([stats.binom.pmf(units, n, chance) for n in leads], axis=0)
    short = (np.maximum(units - point, 0) * lead_demand).sum()
    error = seen.fill_rate.std(ddof=1) / np.sqrt(shelves)
    # the first stock is above the mean one: its share of 1,500 units is within the error
    assert abs(seen.fill_rate.mean() - quantity / (quantity + short)) < 3 * error
    assert error < 0.002


def test_stock_up_to_a_level_serves_as_the_quantile_promises():
    """A level is reviewed weekly: demand of lead and review exceeds it in one cycle of ten."""
    shelves, lead, every = 40, 5, 7
    level = stats.poisson.ppf(0.9, 4 * (lead + every))
    rng = np.random.default_rng(2)
    seen = replay(
        rng.poisson(4, (shelves, 2800)),
        up_to(np.full(shelves, level), np.full(shelves, level), every=every),
        lead_days=np.full((shelves, 2800), lead),
        on_hand=np.full(shelves, level),
    )
    # cycles run from the day an order arrives to the eve of the next arrival
    cycles = seen.lost[:, lead : lead + every * 399].reshape(shelves, 399, every).sum(axis=2) > 0
    promised = stats.poisson.sf(level, 4 * (lead + every))
    by_shelf = cycles.mean(axis=1)
    error = by_shelf.std(ddof=1) / np.sqrt(shelves)
    # lost sales leave more for the next cycle than waiting customers would: never worse
    assert by_shelf.mean() < promised + 3 * error
    assert by_shelf.mean() > promised / 2
