"""What a supplier's shorter or steadier lead time is worth, in stock and in lost sales."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.lead_time_stock import LeadTimeStock
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.supply_chain.lead_time_demand import courses
from shophelm.supply_chain.lead_times import ALL, lead_times
from shophelm.supply_chain.outlook import Outlook
from shophelm.supply_chain.position import position
from shophelm.words import Sentence, listing, money, sentence

SHORTER, STEADIER, PROMISED = "shorter", "steadier", "as promised"
COLUMNS = [
    *("supplier_id", "products", "change", "change_by", "lead_mean", "lead_sd", "safety_stock"),
    *("freed", "freed_low", "freed_high", "holding", "won", "won_low", "won_high"),
]
_DAYS, _SHARES, _RESAMPLES, _SEED, _YEAR = tuple(range(1, 11)), (0.75, 0.5, 0.0), 40, 0, 364


@carries_missing
@question(
    "What is a shorter or steadier lead time worth?",
    "purchase_orders",
    "stock",
    products="what better lead times are worth in money",
)
def lead_time_worth(
    shop: Tables,
    outlook: Outlook,
    *,
    level: float = 0.95,
    review_days: int = 7,
    holding_rate_per_year: float = 0.2,
) -> pd.DataFrame | Missing:
    """Reckon what each supplier's lead times would be worth if they were better.

    Parameters
    ----------
    shop
        Needs purchase orders and stock.
    outlook
        The demand to come.
    level, review_days
        The probability not to run out before the next order's arrival, and how often is ordered.
    holding_rate_per_year
        Cost of holding stock, as a share of its cost.

    Returns
    -------
    DataFrame
        One row per supplier with deliveries and change: supplier_id, products (on sale, with demand
        and a known cost), change ("shorter" by so many days, "steadier": so much of its spread
        left, "as promised": always in the days it promises), change_by, lead_mean and lead_sd then,
        safety_stock then (money), freed (money no longer tied up in safety stock at the same
        service) with its 80% interval, holding (what holding that costs in 28 days), won (margin
        of sales no longer lost in 28 days, if the safety stock stays instead) with its 80 %
        interval. Freed or won: not both.

    Notes
    -----
    Lead times are those of `lead_times`; intervals come of drawing as many deliveries anew as there
    were. The shape of what is wanted over lead time and review is kept, its mean and spread are
    those of the other lead times. What is lost between reviews is the difference of two expected
    shortages (Hadley & Whitin 1963), as if customers waited. Stock on its way is not counted as
    tied up.
    """
    leads = lead_times(shop)
    if isinstance(leads, Missing):
        return leads
    longest = int(np.max(np.stack(leads["lead_days"].to_list()))) + max(review_days, 1)
    place = position(shop, leads, horizon=1)
    known = place.products.reindex(outlook.products)
    use = known["on_sale"].eq(True) & known["unit_cost"].notna() & (outlook.mean.sum(axis=1) > 0)
    wanted = courses(outlook, days=longest)
    rules = {"level": level, "review_days": review_days}
    rows = [
        row
        for supplier, lead in leads.drop(ALL).iterrows()
        if lead["deliveries"] and (mine := (use & (known["supplier_id"] == supplier))).any()
        for row in _curve(str(supplier), lead, wanted[mine], known[mine], **rules)
    ]
    frame = pd.DataFrame(rows, columns=[c for c in COLUMNS if c != "holding"])
    rate = holding_rate_per_year * HORIZON_DAYS / _YEAR
    return frame.assign(holding=frame["freed"] * rate)[COLUMNS]


@carries_missing
def find_lead_time_worth(frame: pd.DataFrame, *, currency: str) -> Sentence:
    """Say of which supplier a kept promise would be worth most, in stock and in sales."""
    if frame.empty:
        return sentence(
            "What better lead times are worth is not known: no product with a known cost and "
            "demand to come has a supplier that has delivered."
        )
    kept = frame[(frame["change"] == PROMISED) & (frame["freed_low"] > 0)]
    if kept.empty:
        return sentence("No supplier's kept promise would free stock beyond what chance may do.")
    kept = kept.sort_values(["freed", "supplier_id"], ascending=[False, True])
    most = kept.iloc[0]
    text = (
        "If {supplier} always delivered in the days it promises, {freed} of safety stock would be "
        "free (80% interval {low} to {high}), or with the stock as it is {won} of margin won in "
        "28 days"
    )
    if len(kept) > 1:
        text += "; next come {others}"
    return sentence(
        text + ".",
        supplier=most["supplier_id"],
        freed=money(most["freed"], currency=currency),
        low=money(most["freed_low"], currency=currency),
        high=money(most["freed_high"], currency=currency),
        won=money(most["won"], currency=currency),
        others=listing(
            [
                f"{r.supplier_id} ({money(r.freed, currency=currency)})"
                for r in kept[1:].itertuples()
            ],
            most=3,
        )
        if len(kept) > 1
        else "",
    )


def _curve(
    supplier: str,
    lead: pd.Series,
    wanted: np.ndarray,
    products: pd.DataFrame,
    *,
    level: float,
    review_days: int,
) -> Iterator[dict]:
    grid = np.asarray(lead["lead_days"], dtype=float)
    shelves = LeadTimeStock(wanted, grid, level=level, review_days=review_days)
    cost = products["unit_cost"].to_numpy()
    earns = np.maximum(np.nan_to_num(products["unit_margin"].to_numpy()), 0) * HORIZON_DAYS
    grids = [grid, *_drawn_again(grid, int(lead["deliveries"]))]
    held = [shelves.safety(g) for g in grids]
    lost = [shelves.lost(g, h) for g, h in zip(grids, held, strict=True)]
    for change, by in _changes(float(lead["promised_days"])):
        then = [_changed(g, change, by) for g in grids]
        freed = [(h - shelves.safety(g)) @ cost for g, h in zip(then, held, strict=True)]
        won = [(n - shelves.lost(g, h)) @ earns for g, h, n in zip(then, held, lost, strict=True)]
        yield {
            "supplier_id": supplier,
            "products": len(products),
            "change": change,
            "change_by": by,
            "lead_mean": then[0].mean(),
            "lead_sd": then[0].std(),
            "safety_stock": shelves.safety(then[0]) @ cost,
            **_with_interval("freed", freed),
            **_with_interval("won", won),
        }


def _drawn_again(grid: np.ndarray, deliveries: int) -> np.ndarray:
    """Draw as many deliveries anew as there were, and lay each draw out as `grid` is."""
    rng = np.random.default_rng(_SEED)
    levels = (np.arange(len(grid)) + 0.5) / len(grid)
    return np.quantile(rng.choice(grid, (_RESAMPLES, deliveries)), levels, axis=1).T


def _changes(promised: float) -> Iterator[tuple[str, float]]:
    yield SHORTER, 0.0
    for days in _DAYS:
        yield SHORTER, float(days)
    for share in _SHARES:
        yield STEADIER, share
    if promised == promised:
        yield PROMISED, promised


def _changed(grid: np.ndarray, change: str, by: float) -> np.ndarray:
    if change == SHORTER:
        return np.maximum(grid - by, 0)
    if change == STEADIER:
        return grid.mean() + by * (grid - grid.mean())
    return np.full(len(grid), by)


def _with_interval(name: str, values: list[float]) -> dict[str, float]:
    # of a handful of deliveries drawn anew, what was seen may lie beyond the quantiles
    low, high = np.quantile(values[1:], [0.1, 0.9])
    low, high = min(low, values[0]), max(high, values[0])
    return {name: values[0], f"{name}_low": low, f"{name}_high": high}
