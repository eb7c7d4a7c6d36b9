"""What the shop does to sell more: presale, page tests, coupons, and the traffic it pays for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Presale:
    """Deposits before Double 11: on which products, how deep, and who does not pay the rest."""

    products: tuple[str, ...] = (
        "AP001", "AP002", "AP003", "AP006", "AP007", "AP009", "AP010", "SK001", "SK002", "SK005",
        "SK006", "SK007", "SK009",
    )  # fmt: skip
    share_of_burst: float = 0.80
    deposit_from: str = "10-24"
    deposit_to: str = "11-09"
    deposit_share: float = 0.15
    deposit_worth: float = 2.0
    unpaid_share: float = 0.11
    paid_in_first_two_hours: float = 0.62


PRESALE = Presale()


@dataclass(frozen=True, slots=True)
class Experiment:
    """A page test, randomised by visitor; `cart` multiplies carting under the treatment."""

    experiment_id: str
    question: str
    days: tuple[str, str]
    variants: tuple[str, str]
    cart: float


EXPERIMENTS = (
    Experiment("exp_shipping_badge", "包邮角标换成橙色, does it raise carting?",
               ("2026-03-16", "2026-05-10"), ("grey_badge", "orange_badge"), 1.0),
    Experiment("exp_scene_photo", "首图换成场景图, does it raise carting?",
               ("2026-08-03", "2026-09-27"), ("plain_photo", "scene_photo"), 1.30),
)  # fmt: skip

COUPON_SEGMENTS = {
    "direct": ("sure_thing", 1.0),
    "live": ("persuadable", 2.2),
    "recommend": ("mild", 1.35),
    "ads": ("mild", 1.35),
    "search": ("indifferent", 1.0),
    "content": ("sleeping_dog", 0.33),
}
"""Segment and multiplier on paying, by the channel that acquired the customer."""


@dataclass(frozen=True, slots=True)
class CouponWave:
    """A coupon given to everyone who had joined, but for a random hold-out."""

    coupon_id: str
    kind: str
    granted_on: str
    days: int
    face_yuan: int
    threshold_yuan: int
    held_out: float = 0.50


COUPON_WAVES = (
    CouponWave("CP_WINTER25", "win_back", "2025-12-22", 28, 20, 99),
    CouponWave("CP_SPRING26", "win_back", "2026-04-06", 28, 20, 99),
    CouponWave("CP_SUMMER26", "win_back", "2026-07-06", 28, 20, 99),
    CouponWave("CP_AUTUMN26", "win_back", "2026-09-14", 28, 20, 99),
)
FIRST_ORDER_COUPON = CouponWave("CP_FIRST", "first_order", "2025-06-01", 30, 15, 79, 0.0)


@dataclass(frozen=True, slots=True)
class Response:
    """A channel's visits: (1 − reach) of its share comes anyway, the rest answers to spend.

    visits ∝ (1 − reach) + reach × s / (s + half), s = Σ decay^lag × spend, in yuan a day for a
    shop of 4,000 customers.
    """

    channel: str
    daily_yuan: float
    decay: float
    half_yuan: float
    reach: float


RESPONSES = (
    Response("ads", 160.0, 0.30, 200.0, 0.85),
    Response("live", 130.0, 0.50, 260.0, 0.80),
    Response("content", 80.0, 0.70, 300.0, 0.75),
)

CREATORS = {
    "live": (("夏小满直播间", 1.0), ("阿泽的鞋柜", 1.6), ("甜柚主播", 0.7)),
    "content": (("林间小鹿", 1.0), ("成分党小白", 1.8), ("吃货阿May", 0.9), ("爆款君", 0.05)),
}
"""Creators by channel, with the visits a yuan brings beside the first's. 爆款君 buys clicks."""
PAID_WORDS = ("SK001", "SH001")
"""Products whose brand word is also bought, though it ranks first anyway."""
