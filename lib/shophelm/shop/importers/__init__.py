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
from shophelm.shop.importers.importing import find_format, import_into
from shophelm.shop.importers.language import Format
from shophelm.shop.importers.pseudonyms import default_key_file

FORMATS: dict[str, Format] = {
    form.FORMAT.name: form.FORMAT
    for form in (tmall_orders, taobao_orders, online_retail, olist, taobao_events)
}


def import_files(
    format_name: str,
    files: Iterable[str | Path],
    to: str | Path,
    *,
    key_file: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> ImportRecord:
    """Turn a platform's export files into a shop's folder of typed Parquet tables.

    Nothing is written unless everything could be; tables in the folder that this import does not
    make stay as they are. Names, phones, addresses and messages are left behind; buyer ids become
    keyed hashes.

    Parameters
    ----------
    format_name
        A name in `FORMATS`.
    files
        CSV, TSV, gzip, zip, xlsx or Parquet files, in any order.
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
        If a file cannot be read as the format, or holds nothing that can be used.
    ReportError
        If the folder cannot be written, or the import would leave a mixture in it.
    """
    form = find_format(format_name, FORMATS)
    return import_into(form, files, to, key_file=key_file, progress=progress)


__all__ = [
    "FORMATS",
    "Format",
    "ImportRecord",
    "default_key_file",
    "find_format",
    "import_files",
    "read_records",
]
