"""The days of the chain, with the promotion calendar beside them."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from shophelm.data.chain import ANY_CHAIN
from shophelm.shop.calendar import Period, campaign_phases, public_holidays
from shophelm.shop.definitions import TERMS
from shophelm.shop.measures import measure
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, change, in_unit, listing, plural, sentence

PHASES = (("warm-up", "warmup_from", "burst_from"), ("burst", "burst_from", "afterglow_from"))


@question("How did the chain run, day by day?", ANY_CHAIN, campaigns="promotion phases drawn in")
def daily(shop: Tables, *, days: int = 400) -> pd.DataFrame:
    """Count the chain for each of the last `days` days.

    Returns
    -------
    DataFrame
        One row per day, in order, without gaps: day, then the terms the shop can give. A day
        without a row in any table is a row of nulls.
    """
    first = max(shop.first_day, shop.as_of - timedelta(days=days - 1))
    every = [first + timedelta(days=i) for i in range((shop.as_of - first).days + 1)]
    counted = measure(shop, {"": every}, by=["day"]).droplevel("span")
    counted.index = pd.to_datetime(counted.index)
    return counted.reindex(pd.to_datetime(every)).rename_axis("day").reset_index()


def promotion_calendar(
    shop: Tables, days: pd.DataFrame | Missing, *, country: str = "CN"
) -> pd.DataFrame | Missing:
    """List the campaign phases and public holidays that touch some days.

    Parameters
    ----------
    shop
        Campaigns are read where the shop has them.
    days
        As `daily` gives them.
    country
        Two-letter code of the country whose public holidays are listed; "" for none.

    Returns
    -------
    DataFrame
        what (warm-up, burst, holiday), name, first, last; ends included, in order of first.
    """
    if isinstance(days, Missing):
        return days
    period = Period(days["day"].iloc[0].date(), days["day"].iloc[-1].date())
    rows = _phases(shop) + [("holiday", *h) for h in public_holidays(period, country=country)]
    frame = pd.DataFrame(rows, columns=["what", "name", "first", "last"])
    touching = (frame["first"] <= period.last) & (frame["last"] >= period.first)
    return frame[touching].sort_values(["first", "what"]).reset_index(drop=True)


@carries_missing
def find_trend(days: pd.DataFrame, *, currency: str) -> Sentence:
    """Name the best and the weakest day."""
    term = "gmv_paid" if "gmv_paid" in days else "visitors"
    values = as_floats(days.set_index("day")[term]).dropna() if term in days else pd.Series()
    if values.empty:
        return sentence("No day up to as_of has {term}.", term=TERMS[term].title)
    show = in_unit(TERMS[term].unit, currency=currency)
    return sentence(
        "Over {n} the median day brought {median} of {term}; the best was {best} ({high}), the "
        "weakest {worst} ({low}).",
        n=plural(len(days), "day"),
        term=TERMS[term].title,
        median=show(values.median()),
        best=f"{values.idxmax():%Y-%m-%d}",
        high=show(values.max()),
        worst=f"{values.idxmin():%Y-%m-%d}",
        low=show(values.min()),
    )


def find_campaigns(shop: Tables, compared: pd.DataFrame | Missing, period: Period) -> Sentence:
    """Say which campaign the period belongs to, and how its phase did against last year's."""
    if isinstance(compared, Missing) or not shop.has("campaigns"):
        return sentence("Campaigns are not known: the shop has no promotion calendar.")
    campaigns = shop.frame(shop["campaigns"].order_by("campaign_id"))
    phases = dict.fromkeys(campaign_phases(period.every_day, campaigns))
    named = [p for p in phases if p]
    if not named:
        return sentence("No campaign ran in this period.")
    rows = compared.set_index("term")
    if "last_year_phase_change" not in rows or "gmv_paid" not in rows.index:
        return sentence("{phases}: last year's like is not known.", phases=listing(named))
    change_on_year = rows["last_year_phase_change"]
    return sentence(
        "{phases}: GMV paid {gmv}, visitors {visitors} against the same phases last year.",
        phases=listing(named),
        gmv=change(change_on_year["gmv_paid"]),
        visitors=change(change_on_year.get("visitors")),
    )


def _phases(shop: Tables) -> list[tuple]:
    if not shop.has("campaigns"):
        return []
    campaigns = shop.frame(shop["campaigns"].order_by("warmup_from", "campaign_id"))
    return [
        (phase, c["name"], c[start], c[end] - timedelta(days=1))
        for c in campaigns.to_dict("records")
        for phase, start, end in PHASES
        if c[start] < c[end]
    ]
