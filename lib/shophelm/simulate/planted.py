"""Everything planted in the simulated shop, in one place: the generator and the truth read it here.

Days are written as ISO dates. Multipliers act on intensities: `visits` on the number of visits to
a product, `cart` on the chance that a visit puts it in the cart, `pay` on the chance that a cart
is paid. A multiplier of 1 changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST_DAY = "2025-03-01"
AS_OF = "2026-11-15"
CURRENCY = "CNY"


@dataclass(frozen=True, slots=True)
class Category:
    """One category: its share of visits, how it converts, what it costs and how it reacts."""

    name: str
    code: str
    products: int
    share: float
    cart: float
    pay: float
    elasticity: float
    extra_units: float
    return_rate: float
    return_days: float
    price_yuan: tuple[float, float]
    cost_share: float
    peak_month: float
    season_swing: float


CATEGORIES = (
    Category(
        "apparel", "AP", products=20, share=0.32, cart=0.31, pay=0.38, elasticity=-1.8,
        extra_units=0.12, return_rate=0.15, return_days=9, price_yuan=(89, 459),
        cost_share=0.42, peak_month=11.0, season_swing=0.35,
    ),
    Category(
        "shoes", "SH", products=12, share=0.16, cart=0.28, pay=0.36, elasticity=-1.4,
        extra_units=0.04, return_rate=0.12, return_days=10, price_yuan=(159, 699),
        cost_share=0.48, peak_month=9.5, season_swing=0.20,
    ),
    Category(
        "skincare", "SK", products=14, share=0.20, cart=0.32, pay=0.42, elasticity=-1.2,
        extra_units=0.25, return_rate=0.04, return_days=7, price_yuan=(59, 399),
        cost_share=0.30, peak_month=12.0, season_swing=0.15,
    ),
    Category(
        "snacks", "SN", products=16, share=0.20, cart=0.36, pay=0.46, elasticity=-2.4,
        extra_units=0.90, return_rate=0.015, return_days=4, price_yuan=(15, 89),
        cost_share=0.58, peak_month=1.0, season_swing=0.25,
    ),
    Category(
        "fruit", "FR", products=10, share=0.12, cart=0.33, pay=0.44, elasticity=-2.0,
        extra_units=0.35, return_rate=0.06, return_days=2, price_yuan=(39, 169),
        cost_share=0.62, peak_month=6.5, season_swing=0.40,
    ),
)  # fmt: skip

CHANNELS = ("search", "recommend", "ads", "live", "content", "direct")
CHANNEL_SHARE = (0.26, 0.20, 0.16, 0.15, 0.13, 0.10)


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
PERSONAS = ("精致妈妈", "新锐白领", "Z世代", "小镇青年")

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
class ProductChange:
    """From a day on, something multiplies one product's visits (by `channel`), carts or pay."""

    product_id: str
    since: str
    until: str = "2099-12-31"
    visits: float = 1.0
    cart: float = 1.0
    pay: float = 1.0
    channel: str = ""
    why: str = ""


TITLE_CHANGE = ProductChange(
    "AP001", "2026-08-10", visits=1.7, channel="search",
    why="the title was rewritten: organic search visits rose, nothing else did",
)  # fmt: skip
RIVAL_CUT = ProductChange(
    "SN004", "2026-07-20", visits=0.85, cart=0.74, pay=0.55,
    why="a look-alike was cut by a fifth: visits, carting and paying all fell",
)  # fmt: skip
CART_CAUSES = {
    "price": ProductChange(
        "AP004", "2026-05-01",
        why="priced above what its buyers will pay: paying falls steeply with its own price, "
        "and recovers on discount days",
    ),
    "diversion": ProductChange(
        "SK003", "2026-05-18", pay=0.42,
        why="the rival moved: carts are left through a new search, without regard to our price",
    ),
    "trust": ProductChange(
        "SH003", "2026-05-10", pay=0.36,
        why="a bad batch: reviews about glue and smell are read before the cart is left",
    ),
    "stock": ProductChange(
        "SN001", "2026-05-01",
        why="supply is capped below demand: carts meet an empty shelf",
    ),
}  # fmt: skip
PRICE_CAUSE_ELASTICITY = -5.0
PRICE_CAUSE_LEVEL = 1.18
STOCK_CAUSE_SUPPLY = 0.40
DIVERSION_RIVAL_CUT = 0.78
RIVAL_CUT_FACTOR = 0.80

ACTIONS_DONE = tuple(
    ProductChange(p, "2026-06-29", cart=1.40, why="detail page rewritten with size and use photos")
    for p in ("AP002", "AP003", "SK002", "SN003", "SH001", "FR001")
) + tuple(
    ProductChange(p, "2026-06-29", why="free gift bag added")
    for p in ("AP005", "AP006", "SK004", "SN005", "SH004", "FR002")
)

PRODUCT_CHANGES = (TITLE_CHANGE, RIVAL_CUT, *CART_CAUSES.values(), *ACTIONS_DONE)


@dataclass(frozen=True, slots=True)
class Outage:
    """Hours (inclusive first, exclusive last) in which no payment goes through."""

    day: str
    hours: tuple[int, int]


OUTAGES = (Outage("2026-09-16", (16, 23)), Outage("2026-11-11", (13, 16)))


@dataclass(frozen=True, slots=True)
class DryWeek:
    """Days in which a channel all but stops."""

    channel: str = "recommend"
    days: tuple[str, str] = ("2026-07-13", "2026-07-19")
    visits: float = 0.08


DRY_WEEK = DryWeek()


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


@dataclass(frozen=True, slots=True)
class Supplier:
    """Promised lead time, and how arrivals really differ from it (days late: mean and sd)."""

    supplier_id: str
    name: str
    categories: tuple[str, ...]
    moq: int
    pack: int
    lead_days: int
    transit_days: int
    late_days: float
    late_sd: float


SUPPLIERS = (
    Supplier("S01", "杭州锦裳服饰有限公司", ("apparel",), 10, 5, 18, 3, 0.5, 2.0),
    Supplier("S02", "广州云织制衣厂", ("apparel",), 10, 5, 14, 2, 1.0, 2.5),
    Supplier("S03", "晋江恒跃鞋业有限公司", ("shoes",), 6, 2, 20, 3, 12.0, 6.0),
    Supplier("S04", "温州步青鞋厂", ("shoes",), 6, 2, 16, 2, 0.5, 1.5),
    Supplier("S05", "上海泊妍生物科技有限公司", ("skincare",), 12, 6, 12, 2, 0.0, 1.0),
    Supplier("S06", "苏州粒粒香食品有限公司", ("snacks",), 20, 5, 7, 2, 0.3, 1.0),
    Supplier("S07", "云南鲜达果业合作社", ("fruit",), 4, 2, 2, 1, 0.0, 0.6),
)
LATE_SUPPLIER = "S03"

COMPLAINTS = {
    "SH003": ("glue_and_smell", 0.55, "2026-05-03"),
    "AP007": ("runs_small", 0.45, FIRST_DAY),
    "AP009": ("colour_differs", 0.35, FIRST_DAY),
    "SK006": ("irritates", 0.30, FIRST_DAY),
    "FR003": ("arrives_bruised", 0.40, FIRST_DAY),
    "SN008": ("too_sweet", 0.35, FIRST_DAY),
}
"""Product: complaint topic, share of its reviews that carry it, since when."""
COMPLAINT_RETURNS = 2.0


@dataclass(frozen=True, slots=True)
class Person:
    """Who owns what, and how they multiply carting (products) or visits (channels)."""

    person_id: str
    role: str
    joined_on: str
    skill: float = 1.0
    channels: tuple[str, ...] = ()
    deals: tuple[int, ...] = ()


MERCHANTS = (
    Person("U01", "merchandiser", "2024-06-03", 1.22, deals=(3, 9, 10, 17)),
    Person("U02", "merchandiser", "2024-09-02", 0.85, deals=(1, 2, 7)),
    Person("U03", "merchandiser", "2025-03-03", 1.10, deals=(4, 11, 13, 16)),
    Person("U04", "merchandiser", "2025-02-17", 0.95, deals=(5, 8, 18)),
    Person("U05", "merchandiser", "2025-01-06", 0.80, deals=(6, 12, 14)),
    Person("U06", "merchandiser", "2024-11-11", 1.35, deals=(15, 19, 20)),
)
"""`deals`: positions within each category of the products each was dealt; 1 is the best seller."""
CHANNEL_OWNERS = (
    Person("U07", "channel_manager", "2024-05-06", 1.15, ("ads", "search")),
    Person("U08", "channel_manager", "2025-02-10", 0.90, ("live", "content")),
)
OTHERS = (
    Person("U09", "buyer", "2024-04-01"),
    Person("U10", "designer", "2025-04-07"),
    Person("U11", "crm_manager", "2024-08-05", channels=("direct",)),
)
ORPHAN_GOAL = ("U10", "gmv_paid")
"""A goal whose holder owns no product or channel that moves it."""
GAMER = "U04"
GAMING_PRICE = 0.85
GAMING_RETURNS = 2.0
GAMING_DAYS = 3


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
MISSED_ORDERS = 0.015
"""Share of paid orders whose checkout and payment the event log never saw."""
