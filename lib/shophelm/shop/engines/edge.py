"""What passes between the shop and an engine: files, times, amounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import sqlglot.expressions as sge

from shophelm.errors import DataError
from shophelm.shop.contract import MONEY, TABLES

Opened = tuple[ibis.BaseBackend, dict[str, ibis.Table]]
"""A connection, and the shop's tables by name."""
ZONE = "UTC"
"""In which every session runs, so that the shop's local times pass as they stand."""


def parquet_files(url: str) -> dict[str, str]:
    """Find the tables' files in the folder that a URL's path names: name → file, or pattern.

    Raises
    ------
    DataError
        If there is no such folder.
    """
    folder = Path(urlsplit(url).path)
    if not folder.is_absolute() or not folder.is_dir():
        raise DataError(
            f"{url}: there is no folder {folder}. Give the whole path of a folder of Parquet "
            "files after the address; `shophelm import` writes such a folder."
        )
    there = {name: folder / f"{name}.parquet" for name in TABLES}
    return {
        name: str(path / "*.parquet") if path.is_dir() else str(path)
        for name, path in there.items()
        if path.exists()
    }


class Taught:
    """What Ibis's compiler of any such engine is taught; stands before it in a class's bases."""

    __slots__ = ()
    # Ibis writes these over a class's own methods; they are inherited as they are
    SIMPLE_OPS: ClassVar[dict] = {}

    def visit_NonNullLiteral(self, op: ops.Literal, *, value: Any, dtype: dt.DataType) -> Any:  # noqa: N802
        """Write an amount with money's four decimals where it has no more.

        Ibis gives it none, which an engine refuses, or reads as a whole number.
        """
        if dtype.is_decimal() and dtype.precision is None:
            dtype = dt.Decimal(38, max(MONEY.scale, -value.as_tuple().exponent))
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    def visit_First(  # noqa: N802
        self, op: ops.First, *, arg: Any, where: Any, order_by: tuple, **how: Any
    ) -> Any:
        """Take the value that has the least key, not null."""
        if not order_by:
            return super().visit_First(op, arg=arg, where=where, order_by=order_by, **how)
        known = arg.is_(sge.Null()).not_()
        where = known if where is None else self.binop(sge.And, known, where)
        return self.of_least(arg, [ordered.this for ordered in order_by], where)


def on_the_wall(table: ibis.Table) -> ibis.Table:
    """Give times as the shop's clock showed them, without the zone that an engine puts to them."""
    zoned = [n for n, t in table.schema().items() if t.is_timestamp() and t.timezone]
    return table.mutate(**{n: table[n].cast(dt.Timestamp(scale=6)) for n in zoned})
