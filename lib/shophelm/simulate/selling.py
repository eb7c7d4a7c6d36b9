"""Rows of the selling tables: orders and what belongs to them, products, customers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from shophelm.simulate import calendar, words
from shophelm.simulate.campaigns import ANNOUNCED, CAMPAIGNS
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.coupons import ALL_COUPONS
from shophelm.simulate.customers import GENDERS, TIERS, People, tiers
from shophelm.simulate.ids import numbered
from shophelm.simulate.orders import STATUSES, Orders
from shophelm.simulate.pictures import as_hex, own_pictures
from shophelm.simulate.planted.shop import CATEGORIES, CHANNELS, SUPPLIERS, WAY_TO
from shophelm.simulate.sessions import Visits

_EPOCH = 71_000_000
"""Keeps order numbers at one length; they grow with time as a platform's do."""


def words_at(vocabulary: list, numbers: np.ndarray) -> np.ndarray:
    """Words by number; −1 is null."""
    return np.array([*vocabulary, None], dtype=object)[numbers]


def moments(seconds: np.ndarray) -> np.ndarray:
    """Turn seconds into times, NaT below zero."""
    return np.where(
        seconds >= 0, calendar.times(np.maximum(seconds, 0)), np.datetime64("NaT", "us")
    )


def order_ids(orders: Orders, *, first_number: int) -> pa.Array:
    """Order numbers: the moment the order was placed, then a running number."""
    running = first_number + np.arange(len(orders.visit))
    return numbered("26", (_EPOCH + orders.created) * 100_000_000 + running, 16)


def order_rows(orders: Orders, visits: Visits, people: People, order_id: pa.Array) -> dict:
    """Make the `orders` table of one block, by the time of ordering."""
    by_time = np.argsort(orders.created, kind="stable")
    visit = orders.visit[by_time]
    person = visits.person[visit]
    return {
        "order_id": order_id.take(pa.array(by_time)),
        "customer_id": people.customer_ids().take(pa.array(person)),
        "created_at": moments(orders.created[by_time]),
        "paid_at": moments(orders.paid[by_time]),
        "closed_at": moments(orders.closed[by_time]),
        "status": STATUSES[orders.status[by_time]],
        "channel": words_at(CHANNELS, visits.channel[visit]),
        "region": words_at(words.PROVINCES, people.region[person]),
        "device": words_at(words.DEVICES, people.device[person]),
        "campaign_id": words_at([c.campaign_id for c in CAMPAIGNS], orders.campaign[by_time]),
        "coupon_id": words_at([c.coupon_id for c in ALL_COUPONS], orders.coupon[by_time]),
        "goods_amount": orders.goods[by_time],
        "discount_amount": orders.discount[by_time],
        "shipping_amount": orders.shipping[by_time],
        "paid_amount": orders.amount[by_time],
    }


def line_rows(orders: Orders, catalogue: Catalogue, order_id: pa.Array) -> dict:
    """Make the `order_lines` table of one block, in the order of the orders."""
    rank = np.empty(len(orders.visit), np.int64)
    rank[np.argsort(orders.created, kind="stable")] = np.arange(len(orders.visit))
    number = (
        1
        + np.arange(len(orders.line_order))
        - np.searchsorted(orders.line_order, orders.line_order)
    )
    by_time = np.lexsort((number, rank[orders.line_order]))
    return {
        "order_id": order_id.take(pa.array(orders.line_order[by_time])),
        "line_no": number[by_time],
        "product_id": words_at(catalogue.ids, orders.lines.product[by_time]),
        "quantity": orders.lines.quantity[by_time],
        "list_price": orders.line_list[by_time],
        "unit_price": orders.line_unit[by_time],
        "paid_amount": orders.line_paid[by_time],
    }


def refund_rows(refunds: dict, order_id: pa.Array, *, first_number: int) -> dict:
    """Make the `refunds` table of one block, by time; no line number: the whole order went back."""
    by_time = np.argsort(refunds["second"], kind="stable")
    line = refunds["line_no"][by_time]
    return {
        "refund_id": numbered("RF", first_number + np.arange(len(by_time)), 9),
        "order_id": order_id.take(pa.array(refunds["order"][by_time])),
        "line_no": np.ma.masked_equal(line, 0),
        "refunded_at": moments(refunds["second"][by_time]),
        "quantity": refunds["quantity"][by_time],
        "amount": refunds["amount"][by_time],
        "reason": refunds["reason"][by_time],
    }


def presale_rows(orders: Orders, visits: Visits, order_id: pa.Array) -> dict:
    """Make the `presales` table of one block."""
    rows = np.flatnonzero(visits.deposit[orders.visit])
    burst = visits.day[orders.visit[rows]] * 86_400
    return {
        "order_id": order_id.take(pa.array(rows)),
        "deposit_paid_at": moments(orders.created[rows]),
        "deposit_amount": orders.deposit[rows],
        "deposit_worth": orders.worth[rows],
        "balance_due_from": moments(burst),
        "balance_due_to": moments(burst + 2 * 86_400 - 1),
        "balance_amount": orders.amount[rows] - orders.deposit[rows],
        "balance_paid_at": moments(orders.paid[rows]),
    }


def customer_rows(people: People, orders: Orders, visits: Visits) -> dict:
    """Make the `customers` table of one block; the tier is by what was paid so far."""
    n = people.customers
    paid = np.zeros(n, np.int64)
    rows = orders.paid >= 0
    np.add.at(paid, visits.person[orders.visit[rows]], orders.amount[rows])
    return {
        "customer_id": people.customer_ids(),
        "joined_at": calendar.times(people.joined[:n]),
        "region": words_at(words.PROVINCES, people.region[:n]),
        "gender": GENDERS[people.gender[:n]],
        "birth_year": people.birth_year[:n],
        "tier": TIERS[tiers(paid)],
        "acquired_by": words_at(CHANNELS, people.acquired_by[:n]),
    }


def product_rows(catalogue: Catalogue, *, seed: int) -> dict:
    """Make the `products` table."""
    names = [c.name for c in CATEGORIES]
    return {
        "product_id": catalogue.ids,
        "title": catalogue.titles,
        "category": words_at(names, catalogue.category),
        "brand": catalogue.brands,
        "season": catalogue.seasons,
        "supplier_id": words_at([s.supplier_id for s in SUPPLIERS], catalogue.supplier),
        "launched_on": calendar.dates(catalogue.launched),
        "list_price": catalogue.list_cents,
        "unit_cost": catalogue.cost_cents,
        "shelf_life_days": catalogue.shelf_life,
        "cold_chain": catalogue.fruit,
        "image_hash": as_hex(own_pictures(catalogue, seed=seed)),
    }


def price_rows(catalogue: Catalogue) -> dict:
    """Make the `prices` table: a row where a product's price changes while it is on sale."""
    price = catalogue.price()
    day = np.arange(calendar.DAYS)
    on_sale = (day >= catalogue.launched[:, None]) & (day <= catalogue.retired[:, None])
    before = np.hstack([np.full((len(price), 1), -1), np.where(on_sale, price, -1)[:, :-1]])
    product, since = np.nonzero(on_sale & (price != before))
    return {
        "product_id": words_at(catalogue.ids, product),
        "valid_from": calendar.dates(since),
        "price": price[product, since],
    }


def supplier_rows() -> dict:
    """Make the `suppliers` table."""
    return {
        "supplier_id": [s.supplier_id for s in SUPPLIERS],
        "name": [s.name for s in SUPPLIERS],
        "moq": np.array([s.moq for s in SUPPLIERS]),
        "pack_size": np.array([s.pack for s in SUPPLIERS]),
        "lead_time_days": np.array([s.lead_days for s in SUPPLIERS]),
        "transit_days": np.array([s.transit_days for s in SUPPLIERS]),
    }


def region_rows() -> dict:
    """Make the `regions` table: every province, by days on the way."""
    return {
        "region": list(WAY_TO),
        "transit_days": np.array([way.days for way in WAY_TO.values()]),
        "parcel_cost": np.array([100 * way.parcel_yuan for way in WAY_TO.values()]),
    }


def campaign_rows() -> dict:
    """Make the `campaigns` table: those that ran, and those announced for after the last day."""
    listed = CAMPAIGNS + ANNOUNCED
    days = np.array([c.days for c in listed], dtype="datetime64[D]")
    return {
        "campaign_id": [c.campaign_id for c in listed],
        "name": [c.name for c in listed],
        "kind": [c.kind for c in listed],
        "warmup_from": days[:, 0],
        "burst_from": days[:, 1],
        "afterglow_from": days[:, 2],
        "ends_on": days[:, 3],
        "mechanic": [c.mechanic for c in listed],
    }
