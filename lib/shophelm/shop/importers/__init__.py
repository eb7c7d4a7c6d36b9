"""A platform's own export files → a shop's folder, with every record accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from shophelm.shop.imported import ImportRecord, read_records
from shophelm.shop.importers import (
    olist,
    online_retail,
    taobao_events,
    taobao_orders,
    tmall_orders,
)
from shophelm.shop.importers.declared import written_down
from shophelm.shop.importers.importing import (
    by_header,
    find_format,
    import_into,
    of_one_format,
)
from shophelm.shop.importers.language import Format
from shophelm.shop.importers.pseudonyms import default_key_file

FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        taobao_orders.FORMAT,
        tmall_orders.FORMAT,
        *written_down(),
        online_retail.FORMAT,
        olist.FORMAT,
        taobao_events.FORMAT,
    )
}
"""Every format by name; where a file fits several equally, the first of them is taken."""


AUTO = "auto"
"""Stands for whatever format each file's columns tell."""


def import_files(
    format_name: str,
    files: Iterable[str | Path],
    to: str | Path,
    *,
    key_file: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> ImportRecord:
    """Turn a platform's export files into a shop's folder of typed Parquet tables.

    Nothing is written unless everything could be. What the folder holds of earlier imports stays;
    of an order, a day or a product that stands in both the newer export is taken, so that to import
    the same again changes nothing. Names, phones, addresses and messages are left behind; buyer ids
    become keyed hashes.

    Parameters
    ----------
    format_name
        A name in `FORMATS`.
    files
        CSV, TSV, gzip, zip, xls, xlsx or Parquet files, in any order.
    to
        The shop's folder.
    key_file
        What ids are hashed with; by default `~/.config/shophelm/key`, made on first use. The
        same key gives the same hashes.
    progress
        Is told a few words about each step.

    Returns
    -------
    ImportRecord
        What became of every record; also written to `import.json` in the folder.

    Raises
    ------
    ParameterError
        If the format is unknown, no file or the same file twice is given, or the key is unusable.
    DataError
        If a file cannot be read as the format, changes while it is read, or holds nothing that can
        be used.
    ReportError
        If the folder cannot be written, or the import would leave a mixture in it.
    """
    form = find_format(format_name, FORMATS)
    choose = of_one_format(form)
    return import_into(choose, files, to, key_file=key_file, progress=progress)[0]


def import_auto(
    files: Iterable[str | Path],
    to: str | Path,
    *,
    key_file: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[ImportRecord, ...]:
    """Do as `import_files` does, with each file in the format that its columns tell.

    Returns
    -------
    tuple
        One record per format. Why a file is taken for what it is, `progress` is told.

    Raises
    ------
    ParameterError, DataError, ReportError
        As `import_files` does; also if a file is of no known format.
    """
    choose = by_header(FORMATS, progress or (lambda _: None))
    return import_into(choose, files, to, key_file=key_file, progress=progress)


__all__ = [
    "AUTO",
    "FORMATS",
    "Format",
    "ImportRecord",
    "default_key_file",
    "find_format",
    "import_auto",
    "import_files",
    "read_records",
]
