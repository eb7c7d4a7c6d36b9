"""The transition matrix of the whole log: moves from step to step, entries and exits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import events
from benchmarks.harness.case import Answer, Case

if TYPE_CHECKING:
    from shophelm.shop.tables import Tables

NAMES = {"view": "item page", "home": "home page", "pay": "payment"}


def count(shop: Tables) -> Answer:
    from shophelm.data.paths import count_moves
    from shophelm.data.visiting import steps_of

    log = events.whole_log(shop, columns=["page"])
    moves = count_moves(log, steps_of([log]))
    return {"move": moves["from"] + " → " + moves["to"], "moves": moves["moves"].tolist()}


def pandas(folder: Path) -> Answer:
    import pandas as pd

    log = events.in_order(folder, "page")
    step = log["kind"].replace(NAMES)
    apart = (log["kind"] == "view") & (log["page"] != "detail")
    step = step.mask(apart, "item page: " + log["page"]).astype("category")
    before = step.shift().cat.add_categories("(entry)").mask(log["starts"], "(entry)")
    inner = pd.DataFrame({"from": before, "to": step}).value_counts()
    ends = log["starts"].shift(-1, fill_value=True)
    moves = [(f"{a} → {b}", n) for (a, b), n in inner.items() if n]
    moves += [(f"{a} → (exit)", n) for a, n in step[ends].value_counts().items() if n]
    names, counts = zip(*moves, strict=True)
    return {"move": names, "moves": counts}


CASE = Case(
    module=__name__,
    title="the transition matrix",
    key="move",
    counts=("moves",),
    money=(),
    contenders=events.contenders(count, sql=Path(__file__).with_suffix(".sql"), pandas=pandas),
)
