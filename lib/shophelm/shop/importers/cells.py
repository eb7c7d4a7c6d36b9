"""Cells of a mapping: which column of an export a contract's column comes from, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis

from shophelm.shop.importers.alibaba import province
from shophelm.shop.importers.cleaning import amount_text, whole_id
from shophelm.shop.importers.days import DAY, MONTHS

MASKED = r"[*#$]{2}|^\*|\*$"
_OFFSET = r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})$"


@dataclass(frozen=True, slots=True)
class Test:
    """Whether a cell is one of some words, begins with one that ends in `*`, or is empty ("").

    Attributes
    ----------
    column, words
        Which cell, and the words.
    negated
        Whether it must be none of them.
    """

    column: str
    words: tuple[str, ...]
    negated: bool = False

    @property
    def said(self) -> str:
        """The test, for people."""
        words = " or ".join(w or "blank" for w in self.words)
        return f"{self.column} is {'not ' * self.negated}{words}"

    def holds(self, cells: ibis.Table) -> ibis.BooleanValue:
        """Say so of each record."""
        cell = cells[self.column]
        found = ibis.or_(*(_is(cell, word) for word in self.words))
        return ~found if self.negated else found


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a column of the contract comes from.

    Attributes
    ----------
    column
        The export's column, as `Role` takes names; `days.DAY` for the day in the file's title or
        name; "" for none.
    value
        What it always is.
    words
        Word → what a cell that holds it stands for, the first that fits; "" fits none.
    take
        A name in `TAKES`: what is taken of the cell.
    when, unless
        The cell counts only where all of these hold, and none of those.
    """

    column: str = ""
    value: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    take: str = ""
    when: tuple[Test, ...] = ()
    unless: tuple[Test, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The export's columns that are read for it."""
        tests = (t.column for t in (*self.when, *self.unless))
        return tuple(dict.fromkeys(c for c in (self.column, *tests) if c))

    @property
    def said(self) -> str:
        """Where it comes from, for people."""
        if self.column == DAY:
            return "the day in the file's title or name"
        if self.value is not None:
            return f"always {self.value}"
        tests = [f"where {t.said}" for t in self.when]
        tests += [f"not where {t.said}" for t in self.unless]
        return ", ".join([self.column, *tests])

    def text(self, cells: ibis.Table, kind: str) -> ibis.StringValue:
        """Give the cells' text as the contract's `kind` of column reads it."""
        if self.value is not None:
            found = ibis.literal(self.value)
        else:
            found = _worded(cells[self.column], self.words)
            found = TAKES[self.take](found) if self.take else found
            found = READS[kind](found) if kind in READS else found
        for test in self.when:
            found = test.holds(cells).ifelse(found, ibis.null("string"))
        for test in self.unless:
            found = test.holds(cells).ifelse(ibis.null("string"), found)
        return found


def read_cell(said: str | Mapping[str, Any]) -> Cell:
    """Read a cell of a mapping.

    Raises
    ------
    ValueError
        If it holds a key or takes what is not known.
    """
    if isinstance(said, str):
        return Cell(column=said)
    unknown = set(said) - {"column", "value", "words", "take", "when", "unless", "of"}
    if unknown or said.get("take", "") not in {"", *TAKES} or said.get("of", "file") != "file":
        raise ValueError(f"{dict(said)} cannot be read")
    tests = {k: read_tests(said[k]) for k in ("when", "unless") if k in said}
    return Cell(
        column=DAY if "of" in said else said.get("column", ""),
        value=said.get("value"),
        words=dict(said.get("words", {})),
        take=said.get("take", ""),
        **tests,
    )


def read_tests(said: Mapping[str, Any] | list[Mapping[str, Any]]) -> tuple[Test, ...]:
    """Read a test of a mapping, or several."""
    each = said if isinstance(said, list) else [said]
    return tuple(
        Test(t["column"], tuple(t.get("words", t.get("except", ()))), "except" in t) for t in each
    )


def _is(cell: ibis.StringValue, word: str) -> ibis.BooleanValue:
    if not word:
        return cell.isnull()
    found = cell.startswith(word[:-1]) if word.endswith("*") else cell == word
    return found.fill_null(False)


def _worded(cell: ibis.StringValue, words: Mapping[str, str]) -> ibis.StringValue:
    if not words:
        return cell
    return ibis.cases(*((cell.contains(word), stands) for word, stands in words.items()))


def _number(cell: ibis.StringValue) -> ibis.StringValue:
    """Write a share of a hundred as a share of one."""
    share = cell.re_search(r"^-?[\d.,]+\s*%$")
    bare = amount_text(cell.re_replace(r"\s*%$", ""))
    return share.ifelse((bare.try_cast("float64") / 100).cast("string"), amount_text(cell))


def _day(cell: ibis.StringValue) -> ibis.StringValue:
    """Write a day as ISO does; what is none, or several days, stays as it is."""
    cell = cell.re_replace(r"[T ]00:00(:00(\.0+)?)?$", "")
    same = r"^(\S+)\s*(~|至|到|-)\s*(\S+)$"
    ends = [cell.re_extract(same, n) for n in (1, 3)]
    cell = (ends[0].notnull() & (ends[0] != "") & (ends[0] == ends[1])).ifelse(ends[0], cell)
    cell = cell.re_replace(r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3")
    cell = cell.re_replace(r"^(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?$", r"\1-\2-\3")
    for number, name in enumerate(MONTHS, start=1):
        cell = cell.re_replace(rf"^{name}[a-z]* (\d{{1,2}}), (\d{{4}})$", rf"\2-{number:02}-\1")
    return cell.re_replace(r"-(\d)(-|$)", r"-0\1\2").re_replace(r"-(\d)$", r"-0\1")


def _time(cell: ibis.StringValue) -> ibis.StringValue:
    """Write a time without its zone: what the clock on the export's wall showed."""
    cell = cell.re_replace(_OFFSET, "").re_replace(r"^(\S+)T(\d)", r"\1 \2")
    cell = cell.re_replace(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})", r"\1-\2-\3")
    cell = cell.re_replace(r"^(\d{4})-(\d)-", r"\1-0\2-")
    cell = cell.re_replace(r"^(\d{4}-\d{2})-(\d)( |$)", r"\1-0\2\3")
    return cell.re_replace(r" (\d):", r" 0\1:")


def _buyer(cell: ibis.StringValue) -> ibis.StringValue:
    """Give who bought; a masked name fits many people, and a cipher changes with every export."""
    return cell.re_search(MASKED).ifelse(ibis.null("string"), cell)


READS: Mapping[str, Callable[[ibis.StringValue], ibis.StringValue]] = {
    "count": lambda cell: whole_id(amount_text(cell)),
    "money": amount_text,
    "number": _number,
    "day": _day,
    "time": _time,
    "id": whole_id,
}
"""Kind of a contract's column → how an export's text becomes what the check reads."""
TAKES: Mapping[str, Callable[[ibis.StringValue], ibis.StringValue]] = {
    "province": province,
    "buyer": _buyer,
}
"""What can be taken of a cell: the province an address begins with; a name that is not masked."""
