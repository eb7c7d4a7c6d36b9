"""Amounts as an action states them."""

from __future__ import annotations

from typing import Any

from scipy import special

from shophelm.actions import worth_fields

_NARROWER = float(special.ndtri(0.9) / special.ndtri(0.975))


def stated(amount: float, low: float, high: float, worth_in: str) -> dict[str, Any]:
    """Give an action's fields of worth by an amount and its 95% interval.

    The 80% interval of an action is that of a normal with the same 95 % one.
    """
    return worth_fields(*narrowed(amount, low, high), worth_in)


def narrowed(amount: float, low: float, high: float) -> tuple[float, float, float]:
    """Give an amount with the 80% interval of a normal that has this 95 % one, side by side."""
    return amount, amount + (low - amount) * _NARROWER, amount + (high - amount) * _NARROWER
