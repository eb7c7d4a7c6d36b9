"""How often, and for how much: the customers of a year in a grid of frequency and spend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import ibis
import pandas as pd

from shophelm.shop.buyers import MONEY, worth_in
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.user.spending import YEAR, customers, share_of, worths
from shophelm.user.thresholds import Thresholds
from shophelm.words import Sentence, count, listing, money, plural, rate, sentence


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid: its name, also in Chinese, what its customers do, and the two sides."""

    name: str
    zh: str
    doing: str
    often: bool
    much: bool


CELLS = (
    Cell(
        "high frequency, high spend", "高频高客单", "buy often and for much", often=True, much=True
    ),
    Cell("low frequency, high spend", "低频高客单", "seldom and for much", often=False, much=True),
    Cell("high frequency, low spend", "高频低客单", "often and for little", often=True, much=False),
    Cell(
        "low frequency, low spend", "低频低客单", "seldom and for little", often=False, much=False
    ),
)
IDLE = "bought nothing in a year"
"""Customers who have paid before, and not in the 364 days."""


def members(shop: Tables, thresholds: Thresholds) -> ibis.Table:
    """Give the cell of each customer who has ever paid.

    Returns
    -------
    Table
        The columns of `spending.customers`, and segment (name of the cell, or `IDLE`).
    """
    people = customers(shop)
    often = people.orders >= thresholds.orders
    limit = thresholds.spend_per_order
    much = ibis.literal(value=False)
    if limit is not None:
        # multiplied, since a division would round
        much = people.settled >= people.orders * ibis.literal(limit, type=MONEY)
    cells = [(often if c.often else ~often) & (much if c.much else ~much) for c in CELLS]
    named = [(where, cell.name) for where, cell in zip(cells, CELLS, strict=True)]
    return people.mutate(segment=ibis.cases((people.orders == 0, IDLE), *named))


def assigned_by(thresholds: Thresholds | Missing) -> Callable[[Tables], ibis.Table | Missing]:
    """Give a function that deals the customers of a shop, on whatever day, to the cells."""
    return lambda shop: thresholds if isinstance(thresholds, Missing) else members(shop, thresholds)


@question(
    "Who buys often, and who spends much at a time?",
    "orders.customer_id",
    products="what the customers leave after the cost of their goods",
)
def value_grid(shop: Tables, thresholds: Thresholds) -> pd.DataFrame:
    """Add up the customers of the last 364 days by frequency and by settled money per order.

    Returns
    -------
    DataFrame
        One row per cell, always all four: segment, customers, share, orders, settled (decimal),
        contribution (margin after refunds, decimal; null where too few costs are known),
        spend_per_order (settled money, float; null without orders), settled_share.

    Notes
    -----
    Who came lately had less time to buy often, and is low in frequency at first. Orders count as
    the platform counts them, so that one that was split counts twice.
    """
    people = members(shop, thresholds).left_join(worths(shop), "customer_id")
    sums = people.group_by("segment").aggregate(
        customers=people.count(), **{n: people[n].sum() for n in ("orders", "settled", "worth")}
    )
    frame = shop.frame(sums).set_index("segment").reindex([c.name for c in CELLS])
    cells = frame.where(frame.notna(), Decimal(0)).rename(columns={"worth": "contribution"})
    cells[["customers", "orders"]] = cells[["customers", "orders"]].astype("int64")
    if worth_in(shop) != "margin":
        cells["contribution"] = None
    spend = as_floats(cells["settled"]) / cells["orders"].where(cells["orders"] > 0)
    cells = cells.assign(
        share=share_of(cells["customers"]),
        spend_per_order=spend,
        settled_share=share_of(cells["settled"]),
    )
    return cells.reset_index()[COLUMNS]


COLUMNS = [
    "segment",
    "customers",
    "share",
    "orders",
    "settled",
    "settled_share",
    "contribution",
    "spend_per_order",
]


@carries_missing
def find_value_grid(
    cells: pd.DataFrame, thresholds: Thresholds, *, currency: str
) -> list[Sentence]:
    """Say where the grid's lines lie, and what its corners bring."""
    if not cells["customers"].sum():
        return [sentence("No customer has paid in the last 364 days: the grid is empty.")]
    limit = thresholds.spend_per_order
    text = "Frequency is high from {orders} in {days} days, spend from {limit} per order."
    if limit is None:
        text = "Frequency is high from {orders} in {days} days; all spend the same per order."
    lines = sentence(
        text,
        orders=plural(thresholds.orders, "order"),
        days=count(YEAR),
        limit=money(limit, currency=currency),
    )
    rows = zip(CELLS, cells.to_dict("records"), strict=True)
    corners = listing([_corner(cell, row) for cell, row in rows])
    everyone = plural(int(cells["customers"].sum()), "customer")
    return [lines, sentence("Of {all}, {corners}.", all=everyone, corners=corners)]


def _corner(cell: Cell, row: dict) -> str:
    share, part = rate(row["share"], digits=1), rate(row["settled_share"], digits=1)
    return f"{share} {cell.doing} ({part} of the money settled)"
