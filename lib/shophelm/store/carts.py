"""Which products are left in the cart more often than they were, or than their peers are?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.methods.fall_point import NOT_KNOWN, FallPoint, shift_of
from shophelm.methods.proportions import beyond_chance
from shophelm.methods.usual_odds import UsualOdds
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import question
from shophelm.shop.tables import Tables
from shophelm.store.cart_cells import WITHIN_DAYS, cart_cells
from shophelm.store.cart_losses import with_losses, with_rates
from shophelm.store.cart_usual import (
    LAST_DAYS,
    by_product,
    fall_of,
    fitted,
    laid_out,
    rows_of,
)
from shophelm.store.cart_worth import worth_per_order

DAYS, NOW_DAYS = 364, 84
FEWEST = 20
"""Products with fewer carts in the period are not judged: chance rules them. Nor is one that is
the only one with so many: it could not be told from the season."""
FALSE_DISCOVERY = 0.05
_TOLD = 5.0
"""Information (1 / variance of log odds) below which a level is not held against peers."""
_PEERS = 4
"""Members of a category without which nobody is held against it."""


_JUDGED = [*FallPoint.__slots__, "level_gap", "level_error", "apart", "p_peers"]


@dataclass(frozen=True, slots=True)
class Carts:
    """Carts and what became of them.

    Attributes
    ----------
    products
        One row per product with a cart: see `lost_carts`.
    cells
        One row per product and day with a cart: see `cart_cells`; and day_number (from 0), number
        (row of `products`), log_price (over the product's usual price; NaN where not known), empty
        (the shelf was empty at the end of the day; null without stock), odds (log odds to be
        bought that the product's level before, its peers' same days and its price let expect).
    period
        The days of opening.
    within
        Days by which a cart is paid for.
    dispersion
        Variance of the counts of four weeks beside chance alone.
    worth_in
        `margin`, `gmv` or `unknown`.
    """

    products: pd.DataFrame
    cells: pd.DataFrame
    period: Period
    within: int
    dispersion: float
    worth_in: str


@question(
    "Which products are left in the cart more than they should be?",
    "events.product_id",
    order_lines="what the orders lost would have brought",
    products="peers of a category, and margins",
    prices="what ordinary answers to the price explain",
    stock="days of an empty shelf",
)
def lost_carts(shop: Tables, *, days: int = DAYS, within: int = WITHIN_DAYS) -> Carts:
    """Hold each product's carts against its own earlier self and against its peers' same days.

    Parameters
    ----------
    shop
        Needs events with products.
    days
        Length of the period that ends on as_of, in which a fall is looked for.
    within
        Days within which a cart must be paid for (see `cart_cells`).

    Returns
    -------
    Carts
        products: product_id, product, category, carts, bought, left (of the whole period),
        rate (bought of those since the break; of the last twelve weeks where there is none) with
        rate_low and rate_high (80 %, Wilson), rate_usual (of the same carts, at the product's
        level before, its peers' same days and its price), rate_category and rate_shop (same days,
        without the product), since (likeliest day of the break; None where none can be told) with
        since_low and since_high (80 %), fall and its ends (change of the log odds, drawn to what
        falls usually are), p_own (of such a fall by chance, wherever it lies), p_peers (of so low
        a level among its category), found (kept at a false-discovery rate of 5 % over both), by
        (`itself`, `peers`), evidence (log Bayes factor of a fall), left_beyond (carts left beyond
        usual since the break), lost_month with ends (expected orders lost in 28 days at the pace
        of the last 28, 80 %), paid_per_order and worth_per_order (of the last twelve weeks),
        carts_per_day (of the last 28), lost_worth with ends. Costliest found first.

    Notes
    -----
    What each product's usual rate owes to the days (season, promotions, coupons to all) is learnt
    from its category's and the shop's carts of the same days; what it owes to its price, from the
    category's answer to prices. Both are fitted anew without the products found in a first pass.
    Days with an empty shelf teach nothing, but count as lost. A fall that all of a category share
    is taken for the season.
    """
    period = last_days(shop.as_of, days=days)
    cells, products = laid_out(shop, cart_cells(shop, period, within=within), period)
    rows = rows_of(shop, cells, period)
    last = period.days - within - LAST_DAYS
    group_of = products["group"].to_numpy()
    fit, rows, spread = fitted(rows, cells, group_of, last)
    cells["odds"] = fit.offset + fit.level[rows.member]
    judged = []
    enough = np.bincount(rows.member, rows.trials, len(products)) >= FEWEST
    # a product without peers cannot be told from the season
    enough &= enough.sum() > 1
    for number, own in by_product(cells):
        fall = NOT_KNOWN
        if enough[number]:
            fall = fall_of(rows, fit, own, cells, last=last, spread=spread)
        beside = _beside_peers(cells.iloc[own], fit, int(group_of[number]), spread)
        judged.append(asdict(fall) | beside)
    products = _found(products.join(_as_numbers(judged)))
    _mark(cells, products, fit)
    products = with_rates(_with_days(products, period), cells)
    per_order, worth_in = worth_per_order(shop, last_days(shop.as_of, days=NOW_DAYS))
    products = with_losses(products, cells, per_order, last=period.days - within)
    order = ["found", "lost_worth", "lost_month", "p_own", "product_id"]
    products = products.sort_values(order, ascending=[False, False, False, True, True])
    cells["number"] = np.argsort(products.index.to_numpy(), kind="stable")[cells["number"]]
    return Carts(products.reset_index(drop=True), cells, period, within, spread, worth_in)


def _as_numbers(judged: list[dict[str, float]]) -> pd.DataFrame:
    """Lay out what was found of each product; of the right kind even where there is none."""
    whole = dict.fromkeys(("at", "low", "high"), "int64")
    return pd.DataFrame(judged, columns=_JUDGED).astype(dict.fromkeys(_JUDGED, "float64") | whole)


def _beside_peers(
    cells: pd.DataFrame, fit: UsualOdds, group: int, spread: float
) -> dict[str, float | bool]:
    """Hold a product's level over the whole period against its group's members."""
    shelf = cells[cells["empty"] != 1]
    odds = shelf["odds"].to_numpy() - fit.level[shelf["number"]] + fit.middle[group]
    gap, known = shift_of(shelf["carts"].to_numpy(), shelf["bought"].to_numpy(), odds)
    peers = int((fit.group_of == group).sum())
    usable = known >= _TOLD and peers > _PEERS
    error = float(np.sqrt(spread / known)) if known > 0 else np.nan
    apart = float(fit.apart[group])
    # how far peers lie apart is itself only known from them
    depth = gap / np.hypot(error, apart)
    p_value = float(stats.t.cdf(depth, peers - 1)) if usable else np.nan
    return {
        "level_gap": gap, "level_error": error, "p_peers": p_value,
        "apart": apart,
    }  # fmt: skip


def _found(products: pd.DataFrame) -> pd.DataFrame:
    """Tell the products that lose more carts than chance allows, and against what."""
    tests = products[["p_value", "p_peers"]].to_numpy(dtype=float)
    stand = beyond_chance(tests.ravel(), rate=FALSE_DISCOVERY).reshape(-1, 2)
    by = np.select([stand[:, 0], stand[:, 1]], ["itself", "peers"], default="")
    return products.rename(columns={"p_value": "p_own"}).assign(
        found=stand.any(axis=1), by=pd.Series(by, index=products.index).replace("", None)
    )


def _mark(cells: pd.DataFrame, products: pd.DataFrame, fit: UsualOdds) -> None:
    """Mark the cells after the break, and the log odds that were usual, as columns of `cells`.

    Of a product below its peers without a break of its own, all are after it, and the peers'
    level is usual; so they are where no place for a break could be looked at.
    """
    number = cells["number"].to_numpy()
    no_break = (products["by"] == "peers") | (products["at"] < 0)
    at = products["at"].mask(no_break, 0).to_numpy()
    cells["after"] = cells["day_number"].to_numpy() >= at[number]
    cells["usual"] = cells["odds"]
    level = fit.level - fit.middle[products["group"].to_numpy()]
    for n, own in by_product(cells):
        mine = cells.iloc[own]
        if no_break[n]:
            shift = -level[n]
        else:
            before = mine[~mine["after"] & (mine["empty"] != 1)]
            shift, _ = shift_of(*(before[c].to_numpy() for c in ("carts", "bought", "odds")))
        cells.iloc[own, cells.columns.get_loc("usual")] = mine["odds"] + shift


def _with_days(products: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Write the break as days; None where the product has none of its own beyond chance."""
    there = products["by"] == "itself"
    for name, place in (("since", "at"), ("since_low", "low"), ("since_high", "high")):
        days = [
            period.first + timedelta(days=int(n)) if known else None
            for n, known in zip(products[place], there, strict=True)
        ]
        products[name] = pd.Series(days, index=products.index, dtype=object)
    return products
