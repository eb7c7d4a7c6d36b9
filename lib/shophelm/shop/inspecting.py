"""`shophelm check`: every table of a shop held against the contract, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from shophelm.errors import DataError
from shophelm.shop.tables import Tables, open_shop
from shophelm.words import plural

SHOWN = 3
"""Rejected rows shown per table; the file has them all."""


def inspect(location: str, *, as_of: str | date, say: Callable[[str], None]) -> bool:
    """Check a shop and save its rejected rows.

    Rejected rows go to FOLDER/rejected/TABLE.csv (beside a DuckDB file, to NAME.rejected/) with
    their row, the rule they break and the value; what an earlier check left there is replaced. A
    database behind an address keeps its rows to itself.

    Parameters
    ----------
    location
        A folder, a DuckDB file or an Ibis URL.
    as_of
        Rows dated later are counted: a date in the future is most often a slip.
    say
        Called with each line.

    Returns
    -------
    bool
        True where every table can be used, no row is rejected, none is dated after `as_of`, and
        every promise is kept.
    """
    shop = open_shop(location, as_of=as_of)
    for why in shop.unusable.values():
        say(f"{why} Until then the report does without it.")
    clean = not shop.unusable
    for name in shop.names:
        clean = _table_is_clean(shop, name, say) and clean
    promises = shop.promises()
    broken = promises[promises["broken"] > 0]
    for b in broken.itertuples():
        say(f"{b.table}: “{b.promise}” fails on {plural(b.broken, 'row')}, such as {b.example}")
    say(f"{len(promises) - len(broken)} of {plural(len(promises), 'promise')} are kept.")
    return clean and broken.empty


def _table_is_clean(shop: Tables, name: str, say: Callable[[str], None]) -> bool:
    checked, later, hidden = shop.checked(name), shop.later(name), shop.hidden(name)
    accepted = checked.read - checked.rejected
    parts = [f"{later:,} of the accepted are dated after {shop.as_of}"] if later else []
    parts += [
        f"{n:,} hold a {column} after {shop.as_of}, which reads as not known yet"
        for column, n in hidden.items()
    ]
    say(
        f"{name}: {plural(checked.read, 'row')} read = {accepted:,} accepted + "
        + "; ".join([f"{checked.rejected:,} rejected", *parts])
    )
    if checked.rejected:
        _say_rejected(shop, name, say)
    return not (checked.rejected or later or hidden)


def _say_rejected(shop: Tables, name: str, say: Callable[[str], None]) -> None:
    rows = shop.rejects(name)
    for row in rows.head(SHOWN).to_dict("records"):
        value = "" if pd.isna(row["value"]) or row["value"] == "" else f": {row['value']!r}"
        # a database keeps no order of rows
        place = "a row" if pd.isna(row["row"]) else f"row {row['row']:.0f}"
        say(f"  {place}: {row['rule']}{value}")
    folder = _beside(shop.source.location)
    if folder is None:
        return
    target = folder / f"{name}.csv"
    try:
        target.parent.mkdir(exist_ok=True)
        rows.to_csv(target, index=False, encoding="utf-8-sig")
    except OSError as error:
        raise DataError(
            f"The rejected rows cannot be saved to {target} ({error.strerror}). Make the folder "
            "writable, or check a copy of it."
        ) from None
    say(f"  all {len(rows):,} are in {target}")


def _beside(location: str) -> Path | None:
    """Say where rejected rows go: into the shop's folder, or beside its file; None for a URL."""
    path = Path(location)
    if path.is_dir():
        return path / "rejected"
    return path.with_suffix(".rejected") if path.is_file() else None
