"""What each cell of the product matrix asks for: what to do, and what it means for the stock."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from shophelm.actions import HORIZON_DAYS
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.shelf import stock_now
from shophelm.shop.tables import Tables
from shophelm.store.product_matrix import (
    CELLS,
    DECLINING,
    EVERGREEN,
    HERO,
    POTENTIAL,
    REST,
    UNKNOWN,
)

SHORT, ENOUGH, TOO_MUCH = "short", "enough", "too much"
ASKS = {
    HERO: ("protect: never out of stock, no discount it does not need", "hold reserves"),
    EVERGREEN: ("keep as it is", "order by routine"),
    POTENTIAL: ("advertise, and watch whether it goes on growing", "order for its growth"),
    DECLINING: ("find out why, else phase out", "order no more than is sold, clear what is over"),
    REST: ("leave, or drop what ties up money", "order on demand"),
    UNKNOWN: ("test its page with paid visits until it is known", "hold little"),
}
"""Cell → what to do, and what it means for the stock."""
COUNTED_ON = (HERO, EVERGREEN, POTENTIAL)
_LEVELS = (np.arange(39) + 0.5) / 39


@question(
    "What does each product of the matrix ask for?",
    "order_lines",
    stock="what is on hand, and for how long",
    purchase_orders="what is on its way",
)
def matrix_plan(shop: Tables, matrix: pd.DataFrame, *, cover_most: int = 182) -> pd.DataFrame:
    """Lay beside every product's cell what to do, and how its stock stands to it.

    Parameters
    ----------
    shop
        With stock and purchase_orders, where it has them.
    matrix
        As `product_matrix` gives it.
    cover_most
        Days the stock should last at most, save that of heroes, evergreens and potentials.

    Returns
    -------
    DataFrame
        In the cells' order, then those of most GMV first: product_id, product, cell, action,
        stock_asks, gmv_paid, on_hand, coming (units of open orders), cover_days (on hand at its
        pace), stock (`short`: of one that is counted on, a day or more is expected with an empty
        shelf; `too much`, `enough`; null where not known), empty_day (what a day of an empty shelf
        costs: margin where known, else GMV), empty_days (expected within 28 days, and
        before the first open order's promised day), worth with worth_low and worth_high (80 %: what
        they cost; null where it is not short), worth_in, over_units and tied_up (what is beyond
        `cover_most`, at cost).

        attrs: cover_most.

    Notes
    -----
    Empty days are those that come if nothing more is ordered. The pace is that of the matrix's
    weeks, promotions among them, a potential's raised by its growth; a forecast knows better (the
    supply chain notebook's order for the same product is worth the same money, not more). An order
    that is overdue is not counted on. What keeps for less than 28 days is ordered too often to
    be judged so: its stock is left out.
    """
    frame = matrix[["product_id", "product", "cell", "gmv_paid", "units", "margin", "pace"]].copy()
    asks = pd.DataFrame([ASKS[c] for c in frame["cell"]], columns=["action", "stock_asks"])
    frame = frame.join(asks).join(_stock(shop), on="product_id")
    frame["cover_days"] = frame["on_hand"] / frame["pace"].where(frame["pace"] > 0)
    frame = frame.join(_running_out(frame, matrix["growth"]))
    counted_on = frame["cell"].isin(COUNTED_ON)
    over = (frame["on_hand"] - cover_most * frame["pace"]).clip(lower=0).where(~counted_on, 0.0)
    short = counted_on & (frame["empty_days"] >= 1)
    frame["stock"] = np.select([short, over >= 1], [SHORT, TOO_MUCH], ENOUGH)
    frame["stock"] = frame["stock"].where(frame["on_hand"].notna() & frame["pace"].notna(), None)
    frame["over_units"] = np.floor(over)
    frame["tied_up"] = frame["over_units"] * frame["unit_cost"]
    frame.loc[~short, ["worth", "worth_low", "worth_high"]] = np.nan
    kinds = np.where(frame["margin"].notna(), "margin", "gmv")
    frame["worth_in"] = np.where(frame["worth"].notna(), kinds, "unknown")
    order = frame["cell"].map(CELLS.index).sort_values(kind="stable").index
    columns = ["product_id", "product", "cell", "action", "stock_asks", "gmv_paid", "on_hand"]
    columns += ["coming", "cover_days", "stock", "empty_day", "empty_days", "worth", "worth_low"]
    columns += ["worth_high", "worth_in", "over_units", "tied_up"]
    plan = frame.loc[order, columns].reset_index(drop=True)
    plan.attrs = {"cover_most": cover_most}
    return plan


@carries_missing
def cells_ask(plan: pd.DataFrame) -> pd.DataFrame:
    """Add the cells up: cell, products, action, stock_asks, short_products, too_much, tied_up."""
    rows = [_cell_asks(cell, plan[plan["cell"] == cell]) for cell in CELLS]
    names = ["cell", "products", "action", "stock_asks", "short_products", "too_much", "tied_up"]
    frame = pd.DataFrame(rows, columns=names)
    return frame[frame["products"] > 0].reset_index(drop=True)


def _cell_asks(cell: str, own: pd.DataFrame) -> dict[str, Any]:
    known = own["stock"].notna().any()
    return {
        "cell": cell,
        "products": len(own),
        "action": ASKS[cell][0],
        "stock_asks": ASKS[cell][1],
        "short_products": (own["stock"] == SHORT).sum() if known else np.nan,
        "too_much": (own["stock"] == TOO_MUCH).sum() if known else np.nan,
        "tied_up": own["tied_up"].sum(min_count=1),
    }


def _stock(shop: Tables) -> pd.DataFrame:
    """Give by product: on_hand, coming, next_in (days to the first promised arrival), unit_cost.

    The stock of what keeps for less than 28 days is left out.
    """
    frame = pd.DataFrame(index=pd.Index([], dtype="str", name="product_id"))
    if shop.has("products"):
        listed = shop["products"].select("product_id", "unit_cost", "shelf_life_days")
        frame = shop.frame(listed).set_index("product_id").apply(as_floats)
    if shop.filled("stock"):
        there = shop.frame(stock_now(shop)).set_index("product_id").apply(as_floats)
        free = (there["on_hand"] - there["reserved"]).clip(lower=0)
        frame = frame.join(free.rename("on_hand"), how="outer")
        if "shelf_life_days" in frame:
            frame["on_hand"] = frame["on_hand"].where(~(frame["shelf_life_days"] < HORIZON_DAYS))
    if shop.has("purchase_orders"):
        orders = shop["purchase_orders"].filter(lambda t: t.received_on.isnull())
        orders = shop.frame(orders.select("product_id", "promised_on", "quantity"))
        days = pd.Series([(d - shop.as_of).days for d in orders["promised_on"]], dtype=float)
        orders = orders.assign(coming=as_floats(orders["quantity"]), next_in=days.where(days > 0))
        sums = orders.groupby("product_id").agg(
            coming=("coming", "sum"), next_in=("next_in", "min")
        )
        frame = frame.join(sums, how="left")
        frame["coming"] = frame["coming"].fillna(0.0)
    return frame.reindex(columns=["on_hand", "coming", "next_in", "unit_cost"])


def _running_out(frame: pd.DataFrame, growth: pd.Series) -> pd.DataFrame:
    """Give what an empty day costs, and the empty days to come, with what they cost."""
    sold = frame["units"].where(frame["units"] > 0)
    each = frame["margin"].fillna(frame["gmv_paid"]) / sold
    to_come = frame["pace"] * (1 + growth).where(frame["cell"] == POTENTIAL, 1.0)
    # levels of the pace that the units sold leave open, each as likely as any other
    pace = special.gammaincinv(sold.fillna(0.0).to_numpy()[:, None] + 0.5, _LEVELS)
    pace *= (to_come / sold).to_numpy()[:, None]
    until = frame["next_in"].fillna(HORIZON_DAYS).clip(upper=HORIZON_DAYS).to_numpy()[:, None]
    empty = (until - frame["on_hand"].to_numpy()[:, None] / pace).clip(min=0)
    lost = empty * pace * each.to_numpy()[:, None]
    low, high = np.quantile(lost, [0.1, 0.9], axis=1)
    return pd.DataFrame(
        {
            "empty_day": each * frame["pace"],
            "empty_days": empty.mean(axis=1),
            "worth": lost.mean(axis=1),
            "worth_low": low,
            "worth_high": high,
        },
        index=frame.index,
    )
