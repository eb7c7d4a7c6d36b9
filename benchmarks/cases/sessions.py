"""Sessions of the whole log, by the channel they began in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import events
from benchmarks.harness.case import Answer, Case

if TYPE_CHECKING:
    from shophelm.shop.tables import Tables

PAGES = ("home", "list", "search", "view")
COUNTS = ("sessions", "pages", "bounces", "cart_sessions", "pay_sessions")


def count(shop: Tables) -> Answer:
    from shophelm.data.sessions import count_sessions

    counted = count_sessions(events.whole_log(shop, columns=["channel"]))
    return counted.reset_index().to_dict("list")


def pandas(folder: Path) -> Answer:
    import pandas as pd

    log = events.in_order(folder, "channel")
    log = log.assign(
        pages=log["kind"].isin(PAGES),
        cart_sessions=log["kind"] == "cart",
        pay_sessions=log["kind"] == "pay",
    )
    groups = log.groupby(log["starts"].cumsum())
    each = groups.agg(
        slice=("channel", "first"),
        events=("kind", "size"),
        pages=("pages", "sum"),
        cart_sessions=("cart_sessions", "any"),
        pay_sessions=("pay_sessions", "any"),
    )
    each = each.assign(sessions=1, bounces=(each["pages"] == 1) & (each["events"] == 1))
    whole = each[list(COUNTS)].sum().to_frame("all").T
    found = pd.concat([whole, each.groupby("slice")[list(COUNTS)].sum()])
    return found.rename_axis("slice").reset_index().to_dict("list")


CASE = Case(
    module=__name__,
    title="sessions by channel",
    key="slice",
    counts=COUNTS,
    money=(),
    contenders=events.contenders(count, sql=Path(__file__).with_suffix(".sql"), pandas=pandas),
)
