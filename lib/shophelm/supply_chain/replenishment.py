"""What to order now, of whom, how much, and what waiting would cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from shophelm.errors import ParameterError
from shophelm.methods.inventory import reorder_point_grid
from shophelm.methods.order_quantity import economic_order_quantity
from shophelm.methods.shortfall import Shortfall, shortfall
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.supply_chain.lead_time_demand import courses, expected_courses, over
from shophelm.supply_chain.lead_times import lead_times
from shophelm.supply_chain.order_lines import cheapened, cut_to_budget, to_order, with_savings
from shophelm.supply_chain.outlook import Outlook
from shophelm.supply_chain.position import Position, last_stock_day, position

YEAR = 364
SERVICES = ("cycle", "fill")
COLUMNS = [
    *("product_id", "title", "supplier_id", "why", "quantity", "packs", "unit_cost", "amount"),
    *("left_out", "on_hand", "coming", "overdue", "lead_days", "lead_demand", "safety_stock"),
    *("reorder_point", "order_up_to", "empty_on", "empty_chance", "wanted_by", "at_risk", "saved"),
    *("saved_in", "unknown"),
]
SHOWN = [
    *("title", "supplier_id", "quantity", "left_out", "amount", "on_hand", "coming", "overdue"),
    *("lead_demand", "safety_stock", "reorder_point", "empty_on", "empty_chance", "wanted_by"),
    *("at_risk", "saved", "saved_in"),
]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to order.

    Attributes
    ----------
    lines
        One row per product, see `order_proposal`.
    saved
        Lines × draws: money that each line's order saves, each draw as likely as any other;
        products of one supplier share a draw's lead time, so that sums of lines have intervals.
    stock_day
        The last day of which stock is known.
    review_days
        Days until the next chance to order.
    """

    lines: pd.DataFrame
    saved: np.ndarray
    stock_day: pd.Timestamp
    review_days: int


@carries_missing
@question(
    "What must be ordered now?",
    "stock",
    "purchase_orders|suppliers.lead_time_days",
    products="suppliers and costs of what is to be ordered",
    suppliers="smallest orders and packs of what is to be ordered",
)
def order_proposal(
    shop: Tables,
    outlook: Outlook,
    *,
    service: str = "cycle",
    level: float = 0.95,
    review_days: int = 7,
    budget: float = 0.0,
    order_cost: float = 0.0,
    holding_rate_per_year: float = 0.2,
    breaks: pd.DataFrame | None = None,
    instead: Mapping[str, str] | None = None,
) -> Proposal | Missing:
    """Propose an order for every product, by what it saves until the next chance to order.

    Parameters
    ----------
    shop
        Needs stock, and how long suppliers take.
    outlook
        The demand to come.
    service, level
        "cycle": the probability not to run out before the next order's arrival; "fill": the share
        of demand served from the shelf.
    review_days
        Days until the next chance to order; 0 where orders can be placed any day.
    budget
        Money for orders; 0 for as much as is needed.
    order_cost
        Of one line of an order; 0 orders up to the reorder point each time.
    holding_rate_per_year
        Cost of holding stock, as a share of its cost.
    breaks
        Prices by quantity, where there are any: product_id, from_quantity, unit_cost.
    instead
        Products not to be ordered here, each with the reason.

    Returns
    -------
    Proposal
        Whose lines are, what saves most first: product_id, title, supplier_id, why ("order",
        "enough", or why not), quantity (in whole packs and not below the smallest order), packs,
        unit_cost, amount, left_out (units the budget does not reach for), on_hand (not reserved),
        coming (of open orders), overdue (of these, later than any order before), lead_days (mean),
        lead_demand (units expected over lead time and review), safety_stock, reorder_point,
        order_up_to, empty_on (day on which the shelf is to be expected empty without an order),
        empty_chance (that it is so before an order of today arrives), wanted_by (day on which an
        order is to be expected), at_risk (money lost until the next chance's arrival if nothing is
        ordered now), saved (of it, by this order), saved_in (margin, or gmv where the cost is not
        known), unknown (what is not known of the product).

    Notes
    -----
    An order of tomorrow must last until the next one arrives: demand over lead time and review is
    a mixture over the supplier's lead times as they were. Nothing is ordered of a product that is
    not on sale or of which nothing is expected to be wanted. Smallest orders are taken as each
    product's. Levels of demand are taken as whole courses, see `methods.shortfall`.
    """
    _check(service=service, level=level, review_days=review_days, budget=budget)
    leads = lead_times(shop)
    if isinstance(leads, Missing):
        return leads
    every = max(review_days, 1)
    longest = int(np.max(np.stack(leads["lead_days"].to_list())))
    place = position(shop, leads, horizon=longest + every)
    ahead = _laid_out(outlook, place.products.index)
    lines, risk = _reckoned(place, ahead, outlook=outlook, review_days=review_days)
    lot = _lot(lines, order_cost, holding_rate_per_year, every)
    need = over(courses(ahead, days=longest + every), place.leads + review_days)
    cycle = np.maximum(lines["daily"].to_numpy() * every, lot)
    point = reorder_point_grid(need, service=service, level=level, quantity=cycle)
    whole = np.maximum(np.ceil(point - 1e-9), 0)
    lines = lines.assign(
        lead_demand=need.mean(axis=1),
        reorder_point=whole,
        order_up_to=whole + np.ceil(lot),
        safety_stock=point - need.mean(axis=1),
    )
    lines = to_order(lines, instead or {})
    if breaks is not None:
        lines = cheapened(lines, breaks, order_cost=order_cost, rate=holding_rate_per_year / YEAR)
    lines = cut_to_budget(lines, risk, budget=budget)
    lines, saved = with_savings(lines, risk)
    lines["title"] = titled(shop, lines["product_id"])
    order = np.lexsort((lines["product_id"], -lines["saved"], lines["quantity"] <= 0))
    lines = lines.iloc[order].reset_index(drop=True)
    return Proposal(lines[COLUMNS], saved[order], last_stock_day(shop), review_days)


@carries_missing
def shown(proposal: Proposal) -> pd.DataFrame:
    """Lay out, for people, what to order: the lines with a quantity, or with one left out."""
    lines = proposal.lines
    asked = lines[(lines["quantity"] > 0) | (lines["left_out"] > 0)]
    columns = SHOWN if asked["left_out"].any() else [c for c in SHOWN if c != "left_out"]
    return asked[columns].reset_index(drop=True)


@carries_missing
def to_send(proposal: Proposal) -> pd.DataFrame:
    """Give the lines that are ordered."""
    return proposal.lines[proposal.lines["quantity"] > 0]


def _check(*, service: str, level: float, review_days: int, budget: float) -> None:
    if service not in SERVICES:
        raise ParameterError(f"service is {service!r}. It is one of: {', '.join(SERVICES)}.")
    if not 0 < level < 1:
        raise ParameterError(f"level is {level}. It is a share between 0 and 1, such as 0.95.")
    for name, value in (("review_days", review_days), ("budget", budget)):
        if value < 0:
            raise ParameterError(f"{name} is {value}. It is not negative.")


def _laid_out(outlook: Outlook, products: pd.Index) -> Outlook:
    """Give the outlook of these products; nothing is wanted of those it does not know."""
    at = outlook.products.get_indexer(products)
    known = at >= 0
    return Outlook(
        products=products,
        first=outlook.first,
        mean=np.where(known[:, None], outlook.mean[at], 0.0),
        levels=outlook.levels,
        spread=np.where(known[:, None, None], outlook.spread[at], 0.0),
        demand_class=np.where(known, outlook.demand_class[at], "not known"),
        method=np.where(known, outlook.method[at], "none"),
    )


def _reckoned(
    place: Position, ahead: Outlook, *, outlook: Outlook, review_days: int
) -> tuple[pd.DataFrame, Shortfall]:
    """Give each product's state, and what it lacks at every level of demand and lead time."""
    every, days = max(review_days, 1), place.arriving.shape[1]
    lines = place.products.reset_index(names="product_id")
    there = lines["on_hand"].fillna(0.0).to_numpy()[:, None]
    supply = there + np.cumsum(place.arriving, axis=1)
    risk = shortfall(courses(ahead, days=days), supply, lead_days=place.leads, review_days=every)
    empty = (expected_courses(ahead, days=days) >= supply) & (ahead.mean > 0).any(axis=1)[:, None]
    first = np.where(empty.any(axis=1), empty.argmax(axis=1), -1)
    lead = place.leads.mean(axis=1)
    return lines.assign(
        daily=ahead.mean.mean(axis=1),
        forecast=lines["product_id"].isin(outlook.products),
        lead_days=lead,
        empty_on=[ahead.first + timedelta(days=int(n)) if n >= 0 else None for n in first],
        empty_chance=(risk.before > 0).mean(axis=(1, 2)),
        wanted_by=[ahead.first + timedelta(days=int(n)) for n in np.round(lead)],
    ), risk


def _lot(
    lines: pd.DataFrame, order_cost: float, holding_rate: float, review_days: int
) -> np.ndarray:
    """Give the units to order beyond the reorder point, so that orders are of an economic size.

    No more than is wanted in a product's shelf life.
    """
    daily = lines["daily"].to_numpy()
    if not order_cost:
        return np.zeros(len(daily))
    best, _ = economic_order_quantity(
        daily,
        order_cost=order_cost,
        holding_cost=lines["unit_cost"].to_numpy() * holding_rate / YEAR,
    )
    best = np.where(np.isfinite(best), best, 0.0)
    keeps = lines["shelf_life_days"].to_numpy(dtype=float)
    best = np.fmin(best, daily * keeps)
    return np.maximum(best - daily * review_days, 0.0)
