"""A campaign's phases, and its burst hour by hour, beside last year's and the target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import pandas as pd

from shophelm.promotion.burst_hours import burst_hours, figure_of
from shophelm.promotion.newcomers import newcomers_from
from shophelm.shop.buyers import order_worths
from shophelm.shop.campaigns import (
    PHASES,
    Campaign,
    a_year_before,
    listed_campaigns,
    picked_campaign,
)
from shophelm.shop.measures import measure
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats, relative_change
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.shop.targets import target_for
from shophelm.words import Sentence, change, listing, money, plural, rate, sentence

TITLE = "How did each phase run, beside last year's?"
NAMES = {"warmup": "warm-up", "burst": "burst", "afterglow": "afterglow"}
COUNTED = (
    *("visitors", "cart_visitors", "pay_conversion", "buyers", "new_buyers", "orders"),
    *("spend_per_buyer", "average_order_value", "gmv_paid"),
)


@dataclass(frozen=True, slots=True)
class Phases:
    """How a campaign ran.

    Attributes
    ----------
    campaign, before
        It, and the one of its kind a year before; None where the shop does not know one.
    rows
        One row per phase begun and term: phase, days (of it that are known), term, figure, unit,
        now, last_year (as many days of the same phase), change, target, attainment.
    hours
        As `burst_hours.burst_hours` gives them.
    """

    campaign: Campaign
    before: Campaign | None
    rows: pd.DataFrame
    hours: pd.DataFrame


@question(
    TITLE,
    "campaigns",
    "orders",
    events="traffic and carts by phase",
    customers="members won",
    targets="the target of each phase",
    order_lines="margin by phase",
)
def phases(shop: Tables, *, campaign: str = "") -> Phases | Missing:
    """Hold each phase of a campaign, so far as it has come, against last year's and the target.

    Parameters
    ----------
    shop
        The shop.
    campaign
        Its id; the latest one that has ended if empty.

    Returns
    -------
    Phases
        A phase that still runs is held against as many days of last year's, and the burst against
        as many hours.
    """
    now = picked_campaign(shop, campaign, title=TITLE)
    if isinstance(now, Missing):
        return now
    earlier = a_year_before(now, listed_campaigns(shop))
    earlier = [c for c in earlier if c.warmup_from >= shop.first_day]
    before = earlier[-1] if earlier else None
    spans = _spans(shop, now, before)
    if not spans:
        why = f"No day of {now.name} lies within the shop's, which begin on {shop.first_day}."
        return Missing(TITLE, "campaigns", why)
    counts = _counted(shop, spans)
    rows = [_row(shop, counts, spans, phase, term) for phase in PHASES for term in counts]
    rows = [r for r in rows if r is not None]
    frame = pd.DataFrame(rows)
    for of, name in (("last_year", "change"), ("target", "attainment")):
        frame[name] = relative_change(frame["now"], frame[of])
    frame["attainment"] += 1
    return Phases(now, before, frame, burst_hours(shop, now, before))


@carries_missing
def shown(found: Phases) -> pd.DataFrame:
    """Lay the phases out side by side, one row per figure, without what nothing is known of."""
    frame = found.rows[["figure", "unit"]].drop_duplicates(ignore_index=True)
    for phase, name in NAMES.items():
        rows = found.rows[found.rows["phase"] == name].set_index("figure")
        for end, column in (("", "now"), ("_change", "change"), ("_of_target", "attainment")):
            frame[f"in_{phase}{end}"] = frame["figure"].map(rows[column])
    return frame.dropna(axis=1, how="all")


@carries_missing
def hours(found: Phases) -> pd.DataFrame:
    """Give the burst hour by hour as the figure draws them."""
    return found.hours


@carries_missing
def find_phases(found: Phases, *, currency: str) -> list[Sentence]:
    """Say how the campaign's money stands beside last year's, and at which share of its burst."""
    name, rows = found.campaign.name, found.rows
    paid = rows[rows["term"] == "gmv_paid"]
    each = [
        f"{r.phase} {money(r.now, currency=currency)}"
        + ("" if math.isnan(r.change) else f" ({change(r.change)})")
        for r in paid.itertuples()
    ]
    last_year = found.before.name if found.before else "no campaign of the year before is known"
    said = [
        sentence(
            "{name} was paid: {each}; beside {last_year}.",
            name=name,
            each=listing(each),
            last_year=last_year,
        )
    ]
    missed = paid[paid["attainment"] < 1]
    if len(missed):
        template = "Behind its target: {phases}."
        behind = [f"{r.phase} at {rate(r.attainment, digits=0)}" for r in missed.itertuples()]
        said.append(sentence(template, phases=listing(behind)))
    return said + _so_far(found, currency)


def _so_far(found: Phases, currency: str) -> list[Sentence]:
    """Say where a burst that still runs stands, at the hour reached last year."""
    hours = found.hours[found.hours["term"] == "gmv_paid"]
    reached = hours[hours["now"].notna()] if len(hours) else hours
    if not len(reached) or len(reached) == len(hours):
        return []
    last = reached.iloc[-1]
    if not last["share"] > 0:
        return []
    return [
        sentence(
            "{hours} into the burst {paid} are paid; at this hour last year it was {share} of its "
            "burst, so that the whole comes to {whole} at that pace.",
            hours=plural(int(last["hour"]), "hour"),
            paid=money(last["now"], currency=currency),
            share=rate(last["share"], digits=0),
            whole=money(last["now"] / last["share"], currency=currency),
        )
    ]


def _spans(shop: Tables, now: Campaign, before: Campaign | None) -> dict[str, list[date]]:
    """Name the known days of each phase, and as many of last year's."""
    spans = {}
    for phase in PHASES:
        days = [d for d in now.days_of(phase) if shop.first_day <= d <= shop.as_of]
        if days:
            spans[phase] = days
            then = before.days_of(phase)[: len(days)] if before else []
            if then:
                spans[f"{phase} before"] = then
    return spans


def _counted(shop: Tables, spans: dict[str, list[date]]) -> dict[str, pd.Series]:
    """Count each term over each span."""
    counts = measure(shop, spans)
    found = {t: as_floats(counts[t]) for t in COUNTED if t in counts}
    if "new_buyers" in found:
        # who is new cannot be told from a short history
        first = newcomers_from(shop)
        short = [s for s, days in spans.items() if days[0] < first]
        found["new_buyers"] = found["new_buyers"].mask(found["new_buyers"].index.isin(short))
    if shop.filled("customers"):
        joined = shop["customers"].mutate(day=lambda t: t.joined_at.date())
        found["new_members"] = _per_span(shop, joined, ibis.literal(1), spans)
    if shop.filled("orders.customer_id") and shop.filled("order_lines"):
        worths = order_worths(shop)
        found["margin"] = _per_span(shop, worths, worths.worth, spans)
    return found


def _per_span(
    shop: Tables, rows: ibis.Table, value: ibis.Value, spans: dict[str, Sequence[date]]
) -> pd.Series:
    sums = {
        f"s{i}": inside(rows.day, days).ifelse(value, 0).sum()
        for i, days in enumerate(spans.values())
    }
    frame = shop.frame(rows.aggregate(**sums))
    return pd.Series(as_floats(frame.iloc[0]).to_numpy(), index=list(spans))


def _row(
    shop: Tables,
    counts: dict[str, pd.Series],
    spans: dict[str, list[date]],
    phase: str,
    term: str,
) -> dict | None:
    if phase not in spans:
        return None
    figure, unit = figure_of(term)
    # a month's target spread evenly says nothing of a burst
    target, exact = target_for(shop, spans[phase]).get(term, (math.nan, False))
    return {
        "phase": NAMES[phase],
        "days": len(spans[phase]),
        "term": term,
        "figure": figure,
        "unit": unit,
        "now": counts[term].get(phase, math.nan),
        "last_year": counts[term].get(f"{phase} before", math.nan),
        "target": float(target) if exact else math.nan,
    }
