"""What a question needs, and what stands in its place where the shop does not have it."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import shophelm
from shophelm.shop.answers import answered
from shophelm.shop.contract import TABLES
from shophelm.shop.tables import Tables, how_to_get


@dataclass(frozen=True, slots=True)
class Question:
    """A question a notebook asks.

    Attributes
    ----------
    area, title
        The notebook, and what is asked.
    needs
        Tables or columns without which it stays unanswered; "a|b" is satisfied by either.
    adds
        Table → what it adds to the answer where the shop has it.
    """

    area: str
    title: str
    needs: tuple[str, ...]
    adds: dict[str, str]


@dataclass(frozen=True, slots=True)
class Missing:
    """Stands where an answer would, when a table is missing; whatever is made of it is Missing."""

    title: str
    needs: str
    why: str = ""

    def __str__(self) -> str:
        return f"Not answered: {self.title} {self.why or _remedy(self.needs)}"


AREAS = ("strategy", "store", "promotion", "user", "supply_chain", "data", "team")
QUESTIONS: dict[str, Question] = {}


def question(title: str, *needs: str, **adds: str) -> Callable[[Callable], Callable]:
    """Register a question function, and answer `Missing` where a table it needs is missing.

    Parameters
    ----------
    title
        What is asked, as the manager would say it.
    needs
        Tables or table.column names; "a|b" is satisfied by either.
    adds
        Table → what it adds to the answer where the shop has it.
    """

    def register(function: Callable) -> Callable:
        area = function.__module__.split(".")[1]
        QUESTIONS[f"{area}.{function.__name__}"] = Question(area, title, needs, adds)

        @functools.wraps(function)
        def ask(shop: Tables | Missing, *args: Any, **parameters: Any) -> Any:
            if isinstance(shop, Missing):
                return shop
            lacking = next((n for n in needs if not any(map(shop.filled, n.split("|")))), None)
            if lacking is None:
                return answered(function, shop, args, parameters)
            tables = [n.partition(".")[0] for n in lacking.split("|")]
            why = next((shop.unusable[t] for t in tables if t in shop.unusable), "")
            return Missing(title, lacking, why)

        return ask

    return register


def carries_missing(function: Callable) -> Callable:
    """Make a function of an answer give back the first of its arguments that is `Missing`."""

    @functools.wraps(function)
    def pass_on(*args: Any, **parameters: Any) -> Any:
        missing = next((a for a in args if isinstance(a, Missing)), None)
        return missing if missing is not None else function(*args, **parameters)

    return pass_on


def all_known(answers: Iterable[list[Any] | Missing]) -> list[Any]:
    """Join the lists that answers are; those that are `Missing` bring nothing."""
    return [one for answer in answers if not isinstance(answer, Missing) for one in answer]


def unlocks(table: str) -> list[str]:
    """List what a table helps to answer, each with its area."""
    meet_all()
    known = [QUESTIONS[name] for name in sorted(QUESTIONS)]
    answers = [
        f"{q.title} ({q.area})"
        for q in known
        if any(n.partition(".")[0] == table for need in q.needs for n in need.split("|"))
    ]
    return answers + [f"{q.adds[table]} ({q.area})" for q in known if table in q.adds]


@functools.cache
def meet_all() -> None:
    """Import every question module that exists, so that each question is registered."""
    there = {m.name for m in pkgutil.iter_modules(shophelm.__path__)}
    for area in there.intersection(AREAS):
        package = importlib.import_module(f"shophelm.{area}")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")


def _remedy(needs: str) -> str:
    first, *others = needs.split("|")
    instead = [TABLES[o.partition(".")[0]] for o in others]
    either = "".join(f" Or {t.name}: {t.source}." for t in instead)
    return how_to_get(first) + either
