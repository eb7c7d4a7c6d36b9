"""What an import did: every record of every file accounted for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from shophelm.errors import DataError

RECORD_FILE = "import.json"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file: accepted + rejected + all kept apart = read."""

    name: str
    role: str
    read: int
    accepted: int
    rejected: int
    rejected_by_rule: dict[str, int] = field(default_factory=dict)
    apart: dict[str, int] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    personal: dict[str, str] = field(default_factory=dict)

    @property
    def kept_apart(self) -> int:
        """Records kept apart, whatever the category."""
        return sum(self.apart.values())


@dataclass(frozen=True, slots=True)
class TableRecord:
    """One table made: accepted + rejected = read."""

    read: int
    accepted: int
    rejected: int
    rejected_by_rule: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ApartRecord:
    """Records kept apart under one word, and the money that goes with them ("" for none).

    `counted` is False where they are parts of records that the files count elsewhere.
    """

    records: int
    amount: str = ""
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Overlap:
    """Rows of earlier imports that gave way, and the first and last day they are of."""

    rows: int = 0
    first: date | None = None
    last: date | None = None

    def __str__(self) -> str:
        of = f", of {self.first} to {self.last}," if self.first else ""
        return f"{self.rows:,} row{'s' * (self.rows != 1)} of earlier imports{of}"


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import.

    Attributes
    ----------
    format, currency
        The format's name, and what its money is in.
    files, tables, apart
        What was read, made, and kept apart.
    totals
        What the files add up to in their own terms, as exact decimals.
    notes
        What a reader of the tables should know, in sentences.
    mark
        A digest of the format and the files: an import of the same again takes its place.
    replaced
        Table → what gave way of earlier imports; not kept in the record.
    """

    format: str
    currency: str
    files: tuple[FileRecord, ...]
    tables: dict[str, TableRecord]
    apart: dict[str, ApartRecord] = field(default_factory=dict)
    totals: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    mark: str = ""
    replaced: dict[str, Overlap] = field(default_factory=dict, compare=False)

    def lines(self) -> list[str]:
        """Say in lines what became of every record, and what to know of the tables made."""
        said = [f"{f.name}: {_became(f)}" for f in self.files]
        said += [f"made {name} with {t.accepted:,} rows" for name, t in self.tables.items()]
        said += [
            f"{name}: {overlap} gave way to newer ones in these files"
            for name, overlap in self.replaced.items()
            if overlap.rows
        ]
        said += [f"{name}: {total} in all" for name, total in self.totals.items()]
        return [*said, *self.notes]

    def to_json(self) -> dict:
        """Give the record as JSON's own types."""
        held = asdict(self)
        del held["replaced"]
        return json.loads(json.dumps(held))

    @classmethod
    def from_json(cls, data: dict) -> ImportRecord:
        """Read what `to_json` gave."""
        files = tuple(FileRecord(**{**f, "unmapped": tuple(f["unmapped"])}) for f in data["files"])
        return cls(
            format=data["format"],
            currency=data["currency"],
            files=files,
            tables={name: TableRecord(**t) for name, t in data["tables"].items()},
            apart={name: ApartRecord(**a) for name, a in data["apart"].items()},
            totals=dict(data["totals"]),
            notes=tuple(data["notes"]),
            # imports of before there were marks have none
            mark=data.get("mark", ""),
        )


def _became(file: FileRecord) -> str:
    parts = [f"{file.accepted:,} accepted", f"{file.rejected:,} rejected"]
    parts += [f"{n:,} {category}" for category, n in file.apart.items()]
    text = f"{file.read:,} records read = {' + '.join(parts)}"
    if file.unmapped:
        text += f"; columns not used: {', '.join(file.unmapped)}"
    if file.personal:
        text += f"; personal columns left out or hashed: {', '.join(file.personal)}"
    return text


def read_records(folder: Path) -> tuple[ImportRecord, ...]:
    """Read the imports that made a shop's folder; none where it was not made by an import.

    Raises
    ------
    DataError
        If the folder's import.json is not what an import wrote.
    """
    path = folder / RECORD_FILE
    if not path.exists():
        return ()
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return tuple(ImportRecord.from_json(r) for r in held["imports"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(
            f"{path} is not what `shophelm import` wrote. Import into a new folder."
        ) from None


def write_records(folder: Path, records: Iterable[ImportRecord]) -> None:
    """Write the imports that made a shop's folder."""
    text = json.dumps({"imports": [r.to_json() for r in records]}, ensure_ascii=False, indent=2)
    new = folder / f"{RECORD_FILE}.new"
    new.write_text(text + "\n", encoding="utf-8")
    # the file that is there may be the shop's own, under a second name: it is left as it is
    new.replace(folder / RECORD_FILE)
