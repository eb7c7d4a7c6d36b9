"""Who works in the shop, how well, and who games a measure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Who owns what, and how they multiply carting (products) or visits (channels)."""

    person_id: str
    role: str
    joined_on: str
    skill: float = 1.0
    channels: tuple[str, ...] = ()
    deals: tuple[int, ...] = ()


MERCHANTS = (
    Person("U01", "merchandiser", "2024-06-03", 1.22, deals=(3, 9, 10, 17)),
    Person("U02", "merchandiser", "2024-09-02", 0.85, deals=(1, 2, 7)),
    Person("U03", "merchandiser", "2025-03-03", 1.10, deals=(4, 11, 13, 16)),
    Person("U04", "merchandiser", "2025-02-17", 0.95, deals=(5, 8, 18)),
    Person("U05", "merchandiser", "2025-01-06", 0.80, deals=(6, 12, 14)),
    Person("U06", "merchandiser", "2024-11-11", 1.35, deals=(15, 19, 20)),
)
"""`deals`: positions within each category of the products each was dealt; 1 is the best seller."""
CHANNEL_OWNERS = (
    Person("U07", "channel_manager", "2024-05-06", 1.15, ("ads", "search")),
    Person("U08", "channel_manager", "2025-02-10", 0.90, ("live", "content")),
)
OTHERS = (
    Person("U09", "buyer", "2024-04-01"),
    Person("U10", "designer", "2025-04-07"),
    Person("U11", "crm_manager", "2024-08-05", channels=("direct",)),
)
ORPHAN_GOAL = ("U10", "gmv_paid")
"""A goal whose holder owns no product or channel that moves it."""
GAMER = "U04"
GAMING_PRICE = 0.85
GAMING_RETURNS = 2.0
GAMING_DAYS = 3
