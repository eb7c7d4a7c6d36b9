"""How well a shop's campaigns repeat: what the second brought beside what the first said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from shophelm.shop.campaigns import Campaign
from shophelm.shop.tables import Tables
from shophelm.supply_chain.peak_calendar import Peak, campaigns_held_twice
from shophelm.supply_chain.peak_days import BASE_DAYS, PeakDays

ASSUMED, ASSUMED_WORTH = 0.2, 2
"""How far a peak stands off what the one before says, relative, before the shop's own campaigns
are asked; and how many of those this is worth."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """How far a peak stands off what the one before says.

    Attributes
    ----------
    off
        Standard deviation of the logarithm, shop-wide, the assumed one weighed in.
    pairs
        Campaigns held twice from which it was learnt.
    """

    off: float
    pairs: int


def repeats(shop: Tables, days: PeakDays, peak: Peak, *, spread: float) -> Repeats:
    """Compare the bursts of campaigns of any kind that the shop held twice before this one.

    Parameters
    ----------
    shop, days, peak
        The shop, its days, and the campaign to come.
    spread
        Variance / mean of a day's units, see `PeakDays.spread`.

    Notes
    -----
    Each burst as a multiple of its usual level, at comparable prices, with the share that chance
    has in the difference taken off. A checkout that broke or a day that was advertised counts.
    """
    since = shop.first_day + timedelta(days=BASE_DAYS)
    pairs = campaigns_held_twice(shop, since=since, before=peak.now.burst_from)
    squares = [_off(days, pair, spread) for pair in pairs]
    known = [s for s in squares if s is not None]
    off = np.sqrt(np.mean([ASSUMED**2] * ASSUMED_WORTH + known))
    return Repeats(float(off), len(known))


def _off(days: PeakDays, pair: Peak, spread: float) -> float | None:
    """Give the square of the logarithm between both multiples, less chance; None if unknown."""
    logs, chance = [], 0.0
    for campaign in (pair.before, pair.now):
        sold, due, base = _burst(days, campaign)
        if not (sold > 0 and due > 0):
            return None
        logs.append(np.log(sold / due))
        chance += spread * (1 / sold + 1 / base)
    return max(float(logs[1] - logs[0]) ** 2 - chance, 0.0)


def _burst(days: PeakDays, campaign: Campaign) -> tuple[float, float, float]:
    """Give units of the burst, what usual days would have brought, and units that say so."""
    base, usual = days.usual(campaign.warmup_from)
    sold, worth = days.on(campaign.days_of("burst"))
    return float(sold[usual > 0].sum()), float((usual * worth).sum()), float(base.sum())
