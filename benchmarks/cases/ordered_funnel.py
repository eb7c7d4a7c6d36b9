"""Visitors who take the steps to a purchase in order, within 24 hours, over the whole log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import events
from benchmarks.harness.case import Answer, Case

if TYPE_CHECKING:
    from shophelm.shop.tables import Tables

STEPS = {
    "visit": ("home", "list", "search", "view"),
    "item page": ("view",),
    "cart or favourite": ("cart", "favourite"),
    "checkout": ("checkout",),
    "payment": ("pay",),
}
HOURS = 24


def count(shop: Tables) -> Answer:
    from shophelm.data.funnel import count_steps

    log = events.whole_log(shop, ties=False)
    reached = count_steps(log, log.visitor, list(STEPS), hours=HOURS)
    return {"step": list(STEPS), "visitors": [int((reached > k).sum()) for k in range(len(STEPS))]}


def pandas(folder: Path) -> Answer:
    import pandas as pd

    log = pd.read_parquet(folder / "events.parquet", columns=["visitor_id", "occurred_at", "kind"])
    log["visitor_id"] = log["visitor_id"].factorize()[0]
    found, before = {}, None
    for step, kinds in STEPS.items():
        here = log[log["kind"].isin(kinds)].sort_values("occurred_at")
        if before is None:
            here = here.assign(began=here["occurred_at"])
        else:
            # the latest chain leaves most time, so that one is enough
            here = pd.merge_asof(here, before, on="occurred_at", by="visitor_id").dropna()
            here = here[here["occurred_at"] - here["began"] <= pd.Timedelta(hours=HOURS)]
        found[step] = here["visitor_id"].nunique()
        before = here[["visitor_id", "occurred_at", "began"]]
    return {"step": list(found), "visitors": list(found.values())}


CASE = Case(
    module=__name__,
    title=f"the funnel in order within {HOURS} hours",
    key="step",
    counts=("visitors",),
    money=(),
    contenders=events.contenders(count, sql=Path(__file__).with_suffix(".sql"), pandas=pandas),
)
