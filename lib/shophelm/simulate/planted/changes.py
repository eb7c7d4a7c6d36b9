"""What changed from a day on: products, rivals, our own actions, and what broke."""

from __future__ import annotations

from dataclasses import dataclass


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
RIVAL_PRICE_CUTS = {
    RIVAL_CUT.product_id: (RIVAL_CUT.since, RIVAL_CUT_FACTOR),
    CART_CAUSES["diversion"].product_id: (CART_CAUSES["diversion"].since, DIVERSION_RIVAL_CUT),
}
"""Product: since when its rival is cheaper, and by which factor."""

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

MISSED_ORDERS = 0.015
"""Share of paid orders whose checkout and payment the event log never saw."""
