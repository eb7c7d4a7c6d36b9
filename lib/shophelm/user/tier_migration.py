"""Who moved from one membership tier to another in the last whole month."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.moves import NOT_YET, moves
from shophelm.user.tier_members import by_spend, known, members
from shophelm.words import Sentence, count, listing, money, plural, sentence

MOVES = ["from", "to", "customers", "money_then", "money_now", "money_change"]


@question("Who moved to another tier in the last whole month?", "orders.customer_id")
def tier_migration(shop: Tables, tiers: pd.DataFrame) -> pd.DataFrame:
    """Follow every customer from its tier at one month's end to its tier at the next.

    The tiers as exported are known on the day of the export only, so that tiers are worked out
    from the money that had been paid by the end of either month.

    Parameters
    ----------
    shop
        The shop.
    tiers
        As `tiers.thresholds` gives them.

    Returns
    -------
    DataFrame
        As `moves` gives it; money is what had been paid so far. Without rows where a threshold
        is not known.
    """
    if not known(tiers):
        return pd.DataFrame(columns=MOVES)
    month = last_whole_month(shop.as_of)
    sides = [
        by_spend(members(shop.at(day)), tiers).rename(money="paid")
        for day in (month.first - timedelta(days=1), month.last)
    ]
    return moves(shop, *sides, names=tiers["tier"].tolist())


def last_whole_month(as_of: date) -> Period:
    """Give the latest month that is over at the end of as_of."""
    end = (as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    return Period(end.replace(day=1), end)


@carries_missing
def matrix(moved: pd.DataFrame, value: str = "customers", *, currency: str) -> pd.DataFrame:
    """Lay the moves out as text: a row per tier then, a column per tier now.

    Parameters
    ----------
    moved
        As `tier_migration` gives it.
    value
        `customers`, `money_then`, `money_now` or `money_change`.
    currency
        Of the money.
    """
    wide = moved.pivot(index="from", columns="to", values=value)
    order = [list(moved[side].drop_duplicates()) for side in ("from", "to")]
    show = count if value == "customers" else partial(money, currency=currency)
    texts = wide.reindex(index=order[0], columns=order[1]).map(
        lambda v: None if v != v else str(show(v))
    )
    return texts.rename_axis(columns=None).reset_index()


@carries_missing
def find_tier_migration(shop: Tables, moved: pd.DataFrame, *, currency: str) -> Sentence:
    """Say how many reached a higher tier in the last whole month, and which."""
    if moved.empty:
        return sentence("Who changed tier is not known: the thresholds are not, or nobody paid.")
    month = last_whole_month(shop.as_of)
    old = moved[moved["from"] != NOT_YET]
    up = old[old["from"] != old["to"]]
    which = [
        f"{count(r['customers'])} from {r['from']} to {r['to']} "
        f"({money(r['money_change'], currency=currency)} paid)"
        for r in up.to_dict("records")
    ]
    return sentence(
        "In {month}, {n} of {all} reached another tier{which}; {new} joined.",
        month=f"{month.first:%Y-%m}",
        n=count(up["customers"].sum()),
        all=plural(int(old["customers"].sum()), "customer"),
        which=f": {listing(which)}" if which else "",
        new=count(moved["customers"].sum() - old["customers"].sum()),
    )
