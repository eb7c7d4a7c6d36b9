"""A case for another department: what is asked, the evidence, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from shophelm.errors import ParameterError
from shophelm.shop.needs import Missing
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, sentence

SUPPLY, DESIGN, FINANCE = DOSSIERS = ("supply", "design", "finance")
TO = {
    SUPPLY: "purchasing and suppliers",
    DESIGN: "design",
    FINANCE: "finance and marketing",
}


@dataclass(frozen=True, slots=True)
class Case:
    """What a dossier says, in the order in which it is read.

    Attributes
    ----------
    dossier
        Which.
    asked
        The request, with its worth.
    evidence
        What it rests on.
    assumed
        What is taken for granted.
    changes
        What would change the conclusion.
    tables
        By name, what its tables and figures show.
    """

    dossier: str
    asked: Sentence
    evidence: tuple[Sentence, ...]
    assumed: tuple[str, ...]
    changes: tuple[Sentence, ...]
    tables: dict[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class NotAsked(Missing):
    """Stands where a dossier would that nobody asked for; nothing is said of it."""


def asked_for(shop: Tables, dossier: str) -> tuple[Tables | Missing, ...]:
    """Give the shop to the dossier that is asked for, and nothing to the others.

    Parameters
    ----------
    shop
        The shop.
    dossier
        One of `DOSSIERS`; empty for none.

    Returns
    -------
    tuple
        In the order of `DOSSIERS`. A question that is given `NotAsked` works on nothing.

    Raises
    ------
    ParameterError
        If there is no such dossier.
    """
    if dossier and dossier not in DOSSIERS:
        raise ParameterError(
            f"dossier is {dossier!r}. There are {', '.join(DOSSIERS)}; leave it empty for none."
        )
    return tuple(shop if name == dossier else NotAsked(TO[name], name) for name in DOSSIERS)


def told(case: Case | Missing) -> list[Sentence | Missing]:
    """Say what is asked, and the evidence."""
    if isinstance(case, Missing):
        return [] if isinstance(case, NotAsked) else [case]
    head = sentence("For {department}. {asked}", department=TO[case.dossier], asked=case.asked)
    return [head, *case.evidence]


def caveats(case: Case | Missing) -> list[Sentence]:
    """Say what is assumed, and what would change the conclusion."""
    if isinstance(case, Missing):
        return []
    text = "Assumed: {assumptions}."
    return [sentence(text, assumptions="; ".join(case.assumed)), *map(_turn, case.changes)]


def table_of(case: Case | Missing, name: str) -> pd.DataFrame | Missing:
    """Give one of a dossier's tables."""
    return case if isinstance(case, Missing) else case.tables[name]


def _turn(change: Sentence) -> Sentence:
    return sentence("It would change if {change}", change=str(change))
