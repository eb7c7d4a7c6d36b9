"""Who has moved from one segment to another since last month's end, and with how much money."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pandas as pd

from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user import rfm, value_grid
from shophelm.user.moves import NOT_YET, moves
from shophelm.user.thresholds import Thresholds
from shophelm.words import Sentence, count, money, plural, sentence

MEMBERS = {"rfm": rfm.members, "grid": value_grid.members}
"""Kind of segments → who is in them."""
ORDER = [
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
    sides = [
        MEMBERS[of](s, thresholds).select("customer_id", "segment", money="settled")
        for s in (earlier, shop)
    ]
    frame = moves(shop, *sides, names=ORDER)
    return frame.rename(columns={c: c.replace("money", "settled") for c in frame})


def last_month_end(as_of: date) -> date:
    """Give the last day of the month before that of as_of."""
    return as_of.replace(day=1) - timedelta(days=1)


@carries_missing
def shown(moved: pd.DataFrame, value: str = "customers", *, currency: str) -> pd.DataFrame:
    """Lay the moves out as text: a row per segment then, a column per segment now, with totals.

    Parameters
    ----------
    moved
        As `migration` gives them.
    value
        `customers`, `settled_then`, `settled_now` or `settled_change`.
    currency
        Of the money.
    """
    wide = matrix(moved, value).fillna(0)
    wide = wide.assign(all=wide.sum(axis=1))
    wide.loc["all"] = wide.sum()
    show = count if value == "customers" else partial(money, currency=currency)
    return wide.map(lambda v: str(show(v)) if v else None).reset_index()


def matrix(moved: pd.DataFrame, value: str) -> pd.DataFrame:
    """Lay the moves out: a row per segment then, a column per segment now; null without moves."""
    wide = moved.pivot(index="from", columns="to", values=value)
    rows, columns = (
        sorted(side, key=[NOT_YET, *ORDER].index) for side in (wide.index, wide.columns)
    )
    return wide.reindex(index=rows, columns=columns).rename_axis(columns=None)


@carries_missing
def find_migration(shop: Tables, moved: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say how many changed segment, and which move cost and which brought most money."""
    then = last_month_end(shop.as_of)
    known = moved[moved["from"] != NOT_YET]
    if known.empty:
        return [sentence("By {then} nobody had paid: there is no earlier segment.", then=str(then))]
    changed = known[known["from"] != known["to"]].sort_values("settled_change", kind="stable")
    new = moved[moved["from"] == NOT_YET]
    said = [
        sentence(
            "Of {all} on {then}, {moved} have changed their segment since; {new} came new and "
            "brought {money}.",
            all=plural(int(known["customers"].sum()), "customer"),
            then=str(then),
            moved=count(changed["customers"].sum()),
            new=count(new["customers"].sum()),
            money=money(new["settled_now"].sum(), currency=currency),
        )
    ]
    if len(changed) and changed.iloc[0]["settled_change"] < 0:
        said.append(_move("The move that cost most: {which}.", changed.iloc[0], currency))
    if len(changed) and changed.iloc[-1]["settled_change"] > 0:
        said.append(_move("The move that brought most: {which}.", changed.iloc[-1], currency))
    return said


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
