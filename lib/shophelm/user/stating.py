"""Amounts as an action states them."""

from __future__ import annotations

from decimal import Decimal

from scipy import special

from shophelm.actions import cents

_NARROWER = float(special.ndtri(0.9) / special.ndtri(0.975))


def stated(amount: float, low: float, high: float) -> dict[str, Decimal | None]:
    """Give the fields worth, worth_low and worth_high by an amount and its 95% interval.

    The 80% interval of an action is that of a normal with the same 95 % one.
    """
    ends = ("worth", "worth_low", "worth_high")
    return {n: cents(v) for n, v in zip(ends, narrowed(amount, low, high), strict=True)}


def narrowed(amount: float, low: float, high: float) -> tuple[float, float, float]:
    """Give an amount with the 80% interval of a normal that has this 95 % one, side by side."""
    return amount, amount + (low - amount) * _NARROWER, amount + (high - amount) * _NARROWER
