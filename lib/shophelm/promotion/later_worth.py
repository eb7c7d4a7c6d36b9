"""What a campaign's newcomers left afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import ibis
import numpy as np

from shophelm.promotion.newcomers import first_payments, newcomers_from
from shophelm.shop.buyers import order_worths
from shophelm.shop.campaigns import Campaign
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables

DAYS = 182
FEWEST = 30
"""Newcomers below whom a mean is not said."""


@dataclass(frozen=True, slots=True)
class LaterWorth:
    """What a newcomer left in the half year after the first day, that day left out.

    Attributes
    ----------
    mean, error
        Money, and its standard error; NaN where no campaign of the kind is old enough.
    newcomers
        Whom it was counted from.
    of
        The name of the campaign they came with.
    """

    mean: float
    error: float
    newcomers: int
    of: str

    @property
    def known(self) -> bool:
        """Whether it can be said."""
        return bool(np.isfinite(self.mean))


def later_worth(shop: Tables, campaign: Campaign, listed: list[Campaign]) -> LaterWorth:
    """Give what newcomers of a campaign, or of the latest of its kind that is old enough, left.

    Parameters
    ----------
    shop
        Needs orders with customers.
    campaign, listed
        Which, and all of the shop's.
    """
    ripe = shop.as_of - timedelta(days=DAYS)
    since = newcomers_from(shop)
    alike = [c for c in listed if c.kind == campaign.kind and since <= c.warmup_from]
    alike = [c for c in alike if c.ends_on <= ripe]
    if not alike or not shop.filled("orders.customer_id"):
        return LaterWorth(np.nan, np.nan, 0, "")
    of = alike[-1]
    orders = order_worths(shop).select("customer_id", "day", "worth")
    firsts = first_payments(shop).select("customer_id", first="first_day")
    first, last = (ibis.literal(d) for d in (of.warmup_from, of.ends_on))
    firsts = firsts.filter(firsts["first"].between(first, last))
    rows = orders.inner_join(firsts, "customer_id")
    since = rows.day.delta(rows["first"], unit="day")
    rows = rows.mutate(later=((since > 0) & (since <= DAYS)).ifelse(rows.worth, 0))
    sums = rows.group_by("customer_id").aggregate(later=rows.later.sum())
    values = as_floats(shop.frame(sums.order_by("customer_id"))["later"]).to_numpy()
    if len(values) < FEWEST:
        return LaterWorth(np.nan, np.nan, len(values), of.name)
    error = float(values.std(ddof=1) / np.sqrt(len(values)))
    return LaterWorth(float(values.mean()), error, len(values), of.name)
