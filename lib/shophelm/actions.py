"""An action: what to do, whose it is, what it is worth, and how we will know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shophelm.words import Sentence, count, plural, sentence

HORIZON_DAYS = 28
"""Every worth is the money expected over this many days."""
WORTH = ("worth", "worth_low", "worth_high")
"""The fields of an action that are money: the worth, and the ends of its 80% interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do.

    Attributes
    ----------
    kind, subject
        What sort of action, and what it is about; with the area they tell actions apart.
    action
        What to do, in a sentence.
    owner_role
        Whose it is.
    worth, worth_low, worth_high
        Money expected over 28 days and the ends of its 80% interval; None where not known.
    worth_in
        `margin`, `gmv`, or `unknown`.
    metric
        The figure by which we will know.
    due_on
        The day by which we will know.
    """

    kind: str
    subject: str
    action: str
    owner_role: str
    metric: str
    due_on: date
    worth: Decimal | None = None
    worth_low: Decimal | None = None
    worth_high: Decimal | None = None
    worth_in: str = "unknown"

    def as_record(self) -> dict[str, Any]:
        """Give the fields as JSON can hold them."""
        return {k: v if v is None or k == "kind" else str(v) for k, v in asdict(self).items()}


def ranked(actions: Iterable[Action]) -> list[Action]:
    """Order actions by expected worth, those of unknown worth last."""
    return sorted(actions, key=lambda a: (a.worth is None, -(a.worth or 0), a.kind, a.subject))


def find_actions(actions: Sequence[Action], *, hint: str = "") -> Sentence:
    """Say how many actions there are, of how many the worth is known, and how to know the rest."""
    if not actions:
        return sentence("Nothing is to be done that the tables tell of.")
    return sentence(
        "{n} proposed; the worth of {known} is known." + (f" {hint}" if hint else ""),
        n=plural(len(actions), "action is", "actions are"),
        known=count(sum(a.worth is not None for a in actions)),
    )


def worth_fields(
    worth: float | None, low: float | None, high: float | None, worth_in: str
) -> dict[str, Any]:
    """Give an action's fields of worth: to the cent, and what it is in, where it is known."""
    fields: dict[str, Any] = dict(zip(WORTH, map(_cents, (worth, low, high)), strict=True))
    return fields | {"worth_in": "unknown" if fields["worth"] is None else worth_in}


def due(as_of: date) -> date:
    """Give the day by which an action proposed on `as_of` is judged."""
    return as_of + timedelta(days=HORIZON_DAYS)


def _cents(amount: float | None) -> Decimal | None:
    return None if amount is None or amount != amount else Decimal(str(round(amount, 2)))
