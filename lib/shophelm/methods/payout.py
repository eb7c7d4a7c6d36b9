"""What an incentive pays: a curve with floor, target, stretch and cap, to the cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def payout(
    attainment: float,
    *,
    at_target: Decimal,
    floor: float = 0.0,
    stretch: float | None = None,
    cap: Decimal | None = None,
) -> Decimal:
    """Give what a goal pays.

    Parameters
    ----------
    attainment
        Actual over target; NaN pays nothing.
    at_target
        What is paid at target.
    floor
        Attainment below which nothing is paid.
    stretch
        Attainment at which most is paid; that of the target if None.
    cap
        What is paid there; what is paid at target if None.

    Returns
    -------
    Decimal
        In cents. In proportion to attainment up to the target, then on a line to the cap.

    Raises
    ------
    ValueError
        If an amount is negative, the cap below what the target pays, or the stretch below it.
    """
    most = at_target if cap is None else cap
    end = 1.0 if stretch is None else stretch
    if at_target < 0 or most < at_target or end < 1 or floor < 0:
        raise ValueError("A payout rises from floor to target, stretch and cap.")
    if attainment != attainment or attainment < floor or attainment <= 0:
        return Decimal("0.00")
    if attainment < 1:
        paid = at_target * Decimal(repr(float(attainment)))
    elif attainment >= end:
        paid = most
    else:
        share = Decimal(repr(float((attainment - 1) / (end - 1))))
        paid = at_target + (most - at_target) * share
    return paid.quantize(CENT, ROUND_HALF_UP)
