"""The words in which an export format is written: its files, and what they become."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import ibis

from shophelm.shop.reading import Raw

if TYPE_CHECKING:
    from shophelm.shop.importers.desk import Desk

FILE = 10**11
"""`_row` of a record is its file's number times this, plus its place in the file."""
STAMP = re.compile(
    r"20\d{2}[-_.]?[01]\d[-_.]?[0-3]\d(?:[-_. T]?[0-2]\d[-_.:]?[0-5]\d(?:[-_.:]?[0-5]\d)?)?"
)
PART = 10**15
"""Added for each further row that one record becomes; such rows are not counted as records."""


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of file that a format knows, recognised by its column names.

    Attributes
    ----------
    name, what
        Its name in the import's record, and what a message calls it.
    needs, uses
        Columns it must have, and columns that are mapped where it has them.
    personal
        Columns about a person → what is kept of them ("" for nothing).
    table
        The contract's table that its records become; "" where they are only looked up.
    unit
        Columns that tell what a newer export replaces as a whole: the order, or the day and the
        product. Records of a unit that stands in a newer file too are superseded. Empty where files
        do not overlap, or the format sees to it.
    days
        The column that lists the days its archive is about; "" for none.
    becomes
        For people: table → its columns → where they come from.

    Notes
    -----
    A column may be given as "A|B", where versions of the export call it differently, and with a
    `*` for what changes within a name. Case does not matter.
    """

    name: str
    what: str
    needs: tuple[str, ...]
    uses: tuple[str, ...] = ()
    personal: Mapping[str, str] = field(default_factory=dict)
    table: str = ""
    unit: tuple[str, ...] = ()
    days: str = ""
    becomes: tuple[tuple[str, Mapping[str, str]], ...] = ()

    @property
    def mapped(self) -> tuple[str, ...]:
        """The columns that are read."""
        return self.needs + self.uses


@dataclass(frozen=True, slots=True)
class Format:
    """One export format.

    Attributes
    ----------
    name, help, where
        Its name on the command line, what it is in a line, and where to click to get it.
    roles
        The files it knows; where a header fits several, the first of them is taken.
    map
        The function from its files to the contract's tables.
    required
        Roles of which one must be there, or there is nothing to import.
    currency
        What its money is in; "" where files say it, or hold none.
    encodings
        Tried in turn on its text files.
    header
        Column names, where its files have no header line.
    """

    name: str
    help: str
    where: str
    roles: tuple[Role, ...]
    map: Callable[[Desk], Mapped]
    required: tuple[str, ...]
    currency: str
    encodings: tuple[str, ...] = ("utf-8-sig", "gb18030")
    header: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """One file, or one sheet of a workbook, as text.

    Attributes
    ----------
    number, name
        Its place among the files given (1 first), and its name without folders.
    raw
        Its records, with `_row` counted from 1.
    columns
        Column name without blanks around it → column of `raw`.
    rows
        Records that could be parsed.
    """

    number: int
    name: str
    raw: Raw
    columns: Mapping[str, str]
    rows: int

    @property
    def title(self) -> str:
        """The lines above its header."""
        return self.raw.title

    @property
    def archive(self) -> str:
        """The archive or workbook it lies in; "" where it is a file of its own."""
        return self.name.rpartition(" [")[0]

    @property
    def stamp(self) -> str:
        """The digits of the last date and time in its name, by which exports are told apart."""
        found = STAMP.findall(self.name)
        return re.sub(r"\D", "", found[-1]).ljust(14, "0") if found else ""


@dataclass(frozen=True, slots=True)
class Apart:
    """Records that become no row of their own, counted under one word and not rejected.

    Attributes
    ----------
    category
        The word.
    rows
        `_row` of each record; `amount` where money goes with it; further columns as they are to
        be shown in the file of records kept apart.
    saved
        Whether they are written there.
    counted
        False where they are parts of records that are accounted for elsewhere.
    """

    category: str
    rows: ibis.Table
    saved: bool = True
    counted: bool = True


@dataclass(slots=True)
class Mapped:
    """What a format makes of its files.

    Attributes
    ----------
    tables
        Contract name → rows in the contract's columns (text where they came as text), `_row`.
    records
        The tables whose rows are the files' own records; the others are derived from them.
    refused
        Contract name → records that the format cannot use: `_row`, `_rule`, `_value`, and the
        columns to show.
    apart
        Records kept apart.
    totals
        What the files add up to in their own terms, as exact decimals.
    notes
        What a reader of the tables should know, in sentences.
    currency
        What the files' money is in, where the format leaves it open.
    """

    tables: dict[str, ibis.Table]
    records: tuple[str, ...]
    refused: dict[str, ibis.Table] = field(default_factory=dict)
    apart: list[Apart] = field(default_factory=list)
    totals: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    currency: str = ""


def file_of(row: ibis.IntegerValue) -> ibis.IntegerValue:
    """Give the number of the file that a record stands in."""
    return ((row % PART) / FILE).floor().cast("int64")


def place_of(row: ibis.IntegerValue) -> ibis.IntegerValue:
    """Give a record's place in its file, 1 first."""
    return row % FILE
