"""The promotion calendar, and what each campaign is planted to do to visits, carts and payments."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phase:
    """How a phase of a campaign multiplies visits, carting and paying."""

    visits: float = 1.0
    cart: float = 1.0
    pay: float = 1.0


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign: its days, its mechanic, and what it does to whom.

    `after` holds on the first day of the afterglow and fades to nothing by its last.
    """

    campaign_id: str
    name: str
    kind: str
    days: tuple[str, str, str, str]
    mechanic: str
    promoted: tuple[str, ...]
    warm: Phase
    burst: Phase
    after: Phase
    halo: tuple[str, ...] = ()
    halo_burst: Phase = Phase()
    cannibalised: tuple[str, ...] = ()
    cannibal_warm: Phase = Phase()
    cannibal_burst: Phase = Phase()
    price_factor: float = 0.9
    threshold_yuan: int = 0
    threshold_off_yuan: int = 0
    presale: bool = False
    new_customers: float = 1.0


def _double11(year: int) -> Campaign:
    return Campaign(
        f"double11_{year}", f"{year}双11全球狂欢季", "double11",
        (f"{year}-10-20", f"{year}-11-11", f"{year}-11-12", f"{year}-11-25"),
        "presale deposit, threshold discount 300-40", ("apparel", "skincare", "snacks"),
        Phase(1.10, 1.20, 0.70), Phase(7.5, 1.15, 1.45), Phase(0.85, 0.85, 0.75),
        ("shoes",), Phase(1.6, 1.05, 1.15), ("fruit",), Phase(0.95, 0.90, 0.85), Phase(0.85,
        0.75, 0.75),
        0.85, 300, 40, True, 3.5,
    )  # fmt: skip


def _mid_year(year: int) -> Campaign:
    return Campaign(
        f"618_{year}", f"{year}年618年中大促", "618",
        (f"{year}-05-28", f"{year}-06-16", f"{year}-06-19", f"{year}-06-29"),
        "threshold discount 300-30", ("apparel", "shoes", "skincare"),
        Phase(1.05, 1.15, 0.80), Phase(2.4, 1.10, 1.30), Phase(0.9, 0.9, 0.82),
        ("snacks",), Phase(1.25, 1.0, 1.05), ("fruit",), Phase(0.97, 0.95, 0.90), Phase(0.90,
        0.85, 0.80),
        0.88, 300, 30, False, 1.6,
    )  # fmt: skip


def _women_day(year: int) -> Campaign:
    return Campaign(
        f"women_day_{year}", f"{year}三八节焕新周", "women_day",
        (f"{year}-03-03", f"{year}-03-06", f"{year}-03-09", f"{year}-03-13"),
        "flash sale", ("apparel", "skincare"),
        Phase(1.05, 1.10, 0.90), Phase(1.6, 1.05, 1.20), Phase(0.95, 0.95, 0.90), price_factor=0.9,
    )  # fmt: skip


def _nine_nine(year: int) -> Campaign:
    return Campaign(
        f"nine_nine_{year}", f"{year}年99大促", "nine_nine",
        (f"{year}-09-05", f"{year}-09-09", f"{year}-09-11", f"{year}-09-14"),
        "flash sale", ("snacks", "fruit"),
        Phase(1.05, 1.05, 0.95), Phase(1.6, 1.05, 1.15), Phase(0.95, 0.97, 0.95), price_factor=0.92,
    )  # fmt: skip


def _double12(year: int) -> Campaign:
    return Campaign(
        f"double12_{year}", f"{year}双12年终盛典", "double12",
        (f"{year}-12-08", f"{year}-12-12", f"{year}-12-13", f"{year}-12-18"),
        "threshold discount 200-20", ("shoes", "skincare"),
        Phase(1.05, 1.10, 0.90), Phase(2.4, 1.05, 1.25), Phase(0.95, 0.95, 0.90),
        price_factor=0.9, threshold_yuan=200, threshold_off_yuan=20,
    )  # fmt: skip


CAMPAIGNS = (
    _women_day(2025), _mid_year(2025), _nine_nine(2025), _double11(2025),
    _double12(2025),
    Campaign(
        "new_year_goods_2026", "2026年货节", "new_year_goods",
        ("2026-01-18", "2026-01-24", "2026-02-02", "2026-02-08"),
        "threshold discount 99-10", ("snacks", "fruit"),
        Phase(1.05, 1.10, 0.90), Phase(2.0, 1.10, 1.15), Phase(0.9, 0.92, 0.90),
        price_factor=0.92, threshold_yuan=99, threshold_off_yuan=10,
    ),
    Campaign(
        "spring_festival_2026", "2026春节不打烊", "spring_festival",
        ("2026-02-11", "2026-02-16", "2026-02-24", "2026-02-28"),
        "open through the holiday", ("snacks",),
        Phase(1.05, 1.0, 1.0), Phase(1.35, 1.0, 1.10), Phase(0.95, 1.0, 0.97), price_factor=1.0,
    ),
    _women_day(2026), _mid_year(2026), _nine_nine(2026), _double11(2026),
)  # fmt: skip

ANNOUNCED = (_double12(2026),)
"""In the promotion calendar, but beyond the last simulated day."""
