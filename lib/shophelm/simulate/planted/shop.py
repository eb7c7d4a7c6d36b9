"""The shop as it stands: its days, goods, channels and suppliers, and what reviews complain of."""

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


@dataclass(frozen=True, slots=True)
class Way:
    """Days a parcel takes from the warehouse in 上海, what it costs, and what spoils on it.

    `spoils` multiplies the chance that fruit comes back.
    """

    days: int
    parcel_yuan: int
    spoils: float
    provinces: tuple[str, ...]


WAYS = (
    Way(1, 6, 1.0, ("上海", "浙江", "江苏", "安徽")),
    Way(2, 8, 1.0, ("广东", "山东", "河南", "北京", "湖北", "湖南", "福建", "河北", "江西",
                    "天津")),
    Way(3, 12, 1.6, ("四川", "辽宁", "重庆", "陕西", "广西", "云南", "山西", "黑龙江", "吉林",
                     "贵州", "内蒙古", "海南")),
    Way(4, 40, 3.0, ("甘肃", "宁夏", "青海", "新疆")),
    Way(5, 48, 4.0, ("西藏",)),
)  # fmt: skip
WAY_TO = {province: way for way in WAYS for province in way.provinces}

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
