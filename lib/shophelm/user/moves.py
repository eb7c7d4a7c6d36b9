"""Who went from which segment to which between two days, whatever the segments are."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pandas as pd

from shophelm.shop.tables import Tables

NOT_YET = "not yet a customer"


def moves(shop: Tables, then: ibis.Table, now: ibis.Table, *, names: Sequence[str]) -> pd.DataFrame:
    """Count who went from which segment to which, and their money on either day.

    Parameters
    ----------
    shop
        Runs the query.
    then, now
        One row per customer on the earlier and the later day: customer_id, segment, money. Who is
        in the first is in the second.
    names
        The segments in order.

    Returns
    -------
    DataFrame
        One row per pair of segments that someone went through, in the segments' order: from
        (`NOT_YET` for who is only in the second), to, customers, money_then, money_now (decimal),
        money_change.
    """
    sides = [
        t.select("customer_id", **{f"segment_{n}": t.segment, f"money_{n}": t.money})
        for n, t in (("then", then), ("now", now))
    ]
    both = sides[1].left_join(sides[0], "customer_id")
    counted = both.group_by(
        **{"from": both.segment_then.fill_null(NOT_YET), "to": both.segment_now}
    ).aggregate(
        customers=both.count(),
        money_then=both.money_then.fill_null(0).sum(),
        money_now=both.money_now.sum(),
    )
    order = [NOT_YET, *names]
    frame = shop.frame(counted).sort_values(
        ["from", "to"], key=lambda c: c.map(order.index), ignore_index=True
    )
    return frame.assign(money_change=frame["money_now"] - frame["money_then"])
