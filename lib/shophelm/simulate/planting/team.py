"""Who works in the shop and what they plan, as entries of `truth.json`."""

from __future__ import annotations

import numpy as np

from shophelm.simulate import calendar
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.plans import PLAN
from shophelm.simulate.planted.team import (
    CHANNEL_OWNERS,
    GAMER,
    GAMING_DAYS,
    GAMING_PRICE,
    GAMING_RETURNS,
    MERCHANTS,
    ORPHAN_GOAL,
)


def people(catalogue: Catalogue) -> dict:
    """Say who is how good at what, and who games."""
    ids = np.array(catalogue.ids, dtype=object)
    merchants = {
        p.person_id: {
            "skill": p.skill,
            "on": "cart",
            "products": ids[catalogue.owner == n].tolist(),
        }
        for n, p in enumerate(MERCHANTS)
    }
    managers = {
        p.person_id: {"skill": p.skill, "on": "visits", "channels": p.channels}
        for p in CHANNEL_OWNERS
    }
    return {
        "skill": merchants | managers,
        "rank_of_merchandisers": [p.person_id for p in sorted(MERCHANTS, key=lambda p: -p.skill)],
        "gamer": {
            "person_id": GAMER, "price_factor": GAMING_PRICE, "last_days_of_month": GAMING_DAYS,
            "return_multiplier": GAMING_RETURNS,
        },
        "orphan_goal": dict(zip(("person_id", "metric"), ORPHAN_GOAL, strict=True)),
        "meaning": "skill multiplies carting of owned products, or visits of owned channels, since"
        " the person joined",
    }  # fmt: skip


def targets() -> dict:
    """Say how targets were made."""
    drivers = ("visitors", "pay_conversion", "spend_per_buyer")
    return {
        "planned_growth": dict(zip(drivers, PLAN.growth, strict=True)),
        "days": calendar.DAYS,
        "meaning": "from the second year on a target is last year's period times this growth",
    }
