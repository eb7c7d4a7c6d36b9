"""The words in which the contract is written: kinds of column, columns, promises, tables.

The contract is data. Nothing in this room reads a shop; `shop.checks` holds a shop against it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt

MONEY = dt.Decimal(18, 4)
"""Four decimals, because unit prices below a cent exist; sums are exact in any order."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds: its engine type, its unit, and the noun that errors use for it."""

    name: str
    dtype: dt.DataType
    noun: str
    unit: str = ""


KINDS = {
    kind.name: kind
    for kind in (
        Kind("id", dt.string, "an id"),
        Kind("text", dt.string, "a text"),
        Kind("choice", dt.string, "one of the listed words"),
        Kind("money", MONEY, "an amount", "shop currency"),
        Kind("time", dt.Timestamp(scale=6), "a time (YYYY-MM-DD hh:mm:ss)", "shop's local time"),
        Kind("day", dt.date, "a date (YYYY-MM-DD)", "shop's local day"),
        Kind("count", dt.int64, "a whole number"),
        Kind("number", dt.float64, "a number"),
        Kind("flag", dt.boolean, "true or false"),
    )
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, kind, meaning
        What it is called, a name in `KINDS`, and what it means in a sentence.
    optional
        May be null, or absent altogether.
    unit
        Where it differs from the kind's own.
    values
        The words a `choice` may hold.
    least, most
        Inclusive bounds.
    known_at
        Time columns of the same row. While any of them lies after `as_of` this column is not
        known yet, and reads as null.
    refers_to
        "table.column" that should hold this value; "a|b": either.
    """

    name: str
    kind: str
    meaning: str
    optional: bool = False
    unit: str = ""
    values: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    known_at: tuple[str, ...] = ()
    refers_to: str = ""

    @property
    def dtype(self) -> dt.DataType:
        """Give the engine's type, nulls allowed."""
        return KINDS[self.kind].dtype(nullable=True)

    @property
    def unit_shown(self) -> str:
        """Give the unit, the kind's own where the column has none."""
        return self.unit or KINDS[self.kind].unit


@dataclass(frozen=True, slots=True)
class Promise:
    """A sentence about every row, and the expression that is true where the row keeps it.

    Null means the promise does not apply to the row.
    """

    sentence: str
    kept: Callable[[ibis.Table], ibis.ir.BooleanValue]


@dataclass(frozen=True, slots=True)
class Total:
    """A sentence about the sum of a column over the rows of one parent.

    `kept` gets the parent's row and the sum, and is true where the sum is as promised.
    """

    sentence: str
    column: str
    kept: Callable[[ibis.Table, ibis.ir.DecimalValue], ibis.ir.BooleanValue]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the shop.

    Attributes
    ----------
    name, grain
        What it is called, and what one row is.
    key
        The columns that tell rows apart. An optional key column counts null as a value.
    columns, promises, totals
        See `Column`, `Promise` and `Total`.
    source
        Where a shop gets it.
    time
        The column that says when the row came to be; empty where rows are facts without a date
        or plans made beforehand.
    parent
        (column, table): rows whose column is not in that table's key are orphans, are rejected,
        and appear no earlier than their parent.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    source: str
    time: str = ""
    parent: tuple[str, str] | None = None
    promises: tuple[Promise, ...] = ()
    totals: tuple[Total, ...] = ()

    def __getitem__(self, column: str) -> Column:
        return next(c for c in self.columns if c.name == column)

    @property
    def names(self) -> tuple[str, ...]:
        """Give the columns' names, in order."""
        return tuple(c.name for c in self.columns)

    @property
    def known_at(self) -> frozenset[str]:
        """Give the columns that say when some other column, or they themselves, became known."""
        return frozenset(t for c in self.columns for t in c.known_at)


def in_order(earlier: str, later: str) -> Promise:
    """Promise that one time of a row is not before another; null on either side keeps it."""
    return Promise(f"{later} is not before {earlier}", lambda t: t[later] >= t[earlier])
