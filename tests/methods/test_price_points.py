import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.price_points import price_endings, price_points


@pytest.mark.parametrize(
    ("prices", "scale", "ends"),
    [
        ([119.0, 149, 209, 399, 259, 339], 1000, [900]),
        ([19.9, 25.9, 31.9, 48.9, 22.9], 100, [90]),
        ([149.0, 159.9, 189.9, 209, 399, 259.9, 329.9], 1000, [900, 990]),
        ([131.1, 149.0, 120.7, 98.4, 77.3, 54.2, 61.8], 10, [0]),
        ([1.23, 4.56, 7.89, 3.21, 6.54], 1, [0]),
        ([], 1, [0]),
    ],
)  # fmt: skip
def test_prices_end_as_the_shop_writes_them(prices, scale, ends):
    got_scale, got_ends = price_endings(np.array(prices))

    assert (got_scale, got_ends.tolist()) == (scale, ends)


def test_one_price_in_ten_may_end_otherwise():
    most, few = [10.0 * n + 9 for n in range(10, 46)], [123.45, 217.30]

    assert price_endings(np.array(most + few))[0] == 1000
    assert price_endings(np.array(most + [101.23 + 10.01 * n for n in range(20)]))[0] < 1000


def test_cheap_goods_are_not_moved_by_tens():
    # all end in 9.00, and a step of ten would be half the price
    assert price_endings(np.array([19.0, 29, 19, 9, 29, 39]))[0] == 100


def test_points_lie_within_both_ends_and_end_alike():
    assert price_points(118.0, 150.0, (1000, np.array([900, 990]))).tolist() == [
        *(119.0, 119.9, 129, 129.9, 139, 139.9, 149, 149.9),
    ]
    assert price_points(119.0, 149.0, (1000, np.array([900]))).tolist() == [119, 129, 139, 149]
    assert price_points(120.0, 128.0, (1000, np.array([900]))).tolist() == []


@given(
    low=st.integers(1, 50_000),
    span=st.integers(0, 50_000),
    scale=st.sampled_from([1, 10, 100, 1000]),
    ends=st.sets(st.integers(0, 999), min_size=1, max_size=3),
)
def test_points_are_all_prices_between_that_end_so(low, span, scale, ends):
    ends = sorted({e % scale for e in ends})

    points = price_points(low / 100, (low + span) / 100, (scale, np.array(ends)))

    by_hand = [c for c in range(low, low + span + 1) if c % scale in ends]
    assert np.round(points * 100).astype(int).tolist() == by_hand
