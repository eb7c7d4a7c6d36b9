"""What a format works with: its files by role, and the means to hash, sum and count them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import ibis

from shophelm.shop.importers.cleaning import plain
from shophelm.shop.importers.days import DAY, file_day
from shophelm.shop.importers.language import Apart, Input, Role, file_of
from shophelm.shop.importers.pseudonyms import hashed
from shophelm.shop.importers.recognising import matching

SUPERSEDED = "superseded by a newer export"


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
    superseded
        Records that stand in a newer file too, as the cells that hold them are asked for.
    """

    con: ibis.BaseBackend
    inputs: Sequence[Input]
    roles: Mapping[int, Role]
    key: bytes
    superseded: list[Apart] = field(default_factory=list)
    _made: int = 0

    def has(self, role: str, column: str | None = None) -> bool:
        """Say whether any file has this role (and, where given, this column)."""
        return any(column is None or matching(column, i.columns) for i in self.of(role))

    def of(self, role: str) -> list[Input]:
        """List the files of a role."""
        return [i for i in self.inputs if self.roles[i.number].name == role]

    def cells(self, role: str, *, as_they_are: bool = False) -> ibis.Table:
        """Give the records of all files of a role, in the role's columns and `_row`.

        Cells are cleaned by `cleaning.plain`, unless wanted as they are; a column that a file
        lacks reads as null, and `days.DAY` as the day that the file is about. Of a unit
        (`Role.unit`) that several files hold, the newest one's records are given: newest by the
        date in its name where every file has one, otherwise the one that was named last.
        """
        files, kind = self.of(role), self.roles[self.of(role)[0].number]
        tables = [_columns(i, kind.mapped, as_they_are=as_they_are) for i in files]
        stacked = ibis.union(*tables) if len(tables) > 1 else tables[0]
        # a log of any length is read as it streams
        stacked = stacked if as_they_are else self.kept(stacked)
        if DAY in kind.mapped:
            stacked = stacked.mutate(**{DAY: self._days(stacked, files)})
        return self._newest(stacked, kind, files) if kind.unit and len(files) > 1 else stacked

    def _days(self, cells: ibis.Table, files: Sequence[Input]) -> ibis.StringValue:
        """Give the one day that each record's file is about; null where it is not told."""
        days = [(i.number, day) for i in files if (day := self._day(i))]
        return file_of(cells["_row"]).cases(*days) if days else ibis.null("string")

    def _day(self, file: Input) -> str | None:
        """Ask the file of the same archive that lists its days (`Role.days`), or else its name."""
        for other in self.inputs:
            listed = self.roles[other.number].days
            if listed and other.archive and other.archive == file.archive:
                column = other.raw.table[other.columns[matching(listed, other.columns)[0]]]
                found = other.raw.table.select(day=column).distinct().limit(2).to_pyarrow()
                return found["day"][0].as_py() if len(found) == 1 else None
        return file_day(file)

    def _newest(self, cells: ibis.Table, role: Role, files: Sequence[Input]) -> ibis.Table:
        """Leave out, and keep apart, the records of units that a newer file holds too."""
        in_order = sorted(files, key=age(files))
        rank = file_of(cells["_row"]).cases(*((f.number, n) for n, f in enumerate(in_order)))
        ranked = cells.mutate(_rank=rank)
        unit = ibis.window(group_by=[ranked[c] for c in role.unit])
        known = ibis.or_(*(ranked[c].notnull() for c in role.unit))
        ranked = self.kept(
            ranked.mutate(_old=known & (ranked["_rank"] < ranked["_rank"].max().over(unit)))
        )
        old = ranked.filter(ranked["_old"]).select("_row", *role.unit)
        self.superseded.append(Apart(SUPERSEDED, old, saved=False))
        return ranked.filter(~ranked["_old"]).drop("_rank", "_old")

    def hashed(self, table: ibis.Table, column: str) -> ibis.Table:
        """Replace a column of ids by their keyed hashes."""
        return hashed(self.con, table, column, key=self.key, name=self._name("hashes"))

    def kept(self, table: ibis.Table) -> ibis.Table:
        """Compute a table once, for what is asked of it more than once."""
        return self.con.create_table(self._name("kept"), table, temp=True)

    def _name(self, kind: str) -> str:
        """Give a name that no table has, of this desk or another on the same connection."""
        self._made += 1
        return f"{kind}{self.inputs[0].number}_{self._made}"

    def numbers(self, table: ibis.Table, **wanted: ibis.Value) -> dict[str, Decimal]:
        """Compute counts and sums over a table in one pass; null is 0."""
        found = table.aggregate(**wanted).to_pyarrow().to_pylist()[0]
        return {name: Decimal(value or 0) for name, value in found.items()}


def age(files: Sequence[Input]) -> Callable[[Input], tuple[str, int]]:
    """Give what files are put in order by, the oldest first."""
    stamped = all(f.stamp for f in files)
    return lambda f: (f.stamp if stamped else "", f.number)


def written(number: Decimal) -> str:
    """Write an exact amount with two decimals or as many as it has."""
    text = f"{number:f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def _columns(file: Input, wanted: Sequence[str], *, as_they_are: bool) -> ibis.Table:
    raw = file.raw.table
    found = {c: [raw[file.columns[name]] for name in matching(c, file.columns)] for c in wanted}
    if not as_they_are:
        found = {c: [plain(cell) for cell in cells] for c, cells in found.items()}
    cells = {c: ibis.coalesce(*of) if len(of) > 1 else of[0] for c, of in found.items() if of}
    lacking = {c: ibis.null("string") for c in wanted if c not in cells}
    values = cells | lacking
    return raw.select(_row=raw["_row"], **{c: values[c] for c in wanted})
