"""UserBehavior, Alibaba's public log of views, favourites, carts and purchases."""

from __future__ import annotations

from datetime import datetime

import ibis

from shophelm.shop.importers.cleaning import split
from shophelm.shop.importers.desk import Desk
from shophelm.shop.importers.language import Format, Mapped, Role, file_of, place_of

KINDS = {"pv": "view", "fav": "favourite", "cart": "cart", "buy": "pay"}
FIRST, AFTER = datetime.fromisoformat("2017-11-25"), datetime.fromisoformat("2017-12-04")
SHANGHAI = 8 * 3600
WINDOW = "outside the log's window 2017-11-25 to 2017-12-03"
EVENTS = Role(
    "events",
    "the log",
    needs=("user", "item", "behaviour", "timestamp"),
    uses=("category",),
    personal={"user": "keyed hash"},
    table="events",
)


@ibis.udf.scalar.builtin
def make_timestamp(microseconds: int) -> datetime:
    """DuckDB's own: microseconds since 1970 as a time without a zone."""


def map_files(desk: Desk) -> Mapped:
    """Map the log to events; a visitor is a signed-in user, so both ids are the same hash."""
    cells = desk.cells("events", as_they_are=True)
    seconds = cells["timestamp"].try_cast("int64")
    cells = cells.mutate(
        kind=cells["behaviour"].cases(*KINDS.items()),
        occurred_at=make_timestamp((seconds + SHANGHAI) * 1_000_000),
    )
    at = cells["occurred_at"]
    cells, refused = split(
        cells,
        (at.isnull(), "the timestamp is no number of seconds", cells["timestamp"]),
        ((at < FIRST) | (at >= AFTER), WINDOW, at.cast("string")),
        (cells["kind"].isnull(), "the behaviour is not pv, fav, cart or buy", cells["behaviour"]),
        show=("item", "behaviour"),
    )
    cells = desk.hashed(cells, "user")
    several = len(desk.inputs) > 1
    place = place_of(cells["_row"]).cast("string")
    events = cells.select(
        "_row",
        event_id=file_of(cells["_row"]).cast("string") + "-" + place if several else place,
        visitor_id=cells["user"],
        customer_id=cells["user"],
        occurred_at=cells["occurred_at"],
        kind=cells["kind"],
        product_id=cells["item"],
    )
    # an item seen in two categories keeps the lesser id, so that the order of rows is no matter
    products = cells.filter(cells["item"].notnull() & cells["category"].notnull())
    products = products.group_by("item").aggregate(
        category=products["category"].min(), _row=products["_row"].min()
    )
    products = products.select(
        "_row", product_id="item", title=products["item"], category=products["category"]
    )
    return Mapped(
        tables={"events": events, "products": products},
        records=("events",),
        refused={"events": refused},
        notes=[
            "The log has no amounts and no orders: money questions stay closed.",
            "It names items and categories by number only: a product's title is its number.",
            "Its times are Unix seconds, read as Shanghai time.",
        ],
    )


FORMAT = Format(
    name="taobao-events",
    help="UserBehavior.csv: user, item, category, behaviour, Unix seconds; no header line",
    where="Get UserBehavior.csv at tianchi.aliyun.com/dataset/649.",
    roles=(EVENTS,),
    map=map_files,
    required=("events",),
    currency="",
    header=("user", "item", "category", "behaviour", "timestamp"),
)
