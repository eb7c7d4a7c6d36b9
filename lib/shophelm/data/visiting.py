"""What the questions about behaviour share: the period and the one before, steps, sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
OTHER_STEP = "other"
MOST_PAGES = 6


def now_and_before(
    shop: Tables, period: Period, *, columns: Sequence[str] = (), ties: bool = True
) -> dict[str, Journeys]:
    """Read the events of a period ("now") and of the same week days before ("before").

    There is no "before" where the log begins later than it would.
    """
    before = period.same_week_days_before
    if before.first < shop.first_of("events"):
        return {"now": journeys(shop, period, columns=columns, ties=ties)}
    both = journeys(shop, Period(before.first, period.last), columns=columns, ties=ties)
    return {"now": both.during(period), "before": both.during(before)}


def begins_session(events: Journeys) -> np.ndarray:
    """Tell the events that begin a session: after more than 30 minutes of nothing."""
    return session_starts(events.visitor, events.at, gap=GAP_SECONDS * SECOND)


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps that the events of a log are told by.

    Attributes
    ----------
    names
        Of the kinds of events, known and other, then of the item pages that are told apart.
    of_page
        For each page of the log, the step that a view of it is.
    """

    names: list[str]
    of_page: np.ndarray

    def of(self, events: Journeys) -> np.ndarray:
        """Give each event's step, as its place in `names`."""
        page = events.words["page"].codes
        views = events.is_kind("view") & (page >= 0)
        step = events.kind.copy()
        step[views] = self.of_page[page[views]]
        return step


def steps_of(logs: Sequence[Journeys]) -> Steps:
    """Tell item pages apart by `page` where the logs, read together, have few of them.

    The page that is met most is "item page", another "item page: reviews", say.
    """
    names = [*(STEP_NAMES[k] for k in EVENT_KINDS), OTHER_STEP]
    pages = logs[0].words["page"].names
    met = sum(_viewed(log, len(pages)) for log in logs)
    of_page = np.full(len(pages), KIND["view"], dtype=np.int8)
    there = np.flatnonzero(met)
    if 2 <= len(there) <= MOST_PAGES:
        others = there[there != met.argmax()]
        of_page[others] = len(names) + np.arange(len(others))
        names += [f"{STEP_NAMES['view']}: {pages[i]}" for i in others]
    return Steps(names, of_page)


def _viewed(log: Journeys, pages: int) -> np.ndarray:
    def views(rows: slice) -> np.ndarray:
        some = log.take(rows)
        page = some.words["page"].codes
        return np.bincount(page[some.is_kind("view") & (page >= 0)], minlength=pages)

    return sum(log.by_visitors(views), np.zeros(pages, dtype=np.int64))


def once_each(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the distinct pairs of two columns of whole numbers from 0, sorted."""
    side = int(second.max(initial=0)) + 1
    packed = np.unique(first.astype(np.int64) * side + second)
    return packed // side, packed % side
