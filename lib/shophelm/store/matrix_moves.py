"""Which products changed their cell of the matrix, with how much money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.store.product_matrix import CELLS, DECLINING, HERO, product_matrix
from shophelm.words import Sentence, listing, money, plural, sentence

NOT_YET, NO_LONGER = "not on sale then", "no longer on sale"
ORDER = (NOT_YET, *CELLS, NO_LONGER)


@dataclass(frozen=True, slots=True)
class Moves:
    """The moves between two days.

    Attributes
    ----------
    then
        The earlier day.
    products
        One row per product on sale on either day: product_id, product, from, to, gmv_then and
        gmv_now (each of the weeks up to its day; 0 where it was not on sale).
    pairs
        One row per pair of cells that some product went through, in the cells' order: from, to,
        products, gmv_then, gmv_now, money_change.
    """

    then: date
    products: pd.DataFrame
    pairs: pd.DataFrame


@question("Which products moved to another cell since last month?", "order_lines")
def matrix_moves(shop: Tables, matrix: pd.DataFrame, *, days: int = 28) -> Moves:
    """Follow every product from its cell some days ago to its cell now.

    The earlier matrix is drawn by the same thresholds, from what was known on its day.

    Parameters
    ----------
    shop
        The shop.
    matrix
        As `product_matrix` gives it, of the same shop.
    days
        How long ago.

    Notes
    -----
    Both matrices rest on weeks most of which they share, so that a product which merely stands
    near a threshold moves seldom, and one that turned shows it late.
    """
    then = shop.as_of - timedelta(days=days)
    columns = ["product_id", "product", "cell", "gmv_paid"]
    earlier = product_matrix(shop.at(then), **matrix.attrs["asked"])
    # on a day before the first order nothing was on sale
    earlier = matrix.iloc[:0] if isinstance(earlier, Missing) else earlier
    both = earlier[columns].merge(matrix[columns], on="product_id", how="outer")
    products = pd.DataFrame(
        {
            "product_id": both["product_id"],
            "product": both["product_y"].fillna(both["product_x"]),
            "from": both["cell_x"].fillna(NOT_YET),
            "to": both["cell_y"].fillna(NO_LONGER),
            "gmv_then": both["gmv_paid_x"].fillna(0.0),
            "gmv_now": both["gmv_paid_y"].fillna(0.0),
        }
    )
    return Moves(then, products, _pairs(products))


@carries_missing
def moved(moves: Moves) -> pd.DataFrame:
    """Lay out the products that changed their cell, those of most money first."""
    frame = moves.products[moves.products["from"] != moves.products["to"]]
    most = frame[["gmv_then", "gmv_now"]].max(axis=1)
    order = most.sort_values(ascending=False, kind="stable").index
    return frame.loc[order].drop(columns="product_id").reset_index(drop=True)


@carries_missing
def shown(moves: Moves, *, currency: str) -> pd.DataFrame:
    """Lay products and their GMV now out as text: a row per cell then, a column per cell now."""
    told = [
        f"{row.products:,.0f} ({money(row.gmv_now, currency=currency)})"
        for row in moves.pairs.itertuples()
    ]
    wide = moves.pairs.assign(told=told).pivot(index="from", columns="to", values="told")
    rows, columns = (sorted(side, key=ORDER.index) for side in (wide.index, wide.columns))
    wide = wide.reindex(index=rows, columns=columns).rename_axis(columns=None)
    return wide.astype(object).where(wide.notna(), None).reset_index()


@carries_missing
def find_moves(moves: Moves, *, currency: str) -> list[Sentence]:
    """Say how many products changed their cell, who became a hero, and who began to fall."""
    known = moves.products[moves.products["from"] != NOT_YET]
    if known.empty:
        return [sentence("On {day} no product was on sale yet.", day=str(moves.then))]
    changed = known[known["from"] != known["to"]]
    said = [
        sentence(
            "Of {all} on sale on {day}, {n} changed their cell since.",
            all=plural(len(known), "product"),
            day=str(moves.then),
            n=f"{len(changed):,}",
        )
    ]
    templates = {HERO: "New among the heroes: {which}.", DECLINING: "Began to fall: {which}."}
    for cell, template in templates.items():
        came = changed[changed["to"] == cell]
        if len(came):
            which = [_named(row, currency) for row in came.to_dict("records")]
            said.append(sentence(template, which=listing(which)))
    left = changed[(changed["from"] == HERO)]
    if len(left):
        which = [_named(row, currency) for row in left.to_dict("records")]
        said.append(sentence("No longer heroes: {which}.", which=listing(which)))
    return said


def _named(row: dict[str, Any], currency: str) -> str:
    now, then = (money(row[f"gmv_{side}"], currency=currency) for side in ("now", "then"))
    return f"{row['product']} (from “{row['from']}” to “{row['to']}”, {then} to {now})"


def _pairs(products: pd.DataFrame) -> pd.DataFrame:
    pairs = products.groupby(["from", "to"], as_index=False).agg(
        products=("product_id", "size"), gmv_then=("gmv_then", "sum"), gmv_now=("gmv_now", "sum")
    )
    pairs["money_change"] = pairs["gmv_now"] - pairs["gmv_then"]
    place = pd.DataFrame({side: pairs[side].map(ORDER.index) for side in ("from", "to")})
    return pairs.loc[place.sort_values(["from", "to"]).index].reset_index(drop=True)
