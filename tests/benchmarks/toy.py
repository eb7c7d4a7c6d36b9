"""A case whose contenders need nothing but Python, one of them wrong."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.harness.case import Answer, Case, Contender


def right(folder: Path) -> Answer:
    return json.loads((folder / "days.json").read_text())


def by_the_cent(folder: Path) -> Answer:
    days = right(folder)
    return days | {"gmv": [value + 1e-9 for value in days["gmv"]]}


def wrong(folder: Path) -> Answer:
    days = right(folder)
    return days | {"visitors": [n + (n == 7) for n in days["visitors"]]}


def broken(folder: Path) -> Answer:
    raise ValueError(f"nothing to count in {folder.name}")


def twice(days: Answer) -> Answer:
    return {name: [v / 2 for v in days[name]] if name == "gmv" else days[name] for name in days}


def doubled(folder: Path) -> Answer:
    days = right(folder)
    return days | {"gmv": [value * 2 for value in days["gmv"]]}


CASE = Case(
    module=__name__,
    title="a toy",
    key="day",
    counts=("visitors",),
    money=("gmv",),
    contenders=(
        Contender("right", right, ("packaging",)),
        Contender("by the cent", by_the_cent, ()),
        Contender("prepared", twice, (), prepare=doubled),
        Contender("wrong", wrong, ()),
        Contender("broken", broken, ()),
    ),
)
