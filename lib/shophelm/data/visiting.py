"""What the questions about behaviour share: the period and the one before, steps, sessions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shophelm.data.chain import first_day
from shophelm.methods.sequences import session_starts
from shophelm.shop.calendar import Period
from shophelm.shop.contract.visiting import EVENT_KINDS
from shophelm.shop.journeys import KIND, Journeys, journeys
from shophelm.shop.tables import Tables

GAP_SECONDS = 30 * 60
"""A session ends when nothing happens for longer."""
SECOND = 1_000_000
STEP_NAMES = {
    "home": "home page",
    "list": "list",
    "search": "search",
    "view": "item page",
    "favourite": "favourite",
    "cart": "cart",
    "checkout": "checkout",
    "pay": "payment",
}
MOST_PAGES = 6


def now_and_before(
    shop: Tables, period: Period, *, columns: Sequence[str] = (), ties: bool = True
) -> dict[str, Journeys]:
    """Read the events of a period ("now") and of the same week days before ("before").

    There is no "before" where the shop's log or its other tables begin later than it would.
    """
    before = period.same_week_days_before
    if before.first < first_day(shop):
        return {"now": journeys(shop, period, columns=columns, ties=ties)}
    both = journeys(shop, Period(before.first, period.last), columns=columns, ties=ties)
    return {"now": both.during(period), "before": both.during(before)}


def begins_session(events: Journeys) -> np.ndarray:
    """Tell the events that begin a session: after more than 30 minutes of nothing."""
    return session_starts(events.visitor, events.at, gap=GAP_SECONDS * SECOND)


def steps_of(events: Journeys) -> tuple[np.ndarray, list[str]]:
    """Give each event's step, and the steps' names.

    A step is the kind of event. Item pages are told apart by `page` where the log has few of
    them; the one that is met most is "item page", another "item page: reviews", say.
    """
    names = [STEP_NAMES[k] for k in EVENT_KINDS]
    page = events.words["page"]
    views = events.is_kind("view") & (page.codes >= 0)
    met = np.bincount(page.codes[views], minlength=len(page.names))
    there = np.flatnonzero(met)
    if not 2 <= len(there) <= MOST_PAGES:
        return events.kind, names
    others = there[there != met.argmax()]
    step_of_page = np.full(len(page.names), KIND["view"], dtype=np.int8)
    step_of_page[others] = len(names) + np.arange(len(others))
    step = events.kind.copy()
    step[views] = step_of_page[page.codes[views]]
    return step, [*names, *(f"{STEP_NAMES['view']}: {page.names[i]}" for i in others)]
