"""Which days a campaign is held against."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from shophelm.shop.calendar import Period, public_holidays
from shophelm.shop.campaigns import Campaign

LONG_HOLIDAY = 5
"""Holidays of so many days change how people buy by themselves."""


def baseline(
    listed: list[Campaign], campaign: Campaign, period: Period, country: str
) -> dict[str, Any]:
    """Give what `days_without` is told of a campaign's days, but for the parts asked about.

    Days of any listed campaign are no ordinary ones, nor are those of long holidays and a week
    around.
    """
    days = np.array(period.every_day)
    campaigns = np.any([_within(days, c) for c in listed], axis=0)
    return {
        "week_day": [d.weekday() for d in days],
        "special": _within(days, campaign),
        "ordinary": ~campaigns & ~_holidays(period, days, country),
    }


def holiday_within(campaign: Campaign, country: str) -> str:
    """Name the long public holiday that falls together with a campaign; "" for none."""
    period = campaign.period
    touching = [
        name
        for name, first, last in _long_holidays(period, country)
        if first <= campaign.ends_on and last >= campaign.warmup_from
    ]
    return touching[0] if touching else ""


def _within(days: np.ndarray, campaign: Campaign) -> np.ndarray:
    return (days >= campaign.warmup_from) & (days <= campaign.ends_on)


def _long_holidays(period: Period, country: str) -> list[tuple[str, date, date]]:
    """Join public holidays that hardly a working day parts, and keep the long ones."""
    blocks: list[tuple[str, date, date]] = []
    for name, first, last in sorted(public_holidays(period, country=country), key=lambda h: h[1]):
        if blocks and (first - blocks[-1][2]).days <= 3:
            blocks[-1] = (blocks[-1][0], blocks[-1][1], max(last, blocks[-1][2]))
        else:
            blocks.append((name, first, last))
    return [b for b in blocks if (b[2] - b[1]).days + 1 >= LONG_HOLIDAY]


def _holidays(period: Period, days: np.ndarray, country: str) -> np.ndarray:
    """Tell the days of long holidays and of the week on either side."""
    week, found = timedelta(days=7), np.zeros(len(days), dtype=bool)
    for _, first, last in _long_holidays(period, country):
        found |= (days >= first - week) & (days <= last + week)
    return found
