"""Where the segments begin: drawn from the customers once, and applied as long as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import ibis
import numpy as np

from shophelm.errors import ParameterError
from shophelm.methods.scores import cuts
from shophelm.shop.needs import question
from shophelm.shop.tables import Tables
from shophelm.user.spending import customers

PARTS = 10_000
"""Money has four decimals in the engine; as whole numbers of them it is cut exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From which values on each score, and each half of the grid, begins.

    Attributes
    ----------
    recency
        Days since the last payment from which the score is 4, 3, 2 and 1; below the first it is 5.
    frequency, monetary
        Purchases, and settled money, from which the score is 2, 3, 4 and 5. Equal values skip a
        score; none at all: every customer has the same.
    orders
        Orders in 364 days from which frequency is high.
    spend_per_order
        Settled money per order from which spend is high; None: every customer spends the same.
    """

    recency: tuple[int, ...]
    frequency: tuple[int, ...]
    monetary: tuple[Decimal, ...]
    orders: int
    spend_per_order: Decimal | None


@question("Where do the customers' segments begin?", "orders.customer_id")
def draw(shop: Tables, *, orders: int = 0, spend_per_order: float = 0) -> Thresholds:
    """Draw the thresholds of the RFM scores and of the grid from the shop's customers.

    The cuts of the scores part all customers who have ever paid into fifths as nearly as ties
    allow (`methods.scores.cuts`).

    Parameters
    ----------
    shop
        The shop.
    orders
        Orders in 364 days from which frequency is high. 0: as many as the middle one of those who
        ordered more than once in that time, 2 where nobody did.
    spend_per_order
        Money per order from which spend is high. 0: the value that parts the customers of the
        last 364 days most nearly in halves.

    Raises
    ------
    ParameterError
        If a threshold is below 0.
    """
    counted = _value_counts(shop)
    halves = cuts(*counted["spend_per_order"], scores=2)
    drawn = Thresholds(
        recency=cuts(*counted["recency"]),
        frequency=cuts(*counted["frequency"]),
        monetary=_money(cuts(*counted["monetary"])),
        orders=_middle_repeater(*counted["orders"]),
        spend_per_order=next(iter(_money(halves)), None),
    )
    return override(drawn, orders=orders, spend_per_order=spend_per_order)


def override(thresholds: Thresholds, *, orders: int, spend_per_order: float) -> Thresholds:
    """Put given thresholds of the grid in the place of drawn ones; 0 leaves one as it is.

    Raises
    ------
    ParameterError
        If one is below 0.
    """
    given = {"orders": orders, "spend_per_order": Decimal(str(spend_per_order))}
    for name, value in given.items():
        if value < 0:
            raise ParameterError(
                f"{name} is {value}. Give the value from which it counts as high, or 0 to have it "
                "drawn from the customers."
            )
    return replace(thresholds, **{name: value for name, value in given.items() if value})


def _value_counts(shop: Tables) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Count how many customers have each value of each measure, money in its smallest parts."""
    people = customers(shop)
    lately = people.filter(people.orders > 0)
    measures = {
        "recency": people.recency,
        "frequency": people.frequency,
        "monetary": _parts(people.monetary),
        "orders": lately.orders,
        # rounded down, so that the customer with this very spend reaches it
        "spend_per_order": (_parts(lately.settled) / lately.orders).floor().cast("int64"),
    }
    counts = []
    for i, column in enumerate(measures.values()):
        rows = column.cast("int64").name("value").as_table()
        counts.append(rows.group_by("value").aggregate(n=rows.count()).mutate(measure=i))
    frame = shop.frame(ibis.union(*counts))
    return {
        name: tuple(frame.loc[frame["measure"] == i, ["value", "n"]].to_numpy().T)
        for i, name in enumerate(measures)
    }


def _parts(amount: ibis.Column) -> ibis.Column:
    return (amount * PARTS).cast("int64")


def _money(parts: Sequence[int]) -> tuple[Decimal, ...]:
    return tuple(Decimal(p) / PARTS for p in parts)


def _middle_repeater(orders: np.ndarray, customers: np.ndarray) -> int:
    every = np.repeat(orders, customers)
    again = every[every > 1]
    # of an even number the lower one, which some customer has
    return int(np.quantile(again, 0.5, method="lower")) if len(again) else 2
