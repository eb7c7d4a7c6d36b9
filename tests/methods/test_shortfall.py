import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.replay import replay
from shophelm.methods.shortfall import shortfall


def test_a_shelf_can_be_followed_by_hand():
    # 2 wanted a day; 5 there and 3 more on the fourth day; an order of today is there on the fifth
    wanted = np.cumsum(np.full((1, 9, 1), 2.0), axis=1)
    supply = np.array([[5, 5, 5, 8, 8, 8, 8, 8, 8.0]])
    found = shortfall(wanted, supply, lead_days=np.array([[4]]), review_days=3)
    # sold 2, 2, 1, 2 and 1, then nothing: lost 1 on day 3, 1 on day 5, 2 on days 6 and 7
    assert found.before.tolist() == [[[1.0]]]
    assert found.without.tolist() == [[[6.0]]]
    assert found.saved(np.array([3.0])).tolist() == [[[3.0]]]
    assert found.saved(np.array([30.0])).tolist() == [[[5.0]]]


@given(seed=st.integers(0, 10_000), lead=st.integers(0, 8), every=st.integers(1, 9))
def test_it_is_what_a_replay_loses(seed, lead, every):
    rng = np.random.default_rng(seed)
    paths, days = 5, lead + every
    wanted = rng.poisson(1.5, (paths, days))
    arriving = rng.poisson(0.3, (paths, days))
    there, quantity = rng.integers(0, 8, paths), rng.integers(0, 12, paths)
    supply = there[:, None] + np.cumsum(arriving, axis=1)
    found = shortfall(
        np.cumsum(wanted, axis=1)[:, :, None],
        supply,
        lead_days=np.full((paths, 1), lead),
        review_days=every,
    )

    def lost(units):
        return replay(
            wanted,
            lambda day, _: units * (day == 0.0),
            lead_days=np.full((paths, days), lead),
            on_hand=there,
            coming=arriving,
        ).lost

    assert found.before.ravel() == pytest.approx(lost(quantity)[:, :lead].sum(axis=1))
    without = lost(np.zeros(paths)).sum(axis=1)
    assert found.without.ravel() == pytest.approx(without)
    assert found.saved(quantity).ravel() == pytest.approx(without - lost(quantity).sum(axis=1))
