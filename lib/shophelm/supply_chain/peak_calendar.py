"""Which big sale comes next, and which it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shophelm.shop.campaigns import Campaign, a_year_before, listed_campaigns, next_year
from shophelm.shop.needs import Missing
from shophelm.shop.tables import Tables

KINDS = ("double11", "618")
"""Sales big enough to be stocked for."""
TITLE = "What will the next big sale ask for?"


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
    listed = listed_campaigns(shop)
    if campaign_id:
        now = next((c for c in listed if c.campaign_id == campaign_id), None)
        moved = False
    else:
        big = [c for c in listed if c.kind in KINDS]
        ahead = [c for c in big if c.burst_from >= shop.as_of]
        moved = not ahead
        later = ahead or [next_year(c) for c in big]
        later = [c for c in later if c.burst_from >= shop.as_of]
        now = min(later, key=lambda c: c.burst_from, default=None)
    if now is None:
        return _none(f"campaigns lists no {campaign_id or ' or '.join(KINDS)} in the year to come.")
    before = a_year_before(now, listed)
    if not before or before[-1].warmup_from < shop.first_day + timedelta(weeks=4):
        return _none(
            f"the shop's orders hold no {now.kind} of the year before, with four weeks ahead of it."
        )
    return Peak(now, before[-1], moved)


def campaigns_held_twice(shop: Tables, *, since: date, before: date) -> list[Peak]:
    """Pair campaigns whose burst was over on a day with those of a year earlier, begun since."""
    listed = listed_campaigns(shop)
    return [
        Peak(now, then, moved=False)
        for now in listed
        if now.afterglow_from <= min(before, shop.as_of)
        for then in a_year_before(now, listed)
        if then.warmup_from >= since
    ]


def _none(why: str) -> Missing:
    return Missing(TITLE, "campaigns", f"Nothing to plan from: {why}")
