"""Which prices to move, by how much, and what cannot be said of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.price_moves import Move, Selling, best_move, days_to_know
from shophelm.methods.price_points import price_endings, price_points
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of, titled
from shophelm.store.price_facts import PriceFacts, price_facts

NOT_SOLD = "not sold on the days that count"
NOT_MOVED = "its own price has not moved enough"
NO_RANGE = "only one price was seen lately"
NO_COST = "its unit cost is not known: whether selling more at a lower price earns more is open"
NO_BETTER = "no price seen earns more with enough certainty"
_ELASTICITY = ["elasticity", "elasticity_low", "elasticity_high"]
COLUMNS = [
    *("product_id", "product", "category", "price", "move_to", "moved_by", "worth", "worth_low"),
    *("worth_high", "probability", "worth_in", "units_now", "units_then", "seen_low", "seen_high"),
    *("at_edge", *_ELASTICITY, "unit_cost", "why", "price_test_days"),
]


@question(
    "Which price moves raise the margin?",
    "order_lines",
    prices="prices of days without a sale",
    products="unit costs: without them only price rises can be judged",
    refunds="what comes back",
    campaigns="ordinary days, and prices outside of bursts",
)
def price_moves(
    shop: Tables,
    elasticities: pd.DataFrame,
    *,
    reach: int = 364,
    seen_days: int = 7,
    certain: float = 0.9,
    step: float = 0.1,
) -> pd.DataFrame:
    """Find for every product on sale the price that earns most, of those that were seen.

    What 28 ordinary days bring at a price p is units × (p / price now) ** elasticity × (what
    coupons and refunds leave of p − cost of what does not come back). Only prices between the
    lowest and the highest that held for `seen_days` days in the last `reach` days, bursts of
    promotions apart, are looked at, and of these only those that end as the shop's prices do.

    Parameters
    ----------
    shop
        Needs order_lines.
    elasticities
        By product_id: elasticity, elasticity_low, elasticity_high (80 %), by (`own` where they rest
        on the product's own price moves), as the supply chain's `elasticities` gives them.
    reach, seen_days
        As above.
    certain
        A move is proposed where it gains with at least this probability.
    step
        Of a price test, up and down, as a share of the price.

    Returns
    -------
    DataFrame
        One row per product on sale whose price is known, largest gains first: product_id, product,
        category, price (now: of the last day outside a burst), move_to, moved_by (relative), worth
        with _low and _high (gain over 28 days, 80 %), probability (of a gain), worth_in (margin, or
        gmv where the cost is not known), units_now and units_then (expected in 28 days), seen_low
        and seen_high, at_edge (the best price is the last one seen: a better one may lie beyond),
        elasticity with _low and _high, unit_cost, why (where nothing is proposed), price_test_days
        (until a price test tells the elasticity to an error of 0.5, where nothing can be said).

        attrs: certain, step.

    Notes
    -----
    Where no cost is known, only rises are proposed, by their GMV: what brings more money with
    fewer units earns more, whatever a unit costs. Cross effects on other products and rivals'
    answers are not counted. A price that stands by a promotion's rules, or at a threshold for free
    delivery, may have reasons that this does not see.
    """
    facts = price_facts(shop, reach=reach, seen_days=seen_days)
    frame = facts.products.join(elasticities[[*_ELASTICITY, "by"]], how="left")
    frame["product"] = titled(shop, frame.index)
    frame["category"] = products_of(shop)["category"].reindex(frame.index)
    points = price_endings(_written(facts))
    rows = [
        _judged(row, facts.units[i], facts.prices[i], points, certain)
        for i, row in enumerate(frame.itertuples())
    ]
    told = pd.DataFrame(rows, index=frame.index, columns=[*Move.__slots__, "worth_in", "why"])
    frame = frame.join(_laid_out(told, frame["price"]))
    frame["at_edge"] = _at_edge(frame, points)
    rate = _pace(facts.units)
    frame["price_test_days"] = days_to_know(rate, step=step)
    unsaid = frame["why"].isin([NOT_MOVED, NO_RANGE]) & np.isfinite(frame["price_test_days"])
    frame["price_test_days"] = frame["price_test_days"].where(unsaid)
    frame["money"] = (rate * frame["price"]).fillna(0.0)
    frame = frame[frame["price"].notna()].rename_axis("product_id").reset_index()
    keys = ["worth", "money", "product_id"]
    frame = frame.sort_values(keys, ascending=[False, False, True], ignore_index=True)[COLUMNS]
    frame.attrs = {"certain": certain, "step": step}
    return frame


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay out the moves for people."""
    columns = ["product", "category", "price", "move_to", "moved_by", "worth", "worth_low"]
    columns += ["worth_high", "probability", "units_now", "units_then", "elasticity", "seen_low"]
    return frame.loc[frame["worth"].notna(), [*columns, "seen_high"]].reset_index(drop=True)


@carries_missing
def unsaid(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay out the products of which nothing can be said, those a price test tells soonest first."""
    rows = frame[frame["why"].isin([NOT_MOVED, NO_RANGE, NOT_SOLD, NO_COST])]
    rows = rows.sort_values(["price_test_days", "product_id"], kind="stable")
    return rows[["product", "category", "price", "why", "price_test_days"]].reset_index(drop=True)


def _judged(
    row: Any, units: np.ndarray, prices: np.ndarray, points: tuple[int, np.ndarray], certain: float
) -> dict[str, Any]:
    """Give a product's best move, or why there is none."""
    there = ~np.isnan(units)
    if not np.nansum(units) > 0 or np.isnan(row.price):
        return {"why": NOT_SOLD}
    if row.by != "own" or np.isnan(row.elasticity):
        return {"why": NOT_MOVED}
    if np.isnan(row.seen_low) or row.seen_low >= row.seen_high:
        return {"why": NO_RANGE}
    costly = np.isnan(row.unit_cost)
    candidates = price_points(row.seen_low, row.seen_high, points)
    candidates = candidates[candidates > row.price if costly else candidates != row.price]
    selling = Selling(
        price=row.price,
        units=units[there],
        prices=prices[there],
        kept=row.kept,
        cost=0.0 if costly else row.unit_cost,
        cost_kept=row.cost_kept,
    )
    elasticity = (row.elasticity, row.elasticity_low, row.elasticity_high)
    move = best_move(selling, candidates, elasticity, days=HORIZON_DAYS, certain=certain)
    if move is None:
        return {"why": NO_COST if costly else NO_BETTER}
    told = {name: getattr(move, name) for name in Move.__slots__}
    return told | {"worth_in": "gmv" if costly else "margin", "why": None}


def _laid_out(told: pd.DataFrame, price: pd.Series) -> pd.DataFrame:
    names = {"gain": "worth", "gain_low": "worth_low", "gain_high": "worth_high"}
    told = told.rename(columns={"price": "move_to", "units": "units_then", **names})
    numbers = told.columns.difference(["worth_in", "why"])
    told[numbers] = told[numbers].astype("float64")
    return told.assign(moved_by=told["move_to"] / price - 1)


def _at_edge(frame: pd.DataFrame, points: tuple[int, np.ndarray]) -> list[bool]:
    """Tell whether the best price is the last one that could be written within what was seen."""
    ends = []
    for row in frame.itertuples():
        if np.isnan(row.move_to):
            ends.append(False)
            continue
        every = price_points(row.seen_low, row.seen_high, points)
        ends.append(bool(row.move_to in (every[0], every[-1])))
    return ends


def _written(facts: PriceFacts) -> np.ndarray:
    """Give the prices the shop has written lately, each product's different ones once."""
    own = [np.unique(p[~np.isnan(p)]) for p in facts.prices]
    return np.concatenate(own) if own else np.array([])


def _pace(units: np.ndarray) -> np.ndarray:
    days = (~np.isnan(units)).sum(axis=1)
    return np.divide(np.nansum(units, axis=1), days, out=np.zeros(len(units)), where=days > 0)
