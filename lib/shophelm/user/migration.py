"""Who has moved from one segment to another since last month's end, and with how much money."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import ibis
import pandas as pd

from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user import rfm, value_grid
from shophelm.user.thresholds import Thresholds
from shophelm.words import Sentence, count, money, plural, sentence

NOT_YET = "not yet a customer"
MEMBERS = {"rfm": rfm.members, "grid": value_grid.members}
"""Kind of segments → who is in them."""
ORDER = [
    NOT_YET,
    *(group.name for group in rfm.GROUPS),
    *(cell.name for cell in value_grid.CELLS),
    value_grid.IDLE,
]


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
    frame = frame.sort_values(["from", "to"], key=lambda c: c.map(ORDER.index), ignore_index=True)
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
    wide = matrix(moves, value).fillna(0)
    wide = wide.assign(all=wide.sum(axis=1))
    wide.loc["all"] = wide.sum()
    show = count if value == "customers" else partial(money, currency=currency)
    return wide.map(lambda v: str(show(v)) if v else None).reset_index()


def matrix(moves: pd.DataFrame, value: str) -> pd.DataFrame:
    """Lay the moves out: a row per segment then, a column per segment now; null without moves."""
    wide = moves.pivot(index="from", columns="to", values=value)
    rows, columns = (sorted(side, key=ORDER.index) for side in (wide.index, wide.columns))
    return wide.reindex(index=rows, columns=columns).rename_axis(columns=None)


@carries_missing
def find_migration(shop: Tables, moves: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say how many changed segment, and which move cost and which brought most money."""
    then = last_month_end(shop.as_of)
    known = moves[moves["from"] != NOT_YET]
    if known.empty:
        return [sentence("By {then} nobody had paid: there is no earlier segment.", then=str(then))]
    moved = known[known["from"] != known["to"]].sort_values("settled_change", kind="stable")
    new = moves[moves["from"] == NOT_YET]
    said = [
        sentence(
            "Of {all} on {then}, {moved} have changed their segment since; {new} came new and "
            "brought {money}.",
            all=plural(int(known["customers"].sum()), "customer"),
            then=str(then),
            moved=count(moved["customers"].sum()),
            new=count(new["customers"].sum()),
            money=money(new["settled_now"].sum(), currency=currency),
        )
    ]
    if len(moved) and moved.iloc[0]["settled_change"] < 0:
        said.append(_move("The move that cost most: {which}.", moved.iloc[0], currency))
    if len(moved) and moved.iloc[-1]["settled_change"] > 0:
        said.append(_move("The move that brought most: {which}.", moved.iloc[-1], currency))
    return said


def _side(shop: Tables, thresholds: Thresholds, of: str, name: str) -> ibis.Table:
    """Give each customer's segment, and its money of 364 days, under the side's name."""
    people = MEMBERS[of](shop, thresholds)
    return people.select(
        "customer_id", **{f"segment_{name}": people.segment, f"settled_{name}": people.settled}
    )


def _move(template: str, move: pd.Series, currency: str) -> Sentence:
    now, then = (money(move[f"settled_{side}"], currency=currency) for side in ("now", "then"))
    which = sentence(
        "{n} from “{before}” to “{after}”, whose money of 364 days went from {then} to {now}",
        n=plural(int(move["customers"]), "customer"),
        before=move["from"],
        after=move["to"],
        now=now,
        then=then,
    )
    return sentence(template, which=which)
