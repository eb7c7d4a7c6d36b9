"""How long each supplier takes from order to arrival, as a distribution that plans can use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from shophelm.shop.needs import Missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.supply_chain.deliveries import YEAR, deliveries, spread

GRID = 20
"""Lead times of a supplier, each as likely as any other, in `lead_times`."""
ALL = "all"
_PEERS = 1.0
"""The other suppliers' delays count as so many deliveries more of each supplier's own."""


@question("How long do suppliers take?", "purchase_orders|suppliers.lead_time_days")
def lead_times(shop: Tables, *, days: int = YEAR) -> pd.DataFrame | Missing:
    """Give each supplier's lead times, from order to arrival, as equally likely days.

    Parameters
    ----------
    shop
        Purchase orders tell what came; suppliers.lead_time_days what was promised.
    days
        Only orders of the last so many days.

    Returns
    -------
    DataFrame
        Indexed by supplier_id, and `all` for products of no known supplier: deliveries (that have
        arrived), waiting (that have not), promised_days (median of the orders', else as its row in
        suppliers says), lead_days (an array of 20 ascending numbers of days, each of a probability
        of 1/20), known_by ("deliveries", "promise": its promise and the others' delays, or
        "others": the others' lead times).

    Notes
    -----
    Open orders count as waits that have lasted so long (Kaplan & Meier): without them a supplier
    who is late just now would seem quick. The other suppliers' days past their promise count as
    one delivery more of each supplier's own: with few deliveries much, with many hardly anything.
    """
    seen = deliveries(shop, days=days)
    promised = _promised(shop, seen)
    every = sorted(promised.index.union(seen["supplier_id"].unique()))
    rows = {s: _lead_time(s, seen, promised.get(s, np.nan)) for s in every}
    known = {s: row for s, row in rows.items() if row is not None}
    if not known:
        return Missing("How long do suppliers take?", "purchase_orders|suppliers.lead_time_days")
    together = _all(seen, known)
    for s in every:
        if rows[s] is None:
            known[s] = {**together, "deliveries": 0.0, "waiting": 0.0, "known_by": "others"}
    frame = pd.DataFrame.from_dict({s: known[s] for s in every} | {ALL: together}, orient="index")
    return frame.rename_axis("supplier_id")


def lead_grid(leads: pd.DataFrame, suppliers: Sequence[str | None] | pd.Series) -> np.ndarray:
    """Lay out the lead times of each product's supplier: products × 20, whole days.

    Parameters
    ----------
    leads
        As `lead_times` gives it.
    suppliers
        One id per product; an unknown one stands for `all`.
    """
    grids = np.stack(leads["lead_days"].to_list())
    at = leads.index.get_indexer(pd.Index(suppliers, dtype=object))
    return grids[np.where(at < 0, leads.index.get_loc(ALL), at)].astype(np.int64)


def _promised(shop: Tables, seen: pd.DataFrame) -> pd.Series:
    listed = pd.Series(dtype="float64")
    if shop.has("suppliers"):
        rows = shop.frame(shop["suppliers"].select("supplier_id", "lead_time_days"))
        listed = as_floats(rows.set_index("supplier_id")["lead_time_days"])
    each = seen.loc[seen.index.repeat(seen["deliveries"].astype("int64"))]
    ordered = each.groupby("supplier_id")["promised_days"].median()
    return ordered.combine_first(listed)


def _lead_time(supplier: str, seen: pd.DataFrame, promised: float) -> dict | None:
    mine = seen["supplier_id"] == supplier
    own, others = seen[mine], seen[~mine]
    arrived = own.loc[own["arrived"].astype(bool), "deliveries"].sum()
    parts = []
    if arrived:
        parts.append((_waits(own), arrived))
    if promised == promised:
        late = _waits(others, past_promise=True) if len(others) else pd.Series([1.0], index=[0.0])
        if len(others) or not arrived:
            late.index = np.maximum(late.index + promised, 0.0)
            parts.append((late, _PEERS))
    if not parts:
        return None
    return {
        "deliveries": arrived,
        "waiting": own["deliveries"].sum() - arrived,
        "promised_days": promised,
        "lead_days": _equally_likely(parts),
        "known_by": "deliveries" if arrived else "promise",
    }


def _all(seen: pd.DataFrame, known: dict[str, dict]) -> dict:
    arrived = seen.loc[seen["arrived"].astype(bool), "deliveries"].sum()
    if arrived:
        parts = [(_waits(seen), 1.0)]
    else:
        parts = [(pd.Series(1 / GRID, index=one["lead_days"]), 1.0) for one in known.values()]
    return {
        "deliveries": arrived,
        "waiting": seen["deliveries"].sum() - arrived,
        "promised_days": float(np.nanmedian([one["promised_days"] for one in known.values()])),
        "lead_days": _equally_likely(parts),
        "known_by": "deliveries" if arrived else "promise",
    }


def _waits(seen: pd.DataFrame, *, past_promise: bool = False) -> pd.Series:
    waits = seen["wait_days"] - (seen["promised_days"] if past_promise else 0)
    return spread(waits.to_numpy(), seen["arrived"].to_numpy(bool), seen["deliveries"].to_numpy())


def _equally_likely(parts: list[tuple[pd.Series, float]]) -> np.ndarray:
    """Give the quantiles of a mixture of distributions, each with its weight."""
    mixed = pd.concat([mass * weight for mass, weight in parts]).groupby(level=0).sum()
    share = (mixed.cumsum() / mixed.sum()).to_numpy()
    levels = (np.arange(GRID) + 0.5) / GRID
    at = np.searchsorted(share, levels - 1e-9)
    return np.round(mixed.index.to_numpy(float)[np.minimum(at, len(mixed) - 1)])
