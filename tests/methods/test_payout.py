"""Payouts: a table by hand, and what holds of any curve."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.payout import payout

GOAL = {"at_target": Decimal("2000"), "floor": 0.8, "stretch": 1.2, "cap": Decimal("3000")}
cents = st.integers(0, 10**7).map(lambda n: Decimal(n) / 100)


@pytest.mark.parametrize(
    ("attainment", "paid"),
    [
        (0.0, "0.00"), (0.79999, "0.00"), (0.8, "1600.00"), (0.9, "1800.00"), (1.0, "2000.00"),
        (1.1, "2500.00"), (1.2, "3000.00"), (9.0, "3000.00"), (float("nan"), "0.00"),
        (-0.5, "0.00"),
    ],
)  # fmt: skip
def test_a_payout_by_hand(attainment, paid):
    assert payout(attainment, **GOAL) == Decimal(paid)


def test_without_stretch_and_cap_the_target_is_the_most():
    assert payout(0.5, at_target=Decimal("100")) == Decimal("50.00")
    assert payout(3.0, at_target=Decimal("100")) == Decimal("100.00")


def test_half_a_cent_is_rounded_up():
    assert payout(0.5, at_target=Decimal("0.01")) == Decimal("0.01")


@given(cents, cents, st.floats(0, 1), st.floats(1, 2), st.lists(st.floats(0, 3), min_size=2))
def test_a_payout_never_falls_with_attainment_and_stays_within_its_cap(base, more, floor, end, at):
    curve = {"at_target": base, "floor": floor, "stretch": end, "cap": base + more}
    paid = [payout(a, **curve) for a in sorted(at)]
    assert paid == sorted(paid)
    assert all(0 <= p <= base + more for p in paid)
    assert all(p == p.quantize(Decimal("0.01")) for p in paid)
    assert all(p == 0 for a, p in zip(sorted(at), paid, strict=True) if a < floor)


@pytest.mark.parametrize(
    "wrong", [{"at_target": Decimal(-1)}, {"cap": Decimal(1)}, {"stretch": 0.9}, {"floor": -0.1}]
)
def test_a_curve_that_falls_is_refused(wrong):
    with pytest.raises(ValueError, match="A payout rises from floor to target"):
        payout(1.0, **(GOAL | wrong))
