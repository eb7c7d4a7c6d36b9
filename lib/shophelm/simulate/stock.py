"""Stock: what is ordered from suppliers, what arrives, what is sold, and whose wish goes unmet."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from shophelm.simulate import calendar
from shophelm.simulate.campaigns import CAMPAIGNS
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.demand import World
from shophelm.simulate.ids import stream
from shophelm.simulate.planted.changes import CART_CAUSES, STOCK_CAUSE_SUPPLY
from shophelm.simulate.planted.shop import CATEGORIES, SUPPLIERS

_REVIEW_EVERY, _COVER_DAYS, _FRUIT_COVER, _RATION_EVERY = 7, 18, 4, 56
_HORIZON = 120


@dataclass(frozen=True, slots=True)
class Shelves:
    """Products × days, in units, and the purchase orders behind them.

    on_hand today = on_hand yesterday + received − sold, for every product and day.
    """

    on_hand: np.ndarray
    in_transit: np.ndarray
    received: np.ndarray
    sold: np.ndarray
    wanted: np.ndarray
    opening: np.ndarray
    orders: dict[str, np.ndarray]

    def unmet(self) -> np.ndarray:
        """Units wanted that stock could not give."""
        return self.wanted - self.sold


@dataclass
class _Ledger:
    """Purchase orders as they are written, day by day."""

    rows: list[tuple[np.ndarray, ...]] = field(default_factory=list)

    def add(
        self,
        product: np.ndarray,
        ordered: np.ndarray,
        promised: np.ndarray,
        arrives: np.ndarray,
        quantity: np.ndarray,
    ) -> None:
        self.rows.append((product, np.full(len(product), ordered), promised, arrives, quantity))

    def arrays(self) -> dict[str, np.ndarray]:
        names = ("product", "ordered", "promised", "arrives", "quantity")
        return dict(
            zip(names, (np.concatenate(c) for c in zip(*self.rows, strict=True)), strict=True)
        )


def run(wanted: np.ndarray, *, catalogue: Catalogue, world: World, seed: int) -> Shelves:
    """Walk through the days: receive, sell what is there, order what will be missing.

    `wanted` is products × days, units that buyers wish to pay for.
    """
    rng = stream(seed, "stock")
    lead = np.array([s.lead_days for s in SUPPLIERS])[catalogue.supplier]
    received = np.zeros((len(catalogue), calendar.DAYS + _HORIZON), np.int64)
    ledger = _Ledger()
    on_hand, transit, sold = (np.zeros(wanted.shape, np.int64) for _ in range(3))
    usual = _usual_demand(wanted, catalogue, world)
    opening = _opening(catalogue, usual)
    _first_deliveries(ledger, received, catalogue, usual)
    shelf, coming = opening.copy(), received.sum(axis=1)
    plan, ration = _buyers_plan(world), _ration(catalogue, usual)
    for day in range(calendar.DAYS):
        shelf = shelf + received[:, day]
        coming = coming - received[:, day]
        sold[:, day] = np.minimum(shelf, wanted[:, day])
        shelf = shelf - sold[:, day]
        due = (np.arange(len(catalogue)) + day) % _REVIEW_EVERY == 0
        due &= (catalogue.launched <= day) & (catalogue.retired > day + 30)
        quantity = _to_order(day, due, sold, shelf + coming, lead, plan, catalogue)
        quantity = np.where(ration[:, day] >= 0, ration[:, day], quantity)
        coming = coming + _place(rng, ledger, received, catalogue, day, quantity)
        on_hand[:, day], transit[:, day] = shelf, coming
    return Shelves(
        on_hand, transit, received[:, : calendar.DAYS], sold, wanted, opening, ledger.arrays()
    )


def _usual_demand(wanted: np.ndarray, catalogue: Catalogue, world: World) -> np.ndarray:
    """Estimate units a day by product, from expectations and the shop's overall level."""
    size = np.array([c.share * (1 + c.extra_units) for c in CATEGORIES])[catalogue.category]
    expected = world.visits.sum(axis=2) * world.cart * world.pay * size[:, None]
    return expected * (wanted.sum() / expected.sum())


def _opening(catalogue: Catalogue, usual: np.ndarray) -> np.ndarray:
    days = np.where(catalogue.fruit, _FRUIT_COVER, 45)
    return np.ceil(usual[:, :14].mean(axis=1) * days * (catalogue.launched <= 0)).astype(
        np.int64
    ) + 3 * (catalogue.launched <= 0)


def _first_deliveries(
    ledger: _Ledger, received: np.ndarray, catalogue: Catalogue, usual: np.ndarray
) -> None:
    """Deliver new products for the first time before the launch."""
    new = np.flatnonzero(catalogue.launched > 0)
    suppliers = [SUPPLIERS[s] for s in catalogue.supplier[new]]
    lead = np.array([s.lead_days for s in suppliers])
    arrives = np.maximum(catalogue.launched[new] - 1, 0)
    need = np.array(
        [usual[k, d : d + 40].sum() for k, d in zip(new, catalogue.launched[new], strict=True)]
    )
    quantity = _packed(np.where(catalogue.fruit[new], need / 6, need * 0.8), new, catalogue)
    ordered = arrives - lead
    received[new, arrives] += quantity
    ledger.rows.append((new, ordered, arrives, arrives, quantity))


def _buyers_plan(world: World) -> np.ndarray:
    """Plan by the promotion calendar: expected level of each day against a usual one."""
    level = np.ones((world.visits.shape[0], calendar.DAYS + 60))
    expected = world.visits.sum(axis=2) * world.cart * world.pay
    for campaign in CAMPAIGNS:
        warm, burst, after, _ = calendar.phase_days(campaign)
        before = expected[:, max(warm - 28, 0) : max(warm, 1)].mean(axis=1)
        peak = expected[:, max(burst, 0) : max(after, 1)].mean(axis=1)
        raised = np.clip(peak / np.maximum(before, 1e-9), 1, 14)
        level[:, max(burst, 0) : max(after, 0)] = raised[:, None]
    return np.cumsum(np.hstack([np.zeros((len(level), 1)), level]), axis=1)


def _to_order(
    day: np.ndarray,
    due: np.ndarray,
    sold: np.ndarray,
    position: np.ndarray,
    lead: np.ndarray,
    plan: np.ndarray,
    catalogue: Catalogue,
) -> np.ndarray:
    """Order up to the demand of lead time and cover, at the rate of the last four weeks."""
    since = max(day - 27, 0)
    pace = sold[:, since : day + 1].sum(axis=1) / np.maximum(plan[:, day + 1] - plan[:, since], 1)
    cover = np.where(catalogue.fruit, _FRUIT_COVER, _COVER_DAYS)
    end = np.minimum(day + 1 + lead + cover + _REVIEW_EVERY, plan.shape[1] - 1)
    ahead = plan[np.arange(len(lead)), end] - plan[:, day + 1]
    stretch = pace * ahead
    missing = stretch + 0.5 * np.sqrt(np.maximum(stretch, 0)) - position
    return np.where(due & (missing > 0.35 * stretch), missing, 0)


def _ration(catalogue: Catalogue, usual: np.ndarray) -> np.ndarray:
    """Units ordered by decree, −1 where the buyer is free: one maker can't supply enough."""
    ration = np.full(usual.shape, -1.0)
    cause = CART_CAUSES["stock"]
    k, since = catalogue.number(cause.product_id), calendar.day_number(cause.since)
    ration[k, since - 50 :] = 0
    for day in range(since - 10, calendar.DAYS, _RATION_EVERY):
        ration[k, day] = STOCK_CAUSE_SUPPLY * usual[k, day : day + _RATION_EVERY].sum()
    return ration


def _packed(quantity: np.ndarray, products: np.ndarray, catalogue: Catalogue) -> np.ndarray:
    """Raise to the minimum order and to whole packs."""
    moq = np.array([s.moq for s in SUPPLIERS])[catalogue.supplier[products]]
    pack = np.array([s.pack for s in SUPPLIERS])[catalogue.supplier[products]]
    return (np.ceil(np.maximum(quantity, moq) / pack) * pack).astype(np.int64)


def _place(
    rng: np.random.Generator,
    ledger: _Ledger,
    received: np.ndarray,
    catalogue: Catalogue,
    day: int,
    quantity: np.ndarray,
) -> np.ndarray:
    """Write the orders and note when they will really arrive; returns units now on their way."""
    products = np.flatnonzero(quantity > 0)
    placed = np.zeros(len(quantity), np.int64)
    if not len(products):
        return placed
    units = _packed(quantity[products], products, catalogue)
    lead, late, spread = (
        np.array([getattr(s, name) for s in SUPPLIERS])[catalogue.supplier[products]]
        for name in ("lead_days", "late_days", "late_sd")
    )
    real = np.maximum(np.round(lead + late + rng.normal(0, 1, len(products)) * spread), 1).astype(
        np.int64
    )
    np.add.at(received, (products, np.minimum(day + real, received.shape[1] - 1)), units)
    ledger.add(products, day, day + lead, day + real, units)
    placed[products] = units
    return placed


def fulfilled(
    product: np.ndarray, quantity: np.ndarray, second: np.ndarray, shelves: Shelves
) -> np.ndarray:
    """Units each wish receives: who pays first on a day takes what is there."""
    day = second // 86_400
    order = np.lexsort((second, product))
    product, quantity, day = product[order], quantity[order], day[order]
    cell = product.astype(np.int64) * calendar.DAYS + day
    running = np.cumsum(quantity)
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    before_cell = np.repeat((running - quantity)[starts], np.diff(np.append(starts, len(cell))))
    taken = running - quantity - before_cell
    granted = np.empty(len(order), dtype=np.int64)
    granted[order] = np.clip(shelves.sold.ravel()[cell] - taken, 0, quantity)
    return granted


def stock_rows(shelves: Shelves, catalogue: Catalogue) -> dict:
    """Make the `stock` table: a row for each product and day from its first delivery to its end."""
    day, product = np.meshgrid(np.arange(calendar.DAYS), np.arange(len(catalogue)), indexing="ij")
    shown = (day >= catalogue.launched[product] - 1) & (day <= catalogue.retired[product] + 30)
    day, product = day[shown], product[shown]
    return {
        "day": calendar.dates(day),
        "product_id": np.array(catalogue.ids, dtype=object)[product],
        "warehouse": None,
        "on_hand": shelves.on_hand[product, day],
        "in_transit": shelves.in_transit[product, day],
        "reserved": None,
    }


def purchase_rows(shelves: Shelves, catalogue: Catalogue) -> dict:
    """Make the `purchase_orders` table: one line per order; open ones have not arrived yet."""
    orders = shelves.orders
    order = np.lexsort((orders["product"], orders["ordered"]))
    product, ordered, promised, arrives, quantity = (orders[n][order] for n in orders)
    arrived = arrives < calendar.DAYS
    return {
        "po_id": np.array([f"PO{n:06d}" for n in range(1, len(order) + 1)], dtype=object),
        "product_id": np.array(catalogue.ids, dtype=object)[product],
        "supplier_id": np.array([s.supplier_id for s in SUPPLIERS], dtype=object)[
            catalogue.supplier[product]
        ],
        "ordered_on": calendar.dates(ordered),
        "promised_on": calendar.dates(promised),
        "received_on": np.where(arrived, calendar.dates(arrives), np.datetime64("NaT", "D")),
        "quantity": quantity,
        "received_quantity": np.ma.masked_array(quantity, ~arrived),
        "unit_cost": catalogue.cost_cents[product],
    }
