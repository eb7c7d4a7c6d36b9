"""The stretch of the past that is replayed, and what a policy would have come to in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.methods.replay import Replayed
from shophelm.shop.needs import Missing
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.supply_chain.foresight import PACE_DAYS, unhidden
from shophelm.supply_chain.hidden_demand import demanded
from shophelm.supply_chain.lead_times import lead_grid, lead_times
from shophelm.supply_chain.position import position

DRAWS = 20
_YEAR = 364


@dataclass(frozen=True, slots=True)
class Past:
    """The products replayed, and what is known of them.

    Attributes
    ----------
    products
        As `position` lays them out.
    known
        Of all products; `rows` are those replayed, `start` is the first day of the stretch.
    wanted
        Products replayed × days of the stretch.
    history
        Products replayed × all days: what was wanted as far as each day's eve tells.
    leads_then, leads
        Products × equally likely lead times: as known on the eve, and as they came.
    """

    products: pd.DataFrame
    known: ProductDays
    rows: np.ndarray
    start: int
    wanted: np.ndarray
    history: np.ndarray
    leads_then: np.ndarray
    leads: np.ndarray


def past_of(shop: Tables, *, days: int) -> Past | Missing:
    """Pick the products that can be replayed, and lay out what is known of them."""
    known, leads = product_days(shop), lead_times(shop)
    start = known.period.days - days
    if isinstance(leads, Missing):
        return leads
    products = position(shop, leads, horizon=1).products
    whole = known.on_sale[:, max(start - PACE_DAYS, 0) :].all(axis=1) & (start >= PACE_DAYS)
    rows = np.flatnonzero(
        whole & ~np.isnan(known.on_hand[:, start - 1 :]).any(axis=1) & products["unit_cost"].notna()
    )
    then = lead_times(shop.at(known.days[start - 1])) if len(rows) else leads
    seen = unhidden(known)
    asked = np.nan_to_num(demanded(shop).demand)
    of = products["supplier_id"].iloc[rows]
    return Past(
        products=products.iloc[rows],
        known=known,
        rows=rows,
        start=start,
        wanted=asked[rows, start:],
        history=seen[rows],
        leads_then=lead_grid(leads if isinstance(then, Missing) else then, of),
        leads=lead_grid(leads, of),
    )


def coming(shop: Tables, past: Past) -> np.ndarray:
    """Lay out the units ordered before the stretch by the day they arrived; the last is later."""
    first = past.known.days[past.start]
    lines = shop["purchase_orders"]
    lines = lines.filter(lines.ordered_on < first)
    lines = lines.filter(lines.received_on.isnull() | (lines.received_on >= first))
    frame = shop.frame(lines.select("product_id", "received_on", "received_quantity", "quantity"))
    days = past.wanted.shape[1]
    units = as_floats(frame["received_quantity"]).fillna(as_floats(frame["quantity"]))
    at = np.array([days if pd.isna(d) else (d - first).days for d in frame["received_on"]], int)
    row = past.products.index.get_indexer(frame["product_id"])
    units_by_day = np.zeros((len(past.rows), days + 1))
    np.add.at(units_by_day, (row[row >= 0], at[row >= 0]), units[row >= 0])
    return units_by_day


def by_draw(past: Past, seen: Replayed) -> dict[str, np.ndarray]:
    """Give draws × products: sold, lost, stock (mean), empty (days), orders."""
    shape = (DRAWS, len(past.rows))
    return {
        "lost": seen.lost.sum(axis=1).reshape(shape),
        "stock": seen.closing.mean(axis=1).reshape(shape),
        "empty": seen.empty_days.reshape(shape),
        "orders": (seen.ordered > 0).sum(axis=1).reshape(shape),
    }


def own(shop: Tables, past: Past) -> dict[str, np.ndarray]:
    """Give what the shop itself did, as `by_draw` gives a policy's draws."""
    shelf = past.known.on_hand[past.rows, past.start :]
    sold = past.known.units[past.rows, past.start :]
    lines = shop["purchase_orders"]
    lines = lines.filter(lines.ordered_on >= past.known.days[past.start])
    counts = shop.frame(lines.group_by("product_id").aggregate(n=lines.count()))
    orders = counts.set_index("product_id")["n"].reindex(past.products.index).fillna(0)
    return {
        "lost": (past.wanted - sold).sum(axis=1)[None, :],
        "stock": shelf.mean(axis=1)[None, :],
        "empty": (shelf <= 0).sum(axis=1)[None, :],
        "orders": orders.to_numpy()[None, :],
    }


def judged(past: Past, seen: dict[str, np.ndarray], *, holding_rate: float) -> dict[str, float]:
    """Add up what a policy served, held and cost, with the 80 % range over draws."""
    asked, days = past.wanted.sum(), past.wanted.shape[1]
    cost, margin = (past.products[c].to_numpy() for c in ("unit_cost", "unit_margin"))
    lost, fill = seen["lost"].sum(axis=1), 1 - seen["lost"].sum(axis=1) / asked
    margin_lost = seen["lost"] @ np.maximum(np.nan_to_num(margin), 0)
    stock = seen["stock"] @ cost
    whole = margin_lost + stock * holding_rate * days / _YEAR
    many = len(fill) > 1
    (fill_low, fill_high), (cost_low, cost_high) = (
        np.quantile(a, [0.1, 0.9]) if many else (np.nan, np.nan) for a in (fill, whole)
    )
    return {
        "fill_rate": fill.mean(),
        "fill_rate_low": fill_low,
        "fill_rate_high": fill_high,
        "units_lost": lost.mean(),
        "margin_lost": margin_lost.mean(),
        "stock_money": stock.mean(),
        "stock_units": seen["stock"].sum(axis=1).mean(),
        "empty_share": seen["empty"].sum(axis=1).mean() / (len(past.rows) * days),
        "orders_placed": seen["orders"].sum(axis=1).mean(),
        "cost_in_all": whole.mean(),
        "cost_in_all_low": cost_low,
        "cost_in_all_high": cost_high,
    }
