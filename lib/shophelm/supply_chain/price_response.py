"""How each product's demand answers to its price."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.methods.price_response import ELASTICITY, Cells, Response, price_response
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.shop.titles import products_of
from shophelm.supply_chain.hidden_demand import Demand, demanded, phases_of
from shophelm.words import Sentence, listing, number, plural, sentence

STRETCH_WEEKS = 13
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


@question("How does demand answer to price?", "order_lines")
def elasticities_by_category(shop: Tables) -> pd.DataFrame:
    """Give the elasticity of a typical product of each category.

    Returns
    -------
    DataFrame
        By category: elasticity, elasticity_low, elasticity_high (80 %; null where no price tells
        anything), products (that tell), apart (products too far off to count among them).
    """
    return _responses(shop)[1]


@once_per_shop
def _responses(shop: Tables) -> tuple[pd.DataFrame, pd.DataFrame]:
    days, wanted = product_days(shop), demanded(shop)
    category = products_of(shop)["category"].reindex(days.products).fillna("")
    number_of, names = pd.factorize(category, sort=True)
    price = pd.DataFrame(days.price).ffill(axis=1).to_numpy()
    open_days = days.on_sale & (price > 0) & ~(wanted.hidden & (days.opening <= 0))
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
        }
    )
    sums = rows.groupby(["product", "price", "week", "phase"], as_index=False).agg(
        units=("units", "sum"), days=("units", "size")
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
