"""The shop's campaigns: their phases, and which of them a question is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from shophelm.errors import ParameterError
from shophelm.shop.calendar import Period, is_a_year
from shophelm.shop.needs import Missing
from shophelm.shop.tables import Tables
from shophelm.words import listing

PHASES = ("warmup", "burst", "afterglow")


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

    @property
    def period(self) -> Period:
        """All its days, from the warm-up's first to the afterglow's last."""
        return Period(self.warmup_from, self.ends_on)


def listed_campaigns(shop: Tables) -> list[Campaign]:
    """List the shop's campaigns, the earliest burst first."""
    listed = [_campaign(row) for row in shop.frame(shop["campaigns"]).itertuples(index=False)]
    return sorted(listed, key=lambda c: (c.burst_from, c.campaign_id))


def picked_campaign(shop: Tables, campaign_id: str = "", *, title: str) -> Campaign | Missing:
    """Pick the campaign named, or else the latest one that has ended, or else the latest begun.

    Where none has begun, the question of that title is Missing.

    Raises
    ------
    ParameterError
        If none is named so, or it has not begun by as_of.
    """
    listed = listed_campaigns(shop)
    begun = [c for c in listed if c.warmup_from <= shop.as_of]
    if not campaign_id:
        if not begun:
            why = "No campaign has begun by the last day that counts."
            return Missing(title, "campaigns", why)
        ended = [c for c in begun if c.ends_on <= shop.as_of]
        return max(ended or begun, key=lambda c: c.ends_on)
    found = next((c for c in listed if c.campaign_id == campaign_id), None)
    if found is None:
        names = listing([c.campaign_id for c in begun][::-1]) if begun else "none that has begun"
        raise ParameterError(
            f"campaign is {campaign_id!r}, which is none of the shop's campaigns: {names}."
        )
    if found not in begun:
        raise ParameterError(
            f"campaign is {campaign_id!r}, which begins on {found.warmup_from}, after "
            f"{shop.as_of}. Name one that has begun, or a later as_of."
        )
    return found


def a_year_before(now: Campaign, listed: list[Campaign]) -> list[Campaign]:
    """Give the campaigns of a kind that ran a year before another, the earliest first."""
    return [
        c for c in listed if c.kind == now.kind and is_a_year((now.burst_from - c.burst_from).days)
    ]


def next_year(campaign: Campaign) -> Campaign:
    """Move a campaign to the same dates of the next year."""
    days = {
        name: _same_date(getattr(campaign, name))
        for name in ("warmup_from", "burst_from", "afterglow_from", "ends_on")
    }
    return Campaign("", f"The next {campaign.kind}", campaign.kind, **days)


def campaigns_with_next_year(shop: Tables, *, until: date) -> pd.DataFrame:
    """List the campaigns, and those to come that are not listed on last year's dates.

    Returns
    -------
    DataFrame
        name, kind, warmup_from, burst_from, afterglow_from, ends_on.
    """
    listed = listed_campaigns(shop)
    every = list(listed)
    for c in listed:
        coming = next_year(c)
        while coming.warmup_from <= until:
            there = any(o.kind == c.kind and _overlap(o, coming) for o in every)
            if coming.warmup_from > shop.as_of and not there:
                every.append(coming)
            coming = next_year(coming)
    columns = ["name", "kind", "warmup_from", "burst_from", "afterglow_from", "ends_on"]
    return pd.DataFrame([[getattr(c, n) for n in columns] for c in every], columns=columns)


def _overlap(one: Campaign, other: Campaign) -> bool:
    """Say whether two campaigns of a kind are one, listed and moved: within sixty days."""
    return abs((one.burst_from - other.burst_from).days) <= 60


def _campaign(row: Any) -> Campaign:
    return Campaign(*(getattr(row, name) for name in Campaign.__dataclass_fields__))


def _same_date(day: date) -> date:
    return (pd.Timestamp(day) + pd.DateOffset(years=1)).date()
