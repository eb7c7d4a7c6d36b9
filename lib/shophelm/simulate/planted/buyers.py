"""Who buys, how often, and what goes together."""

from __future__ import annotations

from dataclasses import dataclass

PERSONAS = ("精致妈妈", "新锐白领", "Z世代", "小镇青年")


@dataclass(frozen=True, slots=True)
class Buying:
    """BG/NBD-like buying: gamma visit rates, beta dropout after each purchase, gamma spend."""

    visits_per_day: float = 0.058
    rate_shape: float = 0.85
    dropout: tuple[float, float] = (1.1, 3.6)
    spend_shape: float = 6.0
    add_ons: float = 0.38
    bundle: float = 0.5
    first_cart: float = 1.55
    first_pay: float = 1.5
    joined_before: float = 0.28
    prospects_per_customer: float = 3.2
    prospect_return: float = 0.35
    growth_per_year: float = 0.35
    burst_rate: float = 0.30
    burst_dropout: float = 2.2
    late_pay: float = 0.06
    direct_rate: float = 1.5


BUYING = Buying()
BUNDLES = {
    "AP001": "AP010", "SK001": "SK007", "SN001": "SN006", "SH001": "AP011", "FR001": "FR004",
    "SK002": "SK008",
}  # fmt: skip
"""Product and the one that is added to it in `BUYING.bundle` of the baskets with an addition."""
