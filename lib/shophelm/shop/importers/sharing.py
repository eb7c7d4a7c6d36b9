"""What an order paid for goods → its lines, to the cent."""

from __future__ import annotations

from decimal import Decimal

import ibis

from shophelm.shop.contract import MONEY


def shared(lines: ibis.Table, *, group: tuple[str, ...], order_by: str = "_row") -> ibis.Table:
    """Add `_share`: `_payable`, by what the lines owe (`_owed`) or else by their worth (`_worth`).

    Each share is the difference of two rounded running shares, the last of which is the whole: so
    they add up exactly.

    Parameters
    ----------
    lines
        `_payable` (of the order, on each of its lines), `_owed` and `_worth`.
    group
        The columns that tell orders apart.
    order_by
        What lines of an order are put in order by.
    """
    t = _weighed(lines, group)
    order = {"group_by": list(group), "order_by": order_by}
    t = t.mutate(_sum=t["_weight"].sum().over(ibis.window(**order, following=0)))
    rounded = (t["_payable"] * t["_sum"] / t["_all"]).round(2).cast(MONEY)
    last = t["_sum"] >= t["_all"]
    t = t.mutate(_running=last.ifelse(t["_payable"], ibis.least(rounded, t["_payable"])))
    before = t["_running"].lag().over(ibis.window(**order)).fill_null(Decimal(0))
    return t.mutate(_share=(t["_running"] - before).cast(MONEY))


def _weighed(t: ibis.Table, group: tuple[str, ...]) -> ibis.Table:
    """Add `_weight`, by which an order's lines share, and `_all`, the sum of their weights."""
    window = ibis.window(group_by=[t[c] for c in group])
    owing = (t["_owed"].notnull().all() & (t["_owed"].sum() > 0)).over(window)
    t = t.mutate(_weight=owing.ifelse(t["_owed"], t["_worth"]).cast("decimal(38,4)"))
    window = ibis.window(group_by=[t[c] for c in group])
    t = t.mutate(_all=t["_weight"].sum().over(window), _n=t["_row"].count().over(window))
    # lines without any worth share by number
    some = t["_all"] > 0
    return t.mutate(_weight=some.ifelse(t["_weight"], 1), _all=some.ifelse(t["_all"], t["_n"]))
