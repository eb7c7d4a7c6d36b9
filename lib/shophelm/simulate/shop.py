"""Making a shop: people in blocks, what they wish, what stock allows, and every table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from shophelm.errors import ParameterError
from shophelm.simulate import (
    baskets,
    calendar,
    coupons,
    customers,
    event_rows,
    events,
    experiments,
    market,
    orders,
    points,
    refunds,
    reviews,
    selling,
    sessions,
    spending,
    steering,
    stock,
    team,
    truth,
)
from shophelm.simulate.customers import People
from shophelm.simulate.orders import Orders
from shophelm.simulate.sessions import Visits
from shophelm.simulate.setting import Setting, visit
from shophelm.simulate.setting import make as shop_setting
from shophelm.simulate.traffic import Traffic
from shophelm.simulate.traffic import rows as traffic_rows
from shophelm.simulate.writing import Writer, write_truth

DEFAULT_CUSTOMERS = 4_000
DEFAULT_SEED = 20261115
Progress = Callable[[str, float], None]


def simulate(
    folder: str | Path, *, customers: int = DEFAULT_CUSTOMERS, seed: int = DEFAULT_SEED,
    file_format: str = "csv", progress: Progress | None = None,
) -> dict:  # fmt: skip
    """Write a simulated shop into a folder: every table of the contract, and `truth.json`.

    Parameters
    ----------
    folder
        Made if it is missing; tables of the same names in it are replaced.
    customers
        How many customers; about 75 events each. Other visitors come on top.
    seed
        The same seed, size and format give the same bytes.
    file_format
        "csv" (large tables gzipped) or "parquet".
    progress
        Called with what is being done and the share done, from 0 to 1.

    Returns
    -------
    dict
        What was planted, as written to `truth.json`.

    Raises
    ------
    ParameterError
        If `customers` is below 100 or `file_format` is not one of the two.
    """
    if customers < 100:
        raise ParameterError(f"customers: at least 100 are needed for a shop; got {customers}.")
    if file_format not in ("csv", "parquet"):
        raise ParameterError(f'file_format: must be "csv" or "parquet"; got "{file_format}".')
    told = progress or _quietly
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    setting = shop_setting(customers=customers, seed=seed)
    shelves, granted = _ask_stock(setting, customers, told)
    return _write(folder, setting, customers, shelves, granted, file_format, told)


def _quietly(_what: str, _share: float) -> None:
    """Tell nobody."""


def _ask_stock(
    setting: Setting, size: int, told: Progress
) -> tuple[stock.Shelves, list[np.ndarray]]:
    """First round: collect every wish to pay, walk the shelves through the days, and answer."""
    products, quantities, seconds, counts = [], [], [], []
    blocks = customers.blocks(size)
    for n, block in enumerate(blocks):
        told("asking customers what they wish", 0.3 * n / len(blocks))
        _, visits, lines = visit(setting, block)
        paid_at = visits.paid_at[lines.visit]
        wish = paid_at >= 0
        products.append(lines.product[wish].astype(np.int16))
        quantities.append(lines.quantity[wish].astype(np.int8))
        seconds.append(paid_at[wish].astype(np.int32))
        counts.append(int(wish.sum()))
    product, quantity, second = (np.concatenate(c) for c in (products, quantities, seconds))
    told("walking stock through the days", 0.32)
    wanted = np.zeros((len(setting.catalogue), calendar.DAYS), np.int64)
    np.add.at(wanted, (product, second // 86_400), quantity)
    shelves = stock.run(wanted, catalogue=setting.catalogue, world=setting.world, seed=setting.seed)
    granted = stock.fulfilled(product, quantity, second, shelves)
    return shelves, np.split(granted, np.cumsum(counts)[:-1])


def _write(
    folder: Path,
    setting: Setting,
    size: int,
    shelves: stock.Shelves,
    granted: np.ndarray,
    file_format: str,
    told: Progress,
) -> dict:
    """Second round: block by block people and orders, then the tables of the whole shop."""
    writer = Writer(folder, file_format=file_format)
    counted = Traffic(setting.catalogue)
    sales, known = steering.Sales(len(setting.catalogue)), truth.Known(setting, shelves)
    used = coupons.DailyTotals()
    blocks = customers.blocks(size)
    for n, block in enumerate(blocks):
        told("writing what they did", 0.35 + 0.6 * n / len(blocks))
        _write_block(writer, setting, block, granted[n], counted, sales, known, used)
    told("writing the shop's own tables", 0.96)
    for name, rows in _whole_tables(setting, shelves, counted, sales).items():
        writer.write(name, rows)
    writer.write("coupon_days", used.rows())
    writer.close()
    planted = write_truth(folder, known.truth(size, writer.rows))
    told("done", 1.0)
    return planted


def _write_block(
    writer: Writer, setting: Setting, block: tuple[int, int], granted: np.ndarray,
    counted: Traffic, sales: steering.Sales, known: truth.Known, used: coupons.DailyTotals,
) -> None:  # fmt: skip
    people, visits, lines = visit(setting, block)
    known.add_wishes(people, visits, lines)
    quantity = lines.quantity.copy()
    quantity[visits.paid_at[lines.visit] >= 0] = granted
    visits, unmet = _turned_away(visits, lines, quantity)
    goods, seed = setting.catalogue, setting.seed
    grants = coupons.make(people, seed=seed)
    made = orders.make(
        visits, replace(lines, quantity=quantity), people, grants,
        catalogue=goods, price=setting.world.price, seed=seed,
    )  # fmt: skip
    back = refunds.make(made, visits, people, catalogue=goods, seed=seed)
    log = events.make(
        visits, made, people, draws=setting.draws, catalogue=goods, spending=setting.spending,
        seed=seed,
    )  # fmt: skip
    counted.add(log, made)
    sales.add(made, visits, goods)
    known.add_orders(made, unmet)
    used.add(grants, made.grant, made.paid, made.amount)
    _write_selling(writer, setting, people, visits, made, back, grants)
    _write_doing(writer, setting, people, visits, made, log)


def _turned_away(visits: sessions.Visits, lines: baskets.Lines, quantity: np.ndarray):
    """Visits whose whole wish met an empty shelf end in the cart."""
    served = np.bincount(lines.visit, quantity, len(visits)) > 0
    unmet = (visits.paid_at >= 0) & ~served
    return replace(
        visits, paid_at=np.where(unmet, -1, visits.paid_at), wish=visits.wish & ~unmet,
        checkout=visits.checkout & ~unmet,
    ), unmet  # fmt: skip


def _write_selling(
    writer: Writer,
    setting: Setting,
    people: People,
    visits: Visits,
    made: Orders,
    back: dict[str, np.ndarray],
    grants: coupons.Grants,
) -> None:
    goods = setting.catalogue
    order_id = selling.order_ids(made, first_number=writer.rows.get("orders", 0))
    writer.write("orders", selling.order_rows(made, visits, people, order_id))
    writer.write("order_lines", selling.line_rows(made, goods, order_id))
    writer.write(
        "refunds", selling.refund_rows(back, order_id, first_number=writer.rows.get("refunds", 0))
    )
    writer.write("presales", selling.presale_rows(made, visits, order_id))
    writer.write("customers", selling.customer_rows(people, made, visits))
    used = np.full(len(grants.person), None, dtype=object)
    rows = made.grant >= 0
    used[made.grant[rows]] = np.asarray(order_id.to_pylist(), dtype=object)[rows]
    number = writer.rows.get("coupons", 0)
    writer.write("coupons", coupons.rows(grants, people, used, first_number=number))


def _write_doing(
    writer: Writer,
    setting: Setting,
    people: People,
    visits: Visits,
    made: Orders,
    log: events.Events,
) -> None:
    goods, seed = setting.catalogue, setting.seed
    first = writer.rows.get("events", 0)
    table = event_rows.table(log, people, goods, first_event=first, first_session=2 * first)
    writer.write("events", table)
    writer.write("exposures", experiments.exposure_rows(visits, people))
    said = reviews.make(made, visits, people, catalogue=goods, seed=seed)
    writer.write(
        "reviews", reviews.rows(said, people, goods, first_number=writer.rows.get("reviews", 0))
    )
    moved = points.make(made, visits, people, seed=seed)
    writer.write("points", points.rows(moved, people, first_number=writer.rows.get("points", 0)))


def _whole_tables(
    setting: Setting, shelves: stock.Shelves, counted: Traffic, sales: steering.Sales
) -> dict:
    goods, seed = setting.catalogue, setting.seed
    return {
        "products": selling.product_rows(goods, seed=seed),
        "prices": selling.price_rows(goods),
        "suppliers": selling.supplier_rows(),
        "regions": selling.region_rows(),
        "campaigns": selling.campaign_rows(),
        "experiments": experiments.experiment_rows(),
        "traffic": traffic_rows(counted),
        "stock": stock.stock_rows(shelves, goods),
        "purchase_orders": stock.purchase_rows(shelves, goods),
        "keywords": market.keyword_rows(counted, seed=seed),
        "rivals": market.rival_rows(goods, seed=seed),
        "spend": spending.rows(setting.spending, seed=seed),
        "targets": steering.target_rows(counted, sales, seed=seed),
        "launches": steering.launch_rows(),
        "people": team.people_rows(goods),
        "goals": team.goal_rows(goods, sales, seed=seed),
        "actions": team.action_rows(),
    }
