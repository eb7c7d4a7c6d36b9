"""What the next days bring: promotion phases, holidays, tasks due, actions to be judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd

from shophelm.shop.calendar import Period, public_holidays
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, listing, plural, sentence

PHASES = {
    "warmup_from": "warm-up begins",
    "burst_from": "burst begins",
    "afterglow_from": "afterglow begins",
    "ends_on": "last day",
}


def next_days(
    shop: Tables, actions: pd.DataFrame, *, days: int = 7, country: str = "CN"
) -> pd.DataFrame:
    """List what is planned for the days after as_of.

    Parameters
    ----------
    shop
        Its campaigns and launches are read where it has them.
    actions
        The ledger: those still open are due for judgement.
    days
        How many days ahead.
    country
        Two-letter code of the country whose public holidays are listed; "" for none.

    Returns
    -------
    DataFrame
        day, what; in order of day.
    """
    ahead = Period(shop.as_of + timedelta(days=1), shop.as_of + timedelta(days=days))
    holidays = public_holidays(ahead, country=country)
    rows = [
        *_campaigns(shop),
        *((first, f"{name} (public holiday)") for name, first, _ in holidays),
        *_tasks(shop),
        *_judged(actions),
    ]
    inside = sorted({r for r in rows if ahead.first <= r[0] <= ahead.last})
    return pd.DataFrame(inside, columns=["day", "what"])


def find_next_days(ahead: pd.DataFrame, *, days: int = 7) -> Sentence:
    """Say what comes."""
    if ahead.empty:
        return sentence("Nothing is planned for the next {days}.", days=plural(days, "day"))
    return sentence(
        "In the next {days}: {what}.",
        days=plural(days, "day"),
        what=listing([f"{r.day} {r.what}" for r in ahead.itertuples()], most=8),
    )


def _campaigns(shop: Tables) -> Iterator[tuple[date, str]]:
    if shop.has("campaigns"):
        for c in shop.frame(shop["campaigns"].order_by("campaign_id")).to_dict("records"):
            yield from ((c[column], f"{c['name']}: {word}") for column, word in PHASES.items())


def _tasks(shop: Tables) -> Iterator[tuple[date, str]]:
    if shop.has("launches"):
        tasks = shop["launches"].filter(shop["launches"].due_on.notnull())
        for t in shop.frame(tasks).to_dict("records"):
            yield t["due_on"], f"{t['season']}: {t['task']} is due ({t['owner_role']})"


def _judged(actions: pd.DataFrame) -> Iterator[tuple[date, str]]:
    for a in actions.to_dict("records"):
        if a["status"] in ("proposed", "accepted") and a["due_on"]:
            yield a["due_on"], f"we should know: {a['action']} ({a['owner_role']})"
