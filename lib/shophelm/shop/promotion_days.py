"""Which days are promotion days, of what kind and phase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shophelm.shop.calendar import campaign_kinds
from shophelm.shop.tables import Tables


def promotion_days(shop: Tables, days: Sequence[date]) -> list[tuple[str, int]]:
    """Say of each day what `calendar.campaign_kinds` says; ("", 0) throughout without campaigns."""
    if not shop.has("campaigns"):
        return [("", 0)] * len(days)
    campaigns = shop.frame(shop["campaigns"].order_by("campaign_id"))
    return campaign_kinds(days, campaigns)
