"""The shop as its questions see it: checked tables, in which nothing later than `as_of` exists."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import ibis
import pandas as pd

from shophelm.errors import DataError
from shophelm.shop import kept
from shophelm.shop.calendar import parse_day
from shophelm.shop.checks import Checked, check, lacking_columns, rejects
from shophelm.shop.contract import TABLES, Table
from shophelm.shop.promises import broken_promises
from shophelm.shop.source import Source, open_source
from shophelm.timing import timed

START = ("orders", "events", "traffic")
"""Tables of which any one is enough to start."""


class Tables:
    """A shop's tables at the end of one day.

    Tables are checked when first asked for. `shop["orders"]` is an Ibis table in the contract's
    columns and types; columns the shop lacks read as null.

    Parameters
    ----------
    source
        An open source.
    as_of
        The last day that counts: rows that came to be later are not there, and values known only
        later are null.

    Attributes
    ----------
    unusable
        Table → why it is set aside (its file cannot be read, or lacks a column). To questions it
        is missing, so that it costs only its own sections.

    Raises
    ------
    DataError
        If nothing is left to start from.
    """

    def __init__(self, source: Source, *, as_of: str | date) -> None:
        self.source = source
        self.as_of = parse_day(as_of)
        lacking = {n: lacking_columns(TABLES[n], raw) for n, raw in source.raw.items()}
        self.unusable = source.unreadable | {n: why for n, why in lacking.items() if why}
        self._raw = {n: raw for n, raw in source.raw.items() if not lacking[n]}
        if self.unusable and not set(START) & set(self._raw):
            raise DataError(next(self.unusable[n] for n in TABLES if n in self.unusable))
        self._checked: dict[str, Checked] = {}
        self._visible: dict[str, ibis.Table] = {}
        self._later: dict[str, int] = {}
        self._hidden: dict[str, dict[str, int]] = {}
        self._filled: dict[str, bool] = {}

    def at(self, day: date) -> Tables:
        """Give the same shop as it was known at the end of an earlier day; checks are shared.

        Parameters
        ----------
        day
            Not later than `as_of`.
        """
        if day > self.as_of:
            raise ValueError(f"{day} is later than {self.as_of}, up to which the shop is known")
        earlier = Tables(self.source, as_of=day)
        # what breaks a rule does so on any day
        earlier._checked = self._checked
        return earlier

    @functools.cached_property
    def first_day(self) -> date:
        """The first day on which the shop has an order, an event or traffic."""
        return min(self.first_of(n) for n in START if self.has(n))

    def first_of(self, name: str) -> date:
        """Give the first day on which a table has a row; a day after all others where it has none.

        Its check has seen it, so that no row is read.
        """
        days = self.checked(name).days[TABLES[name].time]
        return days[0] if days and days[0] <= self.as_of else date.max

    @property
    def names(self) -> tuple[str, ...]:
        """The contract's tables this shop has and can use."""
        return tuple(n for n in TABLES if n in self._raw)

    @property
    def currency(self) -> str:
        """The ISO code that the shop's import states; CNY where none does."""
        return next((r.currency for r in self.source.imports if r.currency), "CNY")

    def has(self, *names: str) -> bool:
        """Say whether all of these are given: tables, or columns written table.column.

        A table without rows is given: no refunds is an answer, too. A column is given when some
        visible row fills it.
        """
        return all(
            self.filled(n) if "." in n else self._contract(n).name in self._raw for n in names
        )

    def filled(self, name: str) -> bool:
        """Say whether a table has a visible row, or a column one that fills it."""
        table, _, column = name.partition(".")
        if self._contract(table).name not in self._raw:
            return False
        if name not in self._filled:
            rows = self[table]
            rows = rows.filter(rows[column].notnull()) if column else rows
            self._filled[name] = len(rows.limit(1).to_pyarrow()) > 0
        return self._filled[name]

    def require(self, *names: str) -> None:
        """Raise a DataError that names the first table missing and says how to get it."""
        for name in names:
            if not self.has(name):
                raise DataError(self.unusable.get(name) or how_to_get(name))

    def __getitem__(self, name: str) -> ibis.Table:
        if name not in self._visible:
            self._visible[name] = self._cut(self.checked(name))
        return self._visible[name]

    def frame(self, expr: ibis.Table) -> pd.DataFrame:
        """Run a query and bring its rows into pandas: money decimal, days `date`, times in us."""
        with timed("queries"):
            frame = expr.to_pandas()
        for name, dtype in expr.schema().items():
            if dtype.is_date():
                days = [None if pd.isna(d) else pd.Timestamp(d).date() for d in frame[name]]
                frame[name] = pd.Series(days, index=frame.index, dtype=object)
            elif dtype.is_timestamp():
                # engines give nanoseconds or seconds, too
                frame[name] = frame[name].astype("datetime64[us]")
        return frame

    def checked(self, name: str) -> Checked:
        """Give a table's check, made once; its parent is checked first."""
        if name not in self._checked:
            self.require(name)
            contract = TABLES[name]
            parent = contract.parent and contract.parent[1]
            known = self.checked(parent) if parent in self._raw else None
            with timed("queries"):
                self._checked[name] = check(self.source.con, contract, self._raw[name], known)
        return self._checked[name]

    def later(self, name: str) -> int:
        """Count the accepted rows set aside because they are dated after `as_of`."""
        self[name]
        return self._later[name]

    def hidden(self, name: str) -> dict[str, int]:
        """Count, per time column, the values that read as null because they lie after `as_of`."""
        self[name]
        return self._hidden[name]

    def rejects(self, name: str) -> pd.DataFrame:
        """List a table's rejected rows with the rule each breaks. See `checks.rejects`."""
        return rejects(self.checked(name))

    def promises(self) -> pd.DataFrame:
        """Hold every table against its promises. See `promises.broken_promises`."""
        checked = [self.checked(name) for name in self.names]
        key = kept.key("promises", *(c.key for c in checked))
        if place := kept.find(key):
            return pd.read_parquet(place / "promises.parquet")
        accepted = {c.contract.name: c.accepted for c in checked}
        with timed("queries"):
            found = pd.concat([broken_promises(c, accepted) for c in checked], ignore_index=True)
        found = found.astype({c: "int64" if c in ("rows", "broken") else "str" for c in found})
        if self.source.dear and self.source.unchanged:
            kept.keep(key, lambda folder: found.to_parquet(folder / "promises.parquet"))
        return found

    def _contract(self, table: str) -> Table:
        if table not in TABLES:
            raise KeyError(f"{table} is not a table of the contract")
        return TABLES[table]

    def _cut(self, checked: Checked) -> ibis.Table:
        contract, rows = checked.contract, checked.accepted
        self._later[contract.name], self._hidden[contract.name] = 0, {}
        # most shops hold nothing later, which their check has seen already
        times = [t for t, days in checked.days.items() if days and days[1] > self.as_of]
        if not times:
            return self._with_parent(contract, rows)
        with timed("queries"):
            counts = rows.aggregate(**{t: _after(rows[t], self.as_of).sum() for t in times})
            found = {t: int(n) for t, n in counts.to_pyarrow().to_pylist()[0].items()}
        if contract.time in times:
            self._later[contract.name] = found[contract.time]
            rows = rows.filter(~_after(rows[contract.time], self.as_of).fill_null(False))
        hidden = {t: n for t, n in found.items() if t in contract.known_at}
        self._hidden[contract.name] = hidden
        rows = _forget(contract, rows, self.as_of, list(hidden))
        return self._with_parent(contract, rows)

    def _with_parent(self, contract: Table, rows: ibis.Table) -> ibis.Table:
        if contract.parent is None or contract.parent[1] not in self._raw:
            return rows
        column, parent = contract.parent
        if not self.later(parent):
            return rows
        if not contract.time:
            late = rows.anti_join(self[parent], column)
            self._later[contract.name] = int(late.count().execute())
        return rows.semi_join(self[parent], column)


def open_shop(location: str | Path, *, as_of: str | date) -> Tables:
    """Open a shop as it was known at the end of `as_of`.

    Parameters
    ----------
    location
        A folder (CSV, CSV.gz, Parquet), a DuckDB file, or an Ibis URL.
    as_of
        A day, YYYY-MM-DD.
    """
    day = parse_day(as_of)
    return Tables(open_source(location), as_of=day)


def once_per_shop(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of a shop work once per parameters; what it gave goes with the shop."""
    kept: WeakKeyDictionary[Tables, dict[tuple, Any]] = WeakKeyDictionary()

    @functools.wraps(answer)
    def ask(shop: Tables, **parameters: Any) -> Any:
        known, key = kept.setdefault(shop, {}), tuple(sorted(parameters.items()))
        if key not in known:
            known[key] = answer(shop, **parameters)
        return known[key]

    return ask


def how_to_get(name: str) -> str:
    """Say in a sentence that a table (or table.column) is missing, and where a shop gets it."""
    table, _, column = name.partition(".")
    contract = TABLES[table]
    what = f"no {table}"
    if column:
        what = f"no {column} in {table} ({contract[column].meaning})"
    return f"This shop has {what}. Where to get it: {contract.source}."


def _after(value: ibis.Value, as_of: date) -> ibis.BooleanValue:
    if value.type().is_date():
        return value > ibis.literal(as_of)
    return value >= ibis.literal(datetime.combine(as_of + timedelta(days=1), time()))


def _forget(contract: Table, rows: ibis.Table, as_of: date, times: list[str]) -> ibis.Table:
    """Null what was not known yet: every column whose `known_at` lies after `as_of`."""
    unknown = {}
    for column in contract.columns:
        late = [_after(rows[t], as_of) for t in column.known_at if t in times]
        if late:
            hidden = ibis.or_(*late).fill_null(False)
            unknown[column.name] = hidden.ifelse(ibis.null(column.dtype), rows[column.name])
    return rows.mutate(**unknown) if unknown else rows
