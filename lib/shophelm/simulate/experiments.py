"""Page tests: which visitor saw which variant, and when first."""

from __future__ import annotations

import numpy as np

from shophelm.simulate import calendar, words
from shophelm.simulate.customers import People
from shophelm.simulate.ids import visitor_ids
from shophelm.simulate.planted.buyers import PERSONAS
from shophelm.simulate.planted.marketing import EXPERIMENTS
from shophelm.simulate.sessions import Visits


def experiment_rows() -> dict:
    """Make the `experiments` table."""
    return {
        "experiment_id": [e.experiment_id for e in EXPERIMENTS],
        "question": [e.question for e in EXPERIMENTS],
        "unit": ["visitor"] * len(EXPERIMENTS),
        "started_on": np.array([e.days[0] for e in EXPERIMENTS], dtype="datetime64[D]"),
        "ended_on": np.array([e.days[1] for e in EXPERIMENTS], dtype="datetime64[D]"),
        "control_variant": [e.variants[0] for e in EXPERIMENTS],
        "primary_metric": ["cart_rate"] * len(EXPERIMENTS),
        "planned_split": [f"{e.variants[0]}:0.5;{e.variants[1]}:0.5" for e in EXPERIMENTS],
    }


def exposure_rows(visits: Visits, people: People) -> dict:
    """Make the `exposures` table of one block: all who came while a test ran, at first visit."""
    parts = []
    for n, test in enumerate(EXPERIMENTS):
        first, last = (calendar.day_number(d) for d in test.days)
        during = np.flatnonzero((visits.day >= first) & (visits.day <= last))
        person, at = np.unique(visits.person[during], return_index=True)
        parts.append((np.full(len(person), n), person, visits.start[during][at]))
    test, person, second = (np.concatenate(c) for c in zip(*parts, strict=True))
    order = np.lexsort((people.visitor[person], test))
    test, person, second = test[order], person[order], second[order]
    variants = np.array([e.variants for e in EXPERIMENTS], dtype=object)
    return {
        "experiment_id": np.array([e.experiment_id for e in EXPERIMENTS], dtype=object)[test],
        "visitor_id": visitor_ids(people.visitor[person]),
        "variant": variants[test, people.variant[person, test]],
        "first_seen_at": calendar.times(second),
        "device": np.array(words.DEVICES, dtype=object)[people.device[person]],
        "persona": np.array(PERSONAS, dtype=object)[people.persona[person]],
    }
