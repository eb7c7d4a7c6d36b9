"""Which big sale comes next, and which it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from shophelm.shop.calendar import is_a_year
from shophelm.shop.needs import Missing
from shophelm.shop.tables import Tables

KINDS = ("double11", "618")
"""Sales big enough to be stocked for."""
TITLE = "What will the next big sale ask for?"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign's days: each phase ends the day before the next begins."""

    campaign_id: str
    name: str
    kind: str
    warmup_from: date
    burst_from: date
    afterglow_from: date
    ends_on: date

    def days_of(self, phase: str) -> list[date]:
        """List the days of its warmup, burst or afterglow."""
        first, after = {
            "warmup": (self.warmup_from, self.burst_from),
            "burst": (self.burst_from, self.afterglow_from),
            "afterglow": (self.afterglow_from, self.ends_on + timedelta(days=1)),
        }[phase]
        return [first + timedelta(days=i) for i in range((after - first).days)]


@dataclass(frozen=True, slots=True)
class Peak:
    """A campaign to come, and the one of its kind a year before; `moved` where it is not listed."""

    now: Campaign
    before: Campaign
    moved: bool


def next_peak(shop: Tables, campaign_id: str = "") -> Peak | Missing:
    """Pick the campaign to plan for: the one named, or else the next big one.

    Where no big one is listed, the next is last year's, moved by a year.
    """
    listed = _listed(shop)
    if campaign_id:
        now = next((c for c in listed if c.campaign_id == campaign_id), None)
        moved = False
    else:
        big = [c for c in listed if c.kind in KINDS]
        ahead = [c for c in big if c.burst_from >= shop.as_of]
        moved = not ahead
        later = ahead or [_next_year(c) for c in big]
        later = [c for c in later if c.burst_from >= shop.as_of]
        now = min(later, key=lambda c: c.burst_from, default=None)
    if now is None:
        return _none(f"campaigns lists no {campaign_id or ' or '.join(KINDS)} in the year to come.")
    before = _a_year_before(now, listed)
    if not before or before[-1].warmup_from < shop.first_day + timedelta(weeks=4):
        return _none(
            f"the shop's orders hold no {now.kind} of the year before, with four weeks ahead of it."
        )
    return Peak(now, before[-1], moved)


def campaigns_held_twice(shop: Tables, *, since: date, before: date) -> list[Peak]:
    """Pair campaigns whose burst was over on a day with those of a year earlier, begun since."""
    listed = _listed(shop)
    return [
        Peak(now, then, moved=False)
        for now in listed
        if now.afterglow_from <= min(before, shop.as_of)
        for then in _a_year_before(now, listed)
        if then.warmup_from >= since
    ]


def _listed(shop: Tables) -> list[Campaign]:
    listed = [_campaign(row) for row in shop.frame(shop["campaigns"]).itertuples(index=False)]
    return sorted(listed, key=lambda c: (c.burst_from, c.campaign_id))


def _a_year_before(now: Campaign, listed: list[Campaign]) -> list[Campaign]:
    return [
        c for c in listed if c.kind == now.kind and is_a_year((now.burst_from - c.burst_from).days)
    ]


def _campaign(row: Any) -> Campaign:
    return Campaign(*(getattr(row, name) for name in Campaign.__dataclass_fields__))


def _next_year(campaign: Campaign) -> Campaign:
    days = {
        name: _same_date(getattr(campaign, name))
        for name in ("warmup_from", "burst_from", "afterglow_from", "ends_on")
    }
    return Campaign("", f"The next {campaign.kind}", campaign.kind, **days)


def _same_date(day: date) -> date:
    return (pd.Timestamp(day) + pd.DateOffset(years=1)).date()


def _none(why: str) -> Missing:
    return Missing(TITLE, "campaigns", f"Nothing to plan from: {why}")
