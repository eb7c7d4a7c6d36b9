"""The lines of an order: how much of each product, at what price, within what budget."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from shophelm.methods.order_quantity import packed, with_price_breaks, within_budget
from shophelm.methods.shortfall import Shortfall

ORDER, ENOUGH = "order", "enough"
_STEPS, _DRAWS, _SEED = 8, 400, 0


def to_order(lines: pd.DataFrame, instead: Mapping[str, str]) -> pd.DataFrame:
    """Add why each product is ordered or not, the quantity, and what is not known of it."""
    position = lines["on_hand"].fillna(0.0) + lines["coming"]
    lacking = (lines["order_up_to"] - position).where(position <= lines["reorder_point"], 0.0)
    why = np.select(
        [
            ~lines["on_sale"].astype(bool),
            lines["on_hand"].isna(),
            ~lines["forecast"].astype(bool),
            lines["daily"] <= 0,
            lacking > 0,
        ],
        ["not on sale", "stock not known", "no forecast", "no demand expected", ORDER],
        default=ENOUGH,
    )
    why = np.array([instead.get(p, w) for p, w in zip(lines["product_id"], why, strict=True)])
    quantity = packed(
        np.where(why == ORDER, lacking, 0.0),
        least=lines["moq"].to_numpy(),
        pack=lines["pack_size"].to_numpy(),
    )
    gaps = {"supplier": lines["supplier_id"].isna(), "cost": lines["unit_cost"].isna()}
    unknown = [
        ", ".join(name for name, gap in zip(gaps, row, strict=True) if gap)
        for row in zip(*gaps.values(), strict=True)
    ]
    lines = lines.assign(why=why, quantity=quantity, left_out=0.0, unknown=unknown)
    return _priced(lines)


def cheapened(
    lines: pd.DataFrame, breaks: pd.DataFrame, *, order_cost: float, rate: float
) -> pd.DataFrame:
    """Raise orders to a quantity from which on each unit is cheaper, where that pays.

    Parameters
    ----------
    breaks
        product_id, from_quantity, unit_cost.
    order_cost, rate
        Of a line; and of holding, a day, as a share of the cost.
    """
    quantity, cost = lines["quantity"].to_numpy(copy=True), lines["unit_cost"].to_numpy(copy=True)
    for product, own in breaks.groupby("product_id"):
        for i in np.flatnonzero((lines["product_id"] == product) & (quantity > 0)):
            best, _ = with_price_breaks(
                lines["daily"].iloc[i],
                own,
                order_cost=order_cost,
                holding_rate=rate,
                least=quantity[i],
            )
            pack = lines["pack_size"].iloc[i]
            quantity[i] = np.ceil(best / pack - 1e-9) * pack
            reached = own[own["from_quantity"] <= quantity[i]].sort_values("from_quantity")
            cost[i] = reached["unit_cost"].iloc[-1]
    return _priced(lines.assign(quantity=quantity, unit_cost=cost))


def cut_to_budget(lines: pd.DataFrame, risk: Shortfall, *, budget: float) -> pd.DataFrame:
    """Let the money go where it saves most, pack by pack; without a budget nothing is cut.

    A line of unknown cost cannot be held against a budget, and is left out.
    """
    if not budget:
        return lines
    wanted, pack = lines["quantity"].to_numpy(), lines["pack_size"].to_numpy()
    least = packed(np.minimum(wanted, 1), least=lines["moq"].to_numpy(), pack=pack)
    more = np.maximum(wanted - least, 0) / pack
    share = np.arange(_STEPS) / (_STEPS - 1)
    steps = least[:, None] + np.floor(more[:, None] * share) * pack[:, None]
    cost = steps * lines["unit_cost"].to_numpy()[:, None]
    worth = _unit_worth(lines).to_numpy()
    gain = np.column_stack([risk.saved(s).mean(axis=(1, 2)) * worth for s in steps.T])
    known = ~np.isnan(cost).any(axis=1)
    taken = np.zeros(len(lines), dtype=np.int64)
    taken[known] = within_budget(np.nan_to_num(gain[known]), cost[known], budget=budget)
    chosen = np.hstack([np.zeros((len(lines), 1)), steps])[np.arange(len(lines)), taken]
    return _priced(lines.assign(quantity=chosen, left_out=wanted - chosen))


def with_savings(lines: pd.DataFrame, risk: Shortfall) -> tuple[pd.DataFrame, np.ndarray]:
    """Add what is at risk and what each order saves of it; give draws of the latter, too.

    In a draw products of one supplier share the place of the lead time among those equally likely;
    demand is drawn for each product by itself.
    """
    worth = _unit_worth(lines).to_numpy()
    saved = risk.saved(lines["quantity"].to_numpy())
    rng = np.random.default_rng(_SEED)
    suppliers, who = np.unique(lines["supplier_id"].fillna("").to_numpy(str), return_inverse=True)
    lead = rng.integers(0, saved.shape[1], (len(suppliers), _DRAWS))[who]
    demand = rng.integers(0, saved.shape[2], (len(lines), _DRAWS))
    draws = saved[np.arange(len(lines))[:, None], lead, demand] * worth[:, None]
    alive = lines["why"].isin([ORDER, ENOUGH])
    lines = lines.assign(
        at_risk=(risk.without.mean(axis=(1, 2)) * worth) * alive,
        saved=saved.mean(axis=(1, 2)) * worth,
        saved_in=np.where(lines["unit_cost"].isna(), "gmv", "margin"),
    )
    return lines, draws


def _priced(lines: pd.DataFrame) -> pd.DataFrame:
    amount = (lines["quantity"] * lines["unit_cost"]).where(lines["quantity"] > 0, 0.0).round(2)
    return lines.assign(amount=amount, packs=lines["quantity"] / lines["pack_size"])


def _unit_worth(lines: pd.DataFrame) -> pd.Series:
    """Give what a unit sold earns: its margin, or its price where its cost is not known."""
    return lines["unit_margin"].fillna(lines["unit_price"]).clip(lower=0).fillna(0.0)
