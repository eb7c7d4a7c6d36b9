"""Every table of a shop, once, as data: grain, key, columns, units and promises."""

from shophelm.shop.contract import promoting, selling, steering, supplying, visiting
from shophelm.shop.contract.language import KINDS, MONEY, Column, Kind, Promise, Table, Total

TABLES: dict[str, Table] = {
    table.name: table
    for room in (selling, visiting, promoting, supplying, steering)
    for table in room.TABLES
}

__all__ = ["KINDS", "MONEY", "TABLES", "Column", "Kind", "Promise", "Table", "Total"]
