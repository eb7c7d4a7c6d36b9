"""The next order of each product that spoils, for the regions that are to be served."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.demand_days import SEED, draw_days, further
from shophelm.methods.shelf_life import Case, best_order, critical_ratio, ordered
from shophelm.shop.tables import Tables
from shophelm.supply_chain.outlook import Outlook
from shophelm.supply_chain.perishable_facts import under_way
from shophelm.supply_chain.write_off import batches

INTERVAL = 0.8
ORDERS = [
    *("product_id", "product", "on_hand", "past_units", "under_way", "sellable_days", "lead_days"),
    *("expected_demand", "critical_ratio", "order_quantity", "sold", "wasted", "short", "margin"),
    *("sold_anyway", "wasted_anyway", "usual_quantity", "worth", "worth_low", "worth_high"),
]


def plan_orders(
    shop: Tables,
    outlook: Outlook,
    facts: pd.DataFrame,
    regions: pd.DataFrame,
    *,
    order_every: int,
    fresh_days: int,
) -> pd.DataFrame:
    """Plan each product's next order.

    Parameters
    ----------
    shop, outlook, order_every, fresh_days
        As in `perishables.perishables`.
    facts
        As `perishable_facts.perishable_products` gives them; nothing in them null.
    regions
        As `perishable_regions.judged_regions` gives them; those not to be served are left out.

    Returns
    -------
    DataFrame
        `ORDERS`, one row per product; see `perishables.Perishables`.
    """
    ages = batches(shop)
    reach = facts[["lead_days", "shelf_life_days"]].sum(axis=1).max() if len(facts) else 0
    coming = under_way(shop, facts.index, int(reach) + order_every + 1)
    rows = []
    for row in facts.itertuples():
        own = ages[ages["product_id"] == row.Index]
        groups = groups_of(row, regions, fresh_days=fresh_days)
        if groups.empty:
            continue
        spread = outlook.spread[outlook.products.get_indexer([row.Index])[0]]
        opening = opening_of(own, int(groups["life"].max()))
        arrivals = coming.loc[row.Index].to_numpy()
        case = case_of(row, groups, spread, opening, arrivals, order_every=order_every)
        rows.append(_order(row, own["units"].sum(), case, groups["part"]))
    return pd.DataFrame(rows, columns=ORDERS)


def opening_of(own: pd.DataFrame, ages: int) -> np.ndarray:
    """Give a product's batches by the age they have on the first morning to come."""
    age = own["age_days"].to_numpy(dtype=np.int64) + 1
    return np.bincount(age, own["units"], ages)[:ages]


def groups_of(row: Any, regions: pd.DataFrame, *, fresh_days: int) -> pd.DataFrame:
    """Put regions that goods reach at the same age together.

    Returns
    -------
    DataFrame
        life (days on which a unit can be sent there, that of its arrival included), part (of all
        demand), back (share of the money that is paid back).
    """
    if regions.empty:
        regions = pd.DataFrame({"transit_days": [0.0], "demand_share": 1.0, "refund_share": 0.0})
        regions["ship"] = True
    transit = np.ceil(regions["transit_days"].fillna(0))
    life = row.shelf_life_days - row.transit_in - transit - fresh_days + 1
    served = regions.assign(life=life.astype(int))[regions["ship"] & (life > 0)]
    served = served.assign(back=served["refund_share"].fillna(0) * served["demand_share"])
    sums = served.groupby("life")[["demand_share", "back"]].sum().reset_index()
    sums["back"] /= sums["demand_share"]
    return sums.rename(columns={"demand_share": "part"})


def case_of(
    row: Any,
    groups: pd.DataFrame,
    spread: np.ndarray,
    opening: np.ndarray,
    arrivals: np.ndarray,
    *,
    order_every: int,
) -> Case:
    """Put the shelf of a product together, for which something may be ordered.

    Parameters
    ----------
    row
        Of `perishable_facts.perishable_products`.
    groups
        As `groups_of` gives them.
    spread
        Of the outlook: days × levels.
    opening, arrivals
        As in `methods.shelf_life.Case`; arrivals may reach too far.
    order_every
        Days from one order to the next.
    """
    lead = lead_of(row)
    days = lead + max(order_every, int(groups["life"].max()))
    drawn = draw_days(further(spread, days))
    parts = [*groups["part"], max(0.0, 1 - groups["part"].sum())]
    shared = np.random.default_rng(SEED).multinomial(drawn, parts)
    return Case(
        demand=shared[:, :, : len(groups)],
        life=groups["life"].tolist(),
        opening=opening,
        arrivals=arrivals[:days],
        lead=lead,
        cover=order_every,
        underage=(row.price * (1 - groups["back"]) - row.unit_cost).tolist(),
        overage=float(row.unit_cost),
    )


def lead_of(row: Any) -> int:
    """Give the day ahead on whose morning an order of today arrives, 0 for tomorrow."""
    return max(int(np.ceil(row.lead_days)) - 1, 0)


def _order(row: Any, held: float, case: Case, parts: pd.Series) -> dict[str, Any]:
    total = case.demand.sum(axis=2)
    wanted = total[:, case.lead : case.lead + case.cover].sum(axis=1).mean()
    quantities = quantities_of(row, total.sum(axis=1).max())
    there = case.opening.sum() + case.arrivals[: case.lead + 1].sum()
    left = max(there - total[:, : case.lead].sum(axis=1).mean(), 0)
    usual = int(quantities[np.abs(quantities - max(wanted - left, 0)).argmin()])
    best, none = best_order(case, quantities), ordered(case, 0)
    margin = float(np.average(case.underage, weights=parts))
    return {
        "product_id": row.Index,
        "product": row.title,
        "on_hand": case.opening.sum(),
        "past_units": held - case.opening.sum(),
        "under_way": case.arrivals.sum(),
        "sellable_days": max(case.life),
        "lead_days": row.lead_days,
        "expected_demand": wanted,
        "critical_ratio": float(critical_ratio(margin, case.overage)),
        "order_quantity": best.quantity,
        "sold": best.sold,
        "wasted": best.wasted,
        "short": best.short,
        "margin": margin * best.sold - case.overage * best.wasted,
        "sold_anyway": none.sold,
        "wasted_anyway": none.wasted,
        "usual_quantity": usual,
    } | _worth(ordered(case, usual).cost - best.cost, case.cover)


def quantities_of(row: Any, most: float) -> np.ndarray:
    """List what may be ordered: nothing, or whole packs from the smallest order on."""
    least = np.ceil(row.moq / row.pack_size)
    packs = np.arange(least, max(least, np.ceil(most / row.pack_size)) + 1)
    return np.concatenate([[0], packs * row.pack_size]).astype(int)


def _worth(saved: np.ndarray, order_every: int) -> dict[str, float]:
    """Add up what each order saves over 28 days, whose orders meet days of their own."""
    orders = HORIZON_DAYS / order_every
    spread = special.ndtri(0.5 + INTERVAL / 2) * saved.std() * np.sqrt(orders)
    mean = float(saved.mean() * orders)
    return {"worth": mean, "worth_low": mean - spread, "worth_high": mean + spread}
