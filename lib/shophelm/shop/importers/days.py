"""The day that a file is about, as its title or name tells it."""

from __future__ import annotations

import re

from shophelm.shop.importers.language import Input

DAY = "(day)"
"""Stands among a file's columns for the day that the file is about."""
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_NUMBERS = r"(20\d\d)[-/.年]?([01]?\d)[-/.月]?([0-3]?\d)日?"
_WORDS = rf"({'|'.join(MONTHS)})[a-z]*\.? ([0-3]?\d), (20\d\d)"
DAYS = re.compile(f"{_NUMBERS}|{_WORDS}")


def file_day(file: Input) -> str | None:
    """Give the one day that a file's title, or else its name, is about; None for another number."""
    for text in (file.title, file.name):
        days = {_iso(m) for m in DAYS.finditer(text)}
        if days:
            return days.pop() if len(days) == 1 else None
    return None


def _iso(found: re.Match) -> str:
    year, month, day, name, of_month, of_year = found.groups()
    if name:
        year, month, day = of_year, str(MONTHS.index(name) + 1), of_month
    return f"{year}-{int(month):02}-{int(day):02}"
