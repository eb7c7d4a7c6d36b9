"""Rows of the `events` table."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from shophelm.shop.contract.visiting import EVENT_KINDS
from shophelm.simulate import calendar, ids
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.customers import People
from shophelm.simulate.events import Events
from shophelm.simulate.pages import pages
from shophelm.simulate.planted.shop import CHANNELS


def table(
    events: Events, people: People, catalogue: Catalogue, *, first_event: int, first_session: int
) -> dict:
    """Make the `events` table of one block."""
    customers = people.customer_ids()
    person = pa.array(events.person, mask=~events.signed_in | (events.person >= people.customers))
    return {
        "event_id": ids.numbered("e", first_event + np.arange(len(events)), 9),
        "visitor_id": ids.visitor_ids(people.visitor).take(pa.array(events.person)),
        "customer_id": customers.take(person),
        "session_id": ids.numbered("s", first_session + events.session, 8),
        "occurred_at": calendar.times(events.second),
        "kind": _words(list(EVENT_KINDS), events.kind),
        "product_id": _words(catalogue.ids, events.product),
        "page": _words(pages(), events.page),
        "channel": _words(list(CHANNELS), events.channel),
        "keyword": _keywords(catalogue, events.keyword),
        "dwell_seconds": events.dwell,
    }


def _words(vocabulary: list[str], numbers: np.ndarray) -> pa.Array:
    """Words by number, null below zero."""
    return pa.array(vocabulary, pa.string()).take(pa.array(numbers, mask=numbers < 0))


def _keywords(catalogue: Catalogue, numbers: np.ndarray) -> pa.Array:
    own = [word for product in catalogue.keywords for word in product]
    elsewhere = [f"{product[0]}平替" for product in catalogue.keywords]
    position = np.where(numbers <= -2, len(own) - 2 - numbers, numbers)
    return _words([*own, *elsewhere], np.where(numbers == -1, -1, position))
