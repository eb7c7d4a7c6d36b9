"""Days, weeks and promotion phases. Nothing here reads the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import holidays
import pandas as pd

from shophelm.errors import ParameterError

YEAR_OF_WEEKS = timedelta(days=364)
"""52 weeks: the same week day a year earlier."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Count the days."""
        return (self.last - self.first).days + 1

    @property
    def every_day(self) -> list[date]:
        """List the days."""
        return [self.first + timedelta(days=i) for i in range(self.days)]

    @property
    def before(self) -> Period:
        """The period of the same length that ends the day before this one."""
        return self.shifted(-timedelta(days=self.days))

    @property
    def same_week_days_before(self) -> Period:
        """The latest period of the same length before this one with the same week days."""
        return self.shifted(-timedelta(weeks=-(-self.days // 7)))

    def shifted(self, by: timedelta) -> Period:
        """Give the period moved by some days."""
        return Period(self.first + by, self.last + by)

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def parse_day(text: str | date, *, name: str = "as_of") -> date:
    """Read a day written YYYY-MM-DD.

    Raises
    ------
    ParameterError
        If it is not one.
    """
    if isinstance(text, datetime):
        return text.date()
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise ParameterError(
            f"{name} is {text!r}, which is not a day. Write it as YYYY-MM-DD, such as 2026-11-15."
        ) from None


def next_month(day: date) -> date:
    """Give the first day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def last_days(as_of: date, *, days: int = 7) -> Period:
    """Give the period of `days` days that ends on `as_of`."""
    if days < 1:
        raise ParameterError(f"days is {days}. A period has at least one day.")
    return Period(as_of - timedelta(days=days - 1), as_of)


def days_before(period: Period, days: int) -> Period:
    """Give the period of `days` days that ends the day before another begins."""
    return last_days(period.first - timedelta(days=1), days=days)


def same_days_last_year(period: Period) -> dict[date, date]:
    """Map each day to the same week day 52 weeks earlier."""
    return {d: d - YEAR_OF_WEEKS for d in period.every_day}


def same_phase_last_year(period: Period, campaigns: pd.DataFrame) -> dict[date, date]:
    """Map each day to its like of last year, by promotion phase.

    A day inside a campaign answers to the day as far from the burst of the campaign of the same
    kind a year earlier; any other day to the same week day 52 weeks earlier. Spring Festival
    moves by up to a month, so the phase, not the date, says what a day may be compared with.

    Parameters
    ----------
    period
        The days to map.
    campaigns
        The contract's table: kind, warmup_from, burst_from, ends_on.
    """
    listed = _listed(campaigns)
    return {d: _like(d, listed) for d in period.every_day}


def campaign_phases(days: Sequence[date], campaigns: pd.DataFrame) -> list[str]:
    """Name the campaign and phase each day lies in, such as "Double 11: burst"; "" for none."""
    running = _running_on(days, campaigns)
    return ["" if r is None else f"{r.name}: {_phase(day, r)}" for day, r in running]


def campaign_kinds(days: Sequence[date], campaigns: pd.DataFrame) -> list[tuple[str, int]]:
    """Say of each day what kind of promotion day it is, and how far from the burst it lies.

    Returns
    -------
    list of (str, int)
        Such as ("double11: burst", 0), the same words every year, and days since the burst began;
        ("", 0) for an ordinary day.
    """
    running = _running_on(days, campaigns)
    return [
        ("", 0) if r is None else (f"{r.kind}: {_phase(day, r)}", (day - r.burst_from).days)
        for day, r in running
    ]


def public_holidays(period: Period, *, country: str) -> list[tuple[str, date, date]]:
    """List the public holidays of the years a period touches: name, first and last day.

    Parameters
    ----------
    period
        The days.
    country
        Two-letter code; "" for no holidays.

    Raises
    ------
    ParameterError
        If the country's holidays are not known.
    """
    if not country:
        return []
    years = range(period.first.year, period.last.year + 1)
    try:
        named = holidays.country_holidays(country, years=years, language="en_US")
    except NotImplementedError:
        raise ParameterError(
            f"country is {country!r}, whose public holidays are not known. Give a two-letter code "
            "such as CN, GB or BR, or an empty text for no holidays."
        ) from None
    found: list[tuple[str, date, date]] = []
    for day, name in sorted(named.items()):
        if found and found[-1][0] == name and found[-1][2] == day - timedelta(days=1):
            found[-1] = (name, found[-1][1], day)
        else:
            found.append((name, day, day))
    return found


def _phase(day: date, running: Any) -> str:
    if day < running.burst_from:
        return "warm-up"
    return "burst" if day < running.afterglow_from else "afterglow"


def is_a_year(days: int) -> bool:
    """Say whether so many days lie between a campaign and its like of the year before.

    A lunar festival moves by up to a month, and other campaigns by some weeks.
    """
    return 300 <= days <= 430


def _listed(campaigns: pd.DataFrame) -> list[Any]:
    return list(campaigns.itertuples(index=False))


def _like(day: date, listed: list[Any]) -> date:
    running = _running(day, listed)
    if running is not None:
        offset = day - running.burst_from
        for earlier in listed:
            gap = (running.burst_from - earlier.burst_from).days
            if earlier.kind == running.kind and is_a_year(gap):
                return earlier.burst_from + offset
    return day - YEAR_OF_WEEKS


def _running_on(days: Sequence[date], campaigns: pd.DataFrame) -> list[tuple[date, Any]]:
    listed = _listed(campaigns)
    return [(day, _running(day, listed)) for day in days]


def _running(day: date, listed: list[Any]) -> Any:
    """Pick the campaign a day lies in: of several, the one whose burst is nearest."""
    running = [c for c in listed if c.warmup_from <= day <= c.ends_on]
    return min(running, key=lambda c: abs((day - c.burst_from).days), default=None)
