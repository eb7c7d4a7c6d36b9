"""Who has moved from one segment to another since last month's end, and with how much money."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import ibis
import pandas as pd

from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user import rfm, value_grid
from shophelm.user.spending import year
from shophelm.user.thresholds import Thresholds
from shophelm.words import Sentence, count, money, plural, sentence

NOT_YET = "not yet a customer"
SEGMENTS = {
    "rfm": (rfm.members, [g.name for g in rfm.GROUPS]),
    "grid": (value_grid.members, [*(c.name for c in value_grid.CELLS), value_grid.IDLE]),
}
"""Kind of segments → who is in them, and their names in order."""


@question("Who moved up or down since last month, and with how much money?", "orders.customer_id")
def migration(shop: Tables, thresholds: Thresholds, *, of: str = "grid") -> pd.DataFrame:
    """Follow every customer from its segment at the end of last month to its segment on as_of.

    Both days are seen as they were known on them, by the same thresholds.

    Parameters
    ----------
    shop
        The shop.
    thresholds
        As `thresholds.draw` gives them, or as they were kept.
    of
        `grid` for the cells of frequency and spend, `rfm` for the RFM groups.

    Returns
    -------
    DataFrame
        One row per pair of segments that some customer went through, in the segments' order: from
        (`NOT_YET` for who had not paid before), to, customers, settled_then, settled_now (settled
        money of the 364 days up to each day, decimal), settled_change.

    Notes
    -----
    Moves are not all news: a year's window also moves on, so that a customer leaves a cell by
    doing nothing, 364 days after buying; and a month ends at another distance from as_of each week.
    """
    earlier = shop.at(last_month_end(shop.as_of))
    sides = [_side(s, thresholds, of, name) for s, name in ((earlier, "then"), (shop, "now"))]
    both = sides[0].outer_join(sides[1], "customer_id")
    moves = both.group_by(
        **{"from": both.segment_then.fill_null(NOT_YET), "to": both.segment_now}
    ).aggregate(
        customers=both.count(),
        settled_then=both.settled_then.fill_null(0).sum(),
        settled_now=both.settled_now.sum(),
    )
    frame = shop.frame(moves)
    names = [NOT_YET, *SEGMENTS[of][1]]
    frame = frame.sort_values(["from", "to"], key=lambda c: c.map(names.index), ignore_index=True)
    return frame.assign(settled_change=frame["settled_now"] - frame["settled_then"])


def last_month_end(as_of: date) -> date:
    """Give the last day of the month before that of as_of."""
    return as_of.replace(day=1) - timedelta(days=1)


@carries_missing
def shown(moves: pd.DataFrame, value: str = "customers", *, currency: str) -> pd.DataFrame:
    """Lay the moves out as text: a row per segment then, a column per segment now, with totals.

    Parameters
    ----------
    moves
        As `migration` gives them.
    value
        `customers`, `settled_then`, `settled_now` or `settled_change`.
    currency
        Of the money.
    """
    wide = moves.pivot(index="from", columns="to", values=value)
    froms, tos = (moves[side].drop_duplicates().tolist() for side in ("from", "to"))
    ordered = sorted(tos, key=lambda t: froms.index(t) if t in froms else len(froms))
    wide = wide.reindex(index=froms, columns=ordered).fillna(0)
    wide = wide.assign(all=wide.sum(axis=1))
    wide.loc["all"] = wide.sum()
    show = count if value == "customers" else partial(money, currency=currency)
    return wide.map(lambda v: str(show(v)) if v else None).rename_axis(columns=None).reset_index()


@carries_missing
def find_migration(shop: Tables, moves: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say how many changed segment, and which move cost and which brought most money."""
    then = last_month_end(shop.as_of)
    known = moves[moves["from"] != NOT_YET]
    if known.empty:
        return [sentence("By {then} nobody had paid: there is no earlier segment.", then=str(then))]
    moved = known[known["from"] != known["to"]]
    said = [
        sentence(
            "Of {all} on {then}, {moved} have changed their segment since, and {won} came new.",
            all=plural(int(known["customers"].sum()), "customer"),
            then=str(then),
            moved=count(moved["customers"].sum()),
            won=count(moves["customers"].sum() - known["customers"].sum()),
        )
    ]
    changed = moves[moves["from"] != moves["to"]].sort_values("settled_change", kind="stable")
    if len(changed) and changed.iloc[0]["settled_change"] < 0:
        said.append(_move("The move that cost most: {which}.", changed.iloc[0], currency))
    if len(changed) and changed.iloc[-1]["settled_change"] > 0:
        said.append(_move("The move that brought most: {which}.", changed.iloc[-1], currency))
    return said


def _side(shop: Tables, thresholds: Thresholds, of: str, name: str) -> ibis.Table:
    """Give each customer's segment, and the money of the 364 days before, under the side's name."""
    people = SEGMENTS[of][0](shop, thresholds)
    if "settled" not in people.columns:
        people = people.inner_join(year(shop), "customer_id")
    return people.select(
        "customer_id", **{f"segment_{name}": people.segment, f"settled_{name}": people.settled}
    )


def _move(template: str, move: pd.Series, currency: str) -> Sentence:
    now, then = (money(move[f"settled_{side}"], currency=currency) for side in ("now", "then"))
    which = sentence(
        "{n} from {before} to {after}, who settled {now} in the 364 days to the end and {then} in "
        "those to the end of last month",
        n=plural(int(move["customers"]), "customer"),
        before=move["from"],
        after=move["to"],
        now=now,
        then=then,
    )
    return sentence(template, which=which)
