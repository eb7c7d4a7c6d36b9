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

    Rejected rows go to FOLDER/rejected/TABLE.csv with their row, the rule they break and the
    value; what an earlier check left there is replaced.

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
        True where no row is rejected, none is dated after `as_of`, and every promise is kept.
    """
    shop = open_shop(location, as_of=as_of)
    clean = True
    for name in shop.names:
        checked, later = shop.checked(name), shop.later(name)
        accepted = checked.read - checked.rejected
        say(
            f"{name}: {plural(checked.read, 'row')} read = {accepted:,} accepted + "
            f"{checked.rejected:,} rejected"
            + (f"; {later:,} of the accepted are dated after {shop.as_of}" if later else "")
        )
        clean = clean and not checked.rejected and not later
        if checked.rejected:
            _say_rejected(shop, name, say)
    promises = shop.promises()
    broken = promises[promises["broken"] > 0]
    for b in broken.itertuples():
        say(f"{b.table}: “{b.promise}” fails on {plural(b.broken, 'row')}, such as {b.example}")
    say(f"{len(promises) - len(broken)} of {len(promises)} promises are kept.")
    return clean and broken.empty


def _say_rejected(shop: Tables, name: str, say: Callable[[str], None]) -> None:
    rows = shop.rejects(name)
    for row in rows.head(SHOWN).to_dict("records"):
        value = "" if pd.isna(row["value"]) or row["value"] == "" else f": {row['value']!r}"
        # a database keeps no order of rows
        place = "a row" if pd.isna(row["row"]) else f"row {row['row']:.0f}"
        say(f"  {place}: {row['rule']}{value}")
    folder = Path(shop.source.location)
    if not folder.is_dir():
        return
    target = folder / "rejected" / f"{name}.csv"
    try:
        target.parent.mkdir(exist_ok=True)
        rows.to_csv(target, index=False, encoding="utf-8-sig")
    except OSError as error:
        raise DataError(
            f"The rejected rows cannot be saved to {target} ({error.strerror}). Make the folder "
            "writable, or check a copy of it."
        ) from None
    say(f"  all {len(rows):,} are in {target}")
