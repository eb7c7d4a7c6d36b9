"""One change's row: its lift, what it brought, and its weeks beside the twin's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.methods.count_lift import CountLift, count_lift
from shophelm.shop.tables import Tables
from shophelm.store.search_margins import margin_shares
from shophelm.store.search_panel import Panel

BAD_FIT = 2.0
"""Weekly counts before that lie twice as far from the twin's as chance takes them."""
FEWEST_BUYERS = 8
MOST_DONORS = 60
"""More hardly make a twin better, and each is a placebo whose own twin must be found."""


def judged_changes(
    shop: Tables, table: Panel, changes: list[Any], touched: list[str], names: pd.DataFrame
) -> list[tuple[dict[str, Any], pd.DataFrame]]:
    """Measure some of a panel's products against those not touched.

    Parameters
    ----------
    shop
        For margins.
    table
        The weeks around the change.
    changes
        product_id, kind and day of each; all in the panel.
    touched
        Products that were changed around then, these among them.
    names
        title and category by product_id.

    Returns
    -------
    list of tuple
        Each change's row (`search_lift.LIFTS`) and its weeks (`search_lift.PATHS`).
    """
    own = table.products.get_indexer([c.product_id for c in changes])
    calm = _donors(table, own, touched, names)
    sides = {"treated_demand": table.demand[own], "donor_demand": table.demand[calm]}
    visits = count_lift(table.visits[own], table.visits[calm], before=table.before, **sides)
    buyers = _of_buyers(table, own, calm, sides)
    margin = margin_shares(shop, table.after)
    found = []
    for i, change in enumerate(changes):
        lift = visits.lifts.iloc[i].to_dict()
        after = table.visits[own[i], table.before :].sum()
        row = named_change(change, names) | lift | {
            "days": table.after.days,
            "counted_by": table.days.source,
            "net_of": table.net_of[own[i]],
            "search_visits": after,
            "search_visits_expected": visits.expected[i, table.before :].sum(),
            "bad_fit": lift["fit_error"] > BAD_FIT,
        }  # fmt: skip
        if buyers is not None:
            row |= {
                f"buyers_{k}": buyers.lifts.iloc[i][k] for k in ("lift", "lift_low", "lift_high")
            }
        row |= _brought(table, change.product_id, lift, margin)
        found.append((row, _path(table, visits, i, own[i], row)))
    return found


def _donors(table: Panel, own: np.ndarray, touched: list[str], names: pd.DataFrame) -> np.ndarray:
    """Choose donors: untouched, those of the same categories first, then the most visited."""
    calm = np.flatnonzero(~table.products.isin(touched))
    category = names["category"].reindex(table.products)
    akin = category.isin(category.iloc[own].dropna()).to_numpy()[calm]
    visits = table.visits[calm, : table.before].sum(axis=1)
    return np.sort(calm[np.lexsort((calm, -visits, ~akin))[:MOST_DONORS]])


def _of_buyers(
    table: Panel, own: np.ndarray, calm: np.ndarray, sides: dict[str, np.ndarray]
) -> CountLift | None:
    """Measure buyers alike; where a change had too few of them before, nothing is known."""
    if np.isnan(table.buyers).any():
        return None
    enough = table.buyers[:, : table.before].sum(axis=1) >= FEWEST_BUYERS
    some = enough[calm]
    sides = {"treated_demand": sides["treated_demand"], "donor_demand": sides["donor_demand"][some]}
    found = count_lift(table.buyers[own], table.buyers[calm[some]], before=table.before, **sides)
    found.lifts.loc[~enough[own]] = np.nan
    return found


def _brought(
    table: Panel, product: str, lift: dict[str, float], margin: pd.Series
) -> dict[str, Any]:
    """Give what would not have come without the change, on all days after it."""
    at = table.days.products.get_loc(product)
    after = table.days.visits.shape[1] - table.after.days
    visits = table.days.visits[at, after:].sum()
    gmv = table.days.gmv[at, after:].sum()
    share = margin.get(product, np.nan)
    known = share == share and gmv == gmv
    row: dict[str, Any] = {"worth_in": "margin" if known else "gmv" if gmv == gmv else "unknown"}
    for end, name in (("", "lift"), ("_low", "lift_low_80"), ("_high", "lift_high_80")):
        part = 1 - 1 / (1 + lift[name]) if lift[name] > -1 else np.nan
        row |= {
            f"brought_visits{end}": visits * part,
            f"brought{end}": gmv * part,
            f"worth{end}": gmv * part * (share if known else 1.0),
        }
    return row


def _path(table: Panel, visits: CountLift, i: int, own: int, row: dict[str, Any]) -> pd.DataFrame:
    days = np.array([len(w) for w in table.weeks])
    expected = visits.expected[i]
    band = expected[:, None] + visits.band * np.sqrt(np.maximum(expected, 0.5))[:, None]
    return pd.DataFrame(
        {
            "product_id": row["product_id"],
            "product": row["product"],
            "done_on": row["done_on"],
            "week_from": [w[0] for w in table.weeks],
            "after": np.arange(len(days)) >= table.before,
            "observed": table.visits[own] / days,
            "expected": expected / days,
            "low": np.maximum(band[:, 0], 0) / days,
            "high": band[:, 1] / days,
        }
    )


def named_change(change: Any, names: pd.DataFrame) -> dict[str, Any]:
    """Begin a change's row: what was changed, and when."""
    known = change.product_id in names.index
    return {
        "product_id": change.product_id,
        "product": names.at[change.product_id, "title"] if known else change.product_id,
        "category": names.at[change.product_id, "category"] if known else None,
        "kind": change.kind,
        "done_on": change.day,
    }
