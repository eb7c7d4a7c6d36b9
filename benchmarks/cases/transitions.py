"""The transition matrix of the whole log: moves from step to step, entries and exits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import events
from benchmarks.harness.case import Answer, Case, Contender

if TYPE_CHECKING:
    import pandas as pd

    from shophelm.shop.tables import Tables

NAMES = {"view": "item page", "home": "home page", "pay": "payment"}


def count(shop: Tables) -> Answer:
    from shophelm.data.paths import count_moves
    from shophelm.data.visiting import steps_of

    log = events.whole_log(shop, columns=["page"])
    moves = count_moves(log, steps_of([log]))
    return {"move": moves["from"] + " → " + moves["to"], "moves": moves["moves"].tolist()}


def _steps(log: pd.DataFrame) -> pd.Series:
    apart = (log["kind"] == "view") & (log["page"] != "detail")
    return log["kind"].replace(NAMES).mask(apart, "item page: " + log["page"])


def pandas(folder: Path) -> Answer:
    import pandas as pd

    log = events.in_order(folder, "page")
    step = _steps(log).astype("category")
    before = step.shift().cat.add_categories("(entry)").mask(log["starts"], "(entry)")
    inner = pd.DataFrame({"from": before, "to": step}).value_counts()
    ends = log["starts"].shift(-1, fill_value=True)
    moves = [(f"{a} → {b}", n) for (a, b), n in inner.items() if n]
    moves += [(f"{a} → (exit)", n) for a, n in step[ends].value_counts().items() if n]
    names, counts = zip(*moves, strict=True)
    return {"move": names, "moves": counts}


def retentioneering(folder: Path) -> Answer:
    import os

    import pandas as pd

    # it would tell its makers of every call
    os.environ["RETENTIONEERING_NO_TRACK"] = "1"
    from retentioneering import Eventstream

    columns = ["visitor_id", "occurred_at", "kind", "page"]
    log = pd.read_parquet(folder / "events.parquet", columns=columns)
    log = log.assign(step=_steps(log)).drop(columns=["kind", "page"])
    schema = {"path_cols": ["visitor_id"], "event_col": "step", "timestamp_col": "occurred_at"}
    sessions = Eventstream(log, schema).split_sessions(timeout="30m")
    moves = sessions.transition_graph_data("count", path_col="session_id").stack()
    ends = {"path_start": "(entry)", "path_end": "(exit)"}
    found = {f"{ends.get(a, a)} → {ends.get(b, b)}": n for (a, b), n in moves[moves > 0].items()}
    return {"move": list(found), "moves": list(found.values())}


CASE = Case(
    module=__name__,
    title="the transition matrix",
    key="move",
    counts=("moves",),
    money=(),
    contenders=(
        *events.contenders(count, sql=Path(__file__).with_suffix(".sql"), pandas=pandas),
        Contender(
            "retentioneering",
            retentioneering,
            ("retentioneering", "pyarrow.parquet"),
            environment="retentioneering",
        ),
    ),
)
