"""What a format works with: its files by role, and the means to hash, sum and count them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import ibis

from shophelm.shop.importers.cleaning import plain
from shophelm.shop.importers.language import Input, Role
from shophelm.shop.importers.pseudonyms import hashed


@dataclass
class Desk:
    """The files of one import.

    Attributes
    ----------
    con
        The connection.
    inputs, roles
        The files, and the role of each by its number.
    key
        What ids are hashed with.
    """

    con: ibis.BaseBackend
    inputs: Sequence[Input]
    roles: Mapping[int, Role]
    key: bytes
    _made: int = 0

    def has(self, role: str, column: str | None = None) -> bool:
        """Say whether any file has this role (and, where given, this column)."""
        return any(column is None or column in i.columns for i in self.of(role))

    def of(self, role: str) -> list[Input]:
        """List the files of a role."""
        return [i for i in self.inputs if self.roles[i.number].name == role]

    def cells(self, role: str, *, as_they_are: bool = False) -> ibis.Table:
        """Give the records of all files of a role, in the role's columns and `_row`.

        Cells are cleaned by `cleaning.plain`, unless wanted as they are; a column that a file
        lacks reads as null.
        """
        files = self.of(role)
        wanted = self.roles[files[0].number].mapped
        tables = [_columns(i, wanted, as_they_are=as_they_are) for i in files]
        stacked = ibis.union(*tables) if len(tables) > 1 else tables[0]
        # a log of any length is read as it streams
        return stacked if as_they_are else self.kept(stacked)

    def hashed(self, table: ibis.Table, column: str) -> ibis.Table:
        """Replace a column of ids by their keyed hashes."""
        self._made += 1
        name = f"hashes{self._made}"
        return hashed(self.con, table, column, key=self.key, name=name)

    def kept(self, table: ibis.Table) -> ibis.Table:
        """Compute a table once, for what is asked of it more than once."""
        self._made += 1
        return self.con.create_table(f"kept{self._made}", table, temp=True)

    def numbers(self, table: ibis.Table, **wanted: ibis.Value) -> dict[str, Decimal]:
        """Compute counts and sums over a table in one pass; null is 0."""
        found = table.aggregate(**wanted).to_pyarrow().to_pylist()[0]
        return {name: Decimal(value or 0) for name, value in found.items()}


def written(number: Decimal) -> str:
    """Write an exact amount with two decimals or as many as it has."""
    text = f"{number:f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def _columns(file: Input, wanted: Sequence[str], *, as_they_are: bool) -> ibis.Table:
    raw = file.raw.table
    cells = {c: raw[file.columns[c]] for c in wanted if c in file.columns}
    if not as_they_are:
        cells = {c: plain(cell) for c, cell in cells.items()}
    lacking = {c: ibis.null("string") for c in wanted if c not in cells}
    values = cells | lacking
    return raw.select(_row=raw["_row"], **{c: values[c] for c in wanted})
