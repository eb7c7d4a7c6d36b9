"""An import's tables and those of earlier ones: of each order, day or product the newer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import ibis

from shophelm.shop.checks import Checked, first_row
from shophelm.shop.imported import Overlap
from shophelm.shop.importers.cleaning import NO_CATEGORY
from shophelm.shop.importers.language import Input, file_of

STAMP = "_exported"
"""Column of the tables that says when a row's file was exported, where its name tells; or ""."""
FILLED = frozenset({"products"})
"""Tables of which a newer row keeps what only the older one knows."""


def merged(
    con: ibis.BaseBackend, checked: Checked, inputs: Sequence[Input], held: Path | None
) -> tuple[ibis.Table, Overlap]:
    """Put new rows beside those of earlier imports.

    What a newer export replaces as a whole is an order with all that belongs to it, or the table's
    key. Newer is what was imported later, unless both files' names tell the day of their export.

    Parameters
    ----------
    con
        The connection.
    checked
        The new rows.
    inputs
        The files, for their dates.
    held
        The table of earlier imports; None for none.

    Returns
    -------
    tuple
        The rows, and which of the older ones gave way.
    """
    new = _stamped(checked, inputs)
    if held is None:
        return new, Overlap()
    old = con.read_parquet(str(held))
    if STAMP not in old.columns:
        old = old.mutate(**{STAMP: ibis.literal("")})
    names = [c for c in checked.contract.names if c in {*new.columns, *old.columns}]
    new, old = (_with_unit(t, names, checked) for t in (new, old))
    new, old = _marked(new, old), _marked(old, new)
    stays = old["_there"].isnull() | _later(old[STAMP], old["_there"])
    losing, kept = old.filter(~stays), old.filter(stays)
    winners = new.filter(new["_there"].isnull() | ~_later(new["_there"], new[STAMP]))
    if checked.contract.name in FILLED:
        winners = _filled(winners, losing, names)
    columns = [*names, STAMP]
    days = {}
    if (time := checked.contract.time) in losing.columns:
        day = losing[time].cast("date")
        days = {"first": day.min(), "last": day.max()}
    gave_way = first_row(losing.aggregate(n=losing.count(), **days))
    return ibis.union(winners.select(*columns), kept.select(*columns)), Overlap(*gave_way)


def _stamped(checked: Checked, inputs: Sequence[Input]) -> ibis.Table:
    """Give the accepted rows in the columns there are, and when their files were exported."""
    rows = checked.rows.filter(checked.rows["_rule"].isnull())
    stamps = [(i.number, i.stamp) for i in inputs if i.stamp]
    file = file_of(rows["_row"])
    stamp = file.cases(*stamps, else_="") if stamps else ibis.literal("")
    names = [c for c in checked.contract.names if c in checked.present]
    return rows.select(*names, **{STAMP: stamp})


def _with_unit(table: ibis.Table, names: Sequence[str], checked: Checked) -> ibis.Table:
    """Add what lacks as null, and `_unit`: what is replaced as a whole, as text."""
    contract = checked.contract
    lacking = {n: ibis.null(contract[n].dtype) for n in names if n not in table.columns}
    table = table.mutate(**lacking)
    unit = (contract.parent[0],) if contract.parent else contract.key
    parts = [table[c].cast("string").fill_null("\x1e") for c in unit if c in table.columns]
    return table.mutate(_unit=ibis.literal("\x1f").join(parts))


def _marked(table: ibis.Table, other: ibis.Table) -> ibis.Table:
    """Add `_there`: the newest stamp of the unit on the other side; null where it is not there."""
    theirs = other.group_by(_key=other["_unit"]).aggregate(_there=other[STAMP].max())
    joined = table.left_join(theirs, table["_unit"] == theirs["_key"])
    return joined.drop("_key")


def _later(one: ibis.StringValue, other: ibis.StringValue) -> ibis.BooleanValue:
    """Say whether both are dated, and one is the later."""
    return ((one != "") & (other != "") & (one > other)).fill_null(False)


def _filled(winners: ibis.Table, losers: ibis.Table, names: Sequence[str]) -> ibis.Table:
    """Fill what the winners do not know with what the losers did."""
    older = losers.select(_key=losers["_unit"], **{f"_{n}": losers[n] for n in names})
    joined = winners.left_join(older, winners["_unit"] == older["_key"])
    filled: Mapping[str, ibis.Value] = {n: ibis.coalesce(joined[n], joined[f"_{n}"]) for n in names}
    if "category" in filled:
        known = joined["category"].nullif(NO_CATEGORY)
        filled["category"] = ibis.coalesce(known, joined["_category"], joined["category"])
    return joined.mutate(**filled)
