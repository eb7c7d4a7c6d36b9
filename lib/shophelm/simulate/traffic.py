"""Daily figures counted from the event log, added up block by block."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from shophelm.simulate import calendar
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.events import Events
from shophelm.simulate.orders import Orders
from shophelm.simulate.pages import CART, FAVOURITE, PAY, SEARCH, SEARCH_CHANNEL, VIEW
from shophelm.simulate.planted.shop import CATEGORIES, CHANNELS

COUNTS = (
    "visitors",
    "page_views",
    "favourite_visitors",
    "cart_visitors",
    "buyers",
    "orders",
    "paid_amount",
    "dwell",
)
WEEK = (np.arange(calendar.DAYS) + calendar.WEEKDAY[0]) // 7
MONTH = (calendar.DATES.astype("datetime64[M]") - calendar.DATES[0].astype("datetime64[M]")).astype(
    int
)
_C = len(CHANNELS)


@dataclass
class Traffic:
    """Running counts by day × channel × product, day × channel, and day.

    `searches` counts visits, carts, buyers and cents by day, product and keyword slot; `periods`
    counts distinct visitors and buyers by week or month and scope (shop, channels, categories).
    """

    catalogue: Catalogue
    by_product: dict[str, np.ndarray] = field(default_factory=dict)
    by_channel: dict[str, np.ndarray] = field(default_factory=dict)
    whole: dict[str, np.ndarray] = field(default_factory=dict)
    searches: np.ndarray | None = None
    periods: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, events: Events, orders: Orders) -> None:
        """Count one block. Visitors live in one block only, so distinct counts add up."""
        k, day = len(self.catalogue), events.second // 86_400
        product = np.where(events.product < 0, k, events.product)
        key = ((events.person * calendar.DAYS + day) * _C + events.channel) * (k + 1) + product
        cell, at = np.unique(key, return_inverse=True)
        seen = _seen(events, orders, at, len(cell))
        size = calendar.DAYS * _C * (k + 1)
        self._add(self.by_product, seen, cell % size, cell % (k + 1) < k, size)
        paid = _paid_orders(events, orders)
        by_channel = paid["day"] * _C + paid["channel"]
        self._add_level(
            self.by_channel, cell // (k + 1), seen, calendar.DAYS * _C, by_channel, paid
        )
        self._add_level(self.whole, cell // (_C * (k + 1)), seen, calendar.DAYS, paid["day"], paid)
        self._add_periods(cell, seen, k)
        self._add_searches(events, orders, day)

    def _add_level(
        self, store: dict, key: np.ndarray, seen: dict, size: int, where: np.ndarray, paid: dict
    ) -> None:
        """Count coarser cells; orders and their money are counted once each, `where` they fell."""
        upper, merged = _merged(key, seen)
        merged |= {name: np.zeros(len(upper), np.int64) for name in ("orders", "paid_amount")}
        self._add(store, merged, upper % size, np.ones(len(upper), bool), size)
        np.add.at(store["orders"], where, 1)
        np.add.at(store["paid_amount"], where, paid["amount"])

    def _add(
        self,
        store: dict[str, np.ndarray],
        seen: dict[str, np.ndarray],
        where: np.ndarray,
        rows: np.ndarray,
        size: int,
    ) -> None:
        for name in COUNTS:
            total = store.setdefault(name, np.zeros(size, np.int64))
            np.add.at(total, where[rows], seen[name][rows])

    def _add_periods(self, cell: np.ndarray, seen: dict, k: int) -> None:
        person, rest = np.divmod(cell, calendar.DAYS * _C * (k + 1))
        day, rest = np.divmod(rest, _C * (k + 1))
        channel, product = np.divmod(rest, k + 1)
        category = np.append(self.catalogue.category, -1)[product]
        scopes = (
            (np.zeros_like(day), day >= 0),
            (1 + channel, day >= 0),
            (1 + _C + category, category >= 0),
        )
        width = 1 + _C + len(CATEGORIES)
        for name, period in (("week", WEEK), ("month", MONTH)):
            size = (period[-1] + 1) * width
            for scope, rows in scopes:
                key = person[rows] * size + period[day[rows]] * width + scope[rows]
                who, at = np.unique(key, return_inverse=True)
                bought = np.bincount(at, seen["buyers"][rows], len(who)) > 0
                for what, each in (("visitors", np.ones(len(who), bool)), ("buyers", bought)):
                    total = self.periods.setdefault(f"{name}_{what}", np.zeros(size, np.int64))
                    total += np.bincount(who[each] % size, minlength=size)

    def _add_searches(self, events: Events, orders: Orders, day: np.ndarray) -> None:
        """Search visits by day, product and keyword slot: visits, buyers, cents."""
        k = len(self.catalogue)
        if self.searches is None:
            self.searches = np.zeros((3, calendar.DAYS, k * 3), np.int64)
        began = (events.kind == SEARCH) & (events.keyword >= 0) & (events.channel == SEARCH_CHANNEL)
        np.add.at(self.searches[0], (day[began], events.keyword[began]), 1)
        sessions = int(events.session.max(initial=0)) + 1
        word = np.full(sessions, -1)
        word[events.session[began]] = events.keyword[began]
        paid = (events.kind == PAY) & (word[events.session] >= 0)
        paid &= events.product == word[events.session] // 3
        amount = _line_amounts(events, orders)[paid]
        cells = (day[paid], word[events.session[paid]])
        np.add.at(self.searches[1], cells, 1)
        np.add.at(self.searches[2], cells, amount)


def _line_amounts(events: Events, orders: Orders) -> np.ndarray:
    """Cents of the line on each payment event, 0 elsewhere."""
    amount = np.zeros(len(events), np.int64)
    rows = np.flatnonzero(events.kind == PAY)
    k = int(max(events.product.max(initial=0), orders.lines.product.max(initial=0))) + 1
    line_key = orders.line_order * k + orders.lines.product
    order = np.argsort(line_key)
    found = np.searchsorted(line_key[order], events.order[rows] * k + events.product[rows])
    amount[rows] = orders.line_paid[order[found]] if len(rows) else 0
    return amount


def _seen(events: Events, orders: Orders, at: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """Count what happened in each visitor × day × channel × product."""

    def count(rows: np.ndarray) -> np.ndarray:
        return np.bincount(at[rows], minlength=size)

    paid = np.zeros(size, np.int64)
    np.add.at(paid, at, _line_amounts(events, orders))
    return {
        "visitors": np.ones(size, np.int64),
        "page_views": count(events.kind <= VIEW),
        "favourite_visitors": (count(events.kind == FAVOURITE) > 0).astype(np.int64),
        "cart_visitors": (count(events.kind == CART) > 0).astype(np.int64),
        "buyers": (count(events.kind == PAY) > 0).astype(np.int64),
        "orders": count(events.kind == PAY),
        "paid_amount": paid,
        "dwell": np.bincount(at, np.nan_to_num(events.dwell), size).astype(np.int64),
    }


def _merged(
    key: np.ndarray, seen: dict[str, np.ndarray]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Add up to the same figures for coarser cells; `key` is sorted."""
    heads = np.flatnonzero(np.diff(key, prepend=-1))
    merged = {"visitors": np.ones(len(heads), np.int64)}
    for name in COUNTS[1:]:
        join = np.maximum if name.endswith("visitors") or name == "buyers" else np.add
        merged[name] = join.reduceat(seen[name], heads)
    return key[heads], merged


def _paid_orders(events: Events, orders: Orders) -> dict[str, np.ndarray]:
    """Orders whose payment the log saw, on the day and channel it saw it."""
    rows = np.flatnonzero(events.kind == PAY)
    order, first = np.unique(events.order[rows], return_index=True)
    at = rows[first]
    return {
        "day": events.second[at] // 86_400,
        "channel": events.channel[at],
        "amount": orders.amount[order],
    }


def rows(traffic: Traffic) -> dict:
    """Make the `traffic` table: whole shop, whole shop by channel, product by channel."""
    k = len(traffic.catalogue)
    levels = ((traffic.whole, 1, 1), (traffic.by_channel, _C, 1), (traffic.by_product, _C, k + 1))
    parts = [_level_rows(*level) for level in levels]
    day, channel, product, *counts = (np.concatenate(c) for c in zip(*parts, strict=True))
    order = np.lexsort((product, channel, product >= 0, day))
    columns = dict(zip(COUNTS, (c[order] for c in counts), strict=True))
    dwell = np.round(columns.pop("dwell") / columns["visitors"])
    return {
        "day": calendar.dates(day[order]),
        "product_id": np.array([*traffic.catalogue.ids, None], dtype=object)[product[order]],
        "channel": np.array([*CHANNELS, None], dtype=object)[channel[order]],
        **columns,
        "dwell_seconds": dwell,
    }


def _level_rows(store: dict[str, np.ndarray], channels: int, products: int) -> tuple:
    """Day, channel, product (−1: all of them) and counts of the cells that had a visitor."""
    cell = np.flatnonzero(store["visitors"])
    rest, product = np.divmod(cell, products)
    day, channel = np.divmod(rest, channels)
    everything = np.full(len(cell), -1)
    return (
        day, everything if channels == 1 else channel, everything if products == 1 else product,
        *(store[name][cell] for name in COUNTS),
    )  # fmt: skip
