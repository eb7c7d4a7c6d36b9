"""How each product's demand answers to its price."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.methods.censored_demand import moving_sums
from shophelm.methods.pooled_elasticities import ELASTICITY
from shophelm.methods.price_response import Cells, price_response
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.supply_chain.hidden_demand import Demand, categories_of, demanded, phases_of
from shophelm.words import Sentence, change, count, listing, number, plural, sentence

STRETCH_WEEKS = 13
VISITORS_OVER = 28.0
"""Prices are compared within so many weeks: over longer ones products rise and fade."""
_WEEK_LOOSE, _PHASE_LOOSE = 0.05, 1.0
"""Variance of the logarithm by which a week, or a phase of a promotion, moves a category."""
_NAMES = {"own": "own", "group": "category", "all": "shop", "": None}


@question(
    "How does demand answer to price?",
    "order_lines",
    prices="prices of days without a sale: without them elasticities come out too flat",
    stock="days of an empty shelf are left out",
    campaigns="promotions are told apart from their prices",
)
def elasticities(shop: Tables) -> pd.DataFrame:
    """Estimate each product's own-price elasticity, drawn to its category's.

    Returns
    -------
    DataFrame
        By product_id: category, elasticity with _low and _high (80 %), by (own: from its own
        prices, drawn to its category; category: its price hardly moved, its category's tells;
        shop; null where no price tells anything), days (on sale at a known price), prices
        (different ones), apart (too far from its category to be drawn to it).

    Notes
    -----
    Demand (see `hidden_demand`) is units, visits included: where a lower price also brings more
    visitors, that is part of the answer. Visitors are no yardstick here, although they are known:
    whoever adds a product to a basket looks at it, so that the visitors counted rise with sales,
    and elasticities come out flatter by a twentieth. Days that began with an empty shelf are left
    out. A category's weeks, and its phases of each kind of promotion, have factors of their own,
    so that only prices moving apart from their category's count. Without a `prices` table a price
    is taken to hold until the next sale; what was not sold because it was dear is then partly
    booked to the price before, and elasticities come out flatter than they are.
    """
    return _responses(shop)[0]


@question("How does each category's demand answer to price?", "order_lines")
def elasticities_by_category(shop: Tables) -> pd.DataFrame:
    """Give the elasticity of a typical product of each category.

    Returns
    -------
    DataFrame
        By category: elasticity, elasticity_low, elasticity_high (80 %; null where no price tells
        anything), products (that tell), apart (products too far off to count among them).
    """
    return _responses(shop)[1]


@carries_missing
def find_price_response(frame: pd.DataFrame, categories: pd.DataFrame) -> list[Sentence]:
    """Say by how much a price cut of a tenth raises each category's units, and who stands apart."""
    known = categories[categories["elasticity"].notna()].sort_values("elasticity", kind="stable")
    if known.empty:
        return [sentence("No price moved enough to tell how demand answers to it.")]
    said = [
        sentence(
            "A price a tenth lower sells so many more units: {which}.",
            which=listing([_tenth_off(row) for row in known.itertuples()], most=8),
        )
    ]
    apart = frame[frame["apart"]]
    if len(apart):
        which = [
            f"{row.Index} (elasticity {number(row.elasticity, digits=1)}, 80% interval "
            f"{number(row.elasticity_low, digits=1)} to {number(row.elasticity_high, digits=1)})"
            for row in apart.itertuples()
        ]
        said.append(sentence("Unlike all others of its category: {which}.", which=listing(which)))
    own, every = int((frame["by"] == "own").sum()), len(frame)
    said.append(
        sentence(
            "Of {all}, {own} moved their own prices enough to tell; the others are taken to be "
            "like their category, or the shop.",
            all=plural(every, "product"),
            own=count(own),
        )
    )
    return said


def _tenth_off(row: Any) -> str:
    more, low, high = (
        0.9**e - 1 for e in (row.elasticity, row.elasticity_high, row.elasticity_low)
    )
    name = row.Index or "products without a category"
    return f"{name} {change(more)} (80% interval {change(low)} to {change(high)})"


@once_per_shop
def _responses(shop: Tables) -> tuple[pd.DataFrame, pd.DataFrame]:
    days, wanted = product_days(shop), demanded(shop)
    category = categories_of(shop, days.products)
    number_of, names = pd.factorize(category, sort=True)
    price = days.last_price
    open_days = days.on_sale & days.usually_priced & ~(wanted.hidden & (days.opening <= 0))
    response = price_response(_cells(shop, days, wanted, price, open_days, number_of))
    members = response.members.reindex(range(len(days.products)))
    frame = members[ELASTICITY].set_axis(days.products)
    frame.insert(0, "category", category)
    frame["by"] = members["by"].fillna("").map(_NAMES).to_numpy()
    frame["days"] = open_days.sum(axis=1)
    frame["prices"] = [len(np.unique(p[o])) for p, o in zip(price, open_days, strict=True)]
    frame["apart"] = members["apart"].fillna(value=False).to_numpy(dtype=bool)
    groups = response.groups.reindex(range(len(names))).set_axis(pd.Index(names, name="category"))
    groups = groups.rename(columns={"members": "products"})
    groups["products"] = groups["products"].fillna(0).astype(int)
    groups["apart"] = frame.groupby("category")["apart"].sum().reindex(groups.index)
    return frame, groups


def _cells(
    shop: Tables, days: ProductDays, wanted: Demand, price: np.ndarray, open_days: np.ndarray,
    category: np.ndarray,
) -> Cells:  # fmt: skip
    """Add up days of the same product, price, week and phase of a promotion."""
    phases, phase = np.unique(phases_of(shop, days.period), return_inverse=True)
    product, day = np.nonzero(open_days)
    rows = pd.DataFrame(
        {
            "product": product,
            "price": price[open_days],
            "week": day // 7,
            "phase": phase[day],
            "units": wanted.demand[open_days],
            "days": _interest(days)[open_days],
        }
    )
    sums = rows.groupby(["product", "price", "week", "phase"], as_index=False).agg(
        units=("units", "sum"), days=("days", "sum")
    )
    weeks = -(-days.period.days // 7)
    drivers = np.hstack(
        [
            sums["week"].to_numpy()[:, None] == np.arange(weeks),
            sums["phase"].to_numpy()[:, None] == np.flatnonzero(phases != ""),
        ]
    ).astype(float)
    loose = np.repeat([_WEEK_LOOSE, _PHASE_LOOSE], [weeks, (phases != "").sum()])
    stretch = sums["week"].to_numpy() // STRETCH_WEEKS
    return Cells(
        count=sums["units"].to_numpy(),
        exposure=sums["days"].to_numpy(dtype=float),
        log_price=np.log(sums["price"].to_numpy()),
        drivers=drivers,
        loose=loose,
        stratum=sums["product"].to_numpy() * weeks + stretch,
        member=sums["product"].to_numpy(),
        group=category[sums["product"]],
    )


def _interest(days: ProductDays) -> np.ndarray:
    """Give the visitors to be expected of each product and day, or 1 where none are known.

    Smoothed, since single days' visitors rise with sales: whoever adds a product looks at it.
    """
    if np.isnan(days.visitors).all():
        return np.ones(days.visitors.shape)
    near = moving_sums(np.where(days.on_sale, days.visitors, 0.0), VISITORS_OVER)
    return near / np.maximum(moving_sums(days.on_sale.astype(float), VISITORS_OVER), 1e-9)
