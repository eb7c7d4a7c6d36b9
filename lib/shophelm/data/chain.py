"""The chain, visitors × conversion × spend per buyer, against last week, last year and target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import pandas as pd

from shophelm.shop.calendar import (
    YEAR_OF_WEEKS,
    Period,
    same_days_last_year,
    same_phase_last_year,
)
from shophelm.shop.definitions import CHAIN, TERMS
from shophelm.shop.measures import measure
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import relative_change
from shophelm.shop.tables import Tables
from shophelm.shop.targets import target_for
from shophelm.words import Sentence, change, in_unit, listing, money, plural, sentence

ANY_CHAIN = "orders|events|traffic"
SHOWN = (
    "gmv_paid",
    *CHAIN,
    "orders",
    "buyers",
    "new_buyers",
    "returning_buyers",
    "units",
    "average_order_value",
    "uv_value",
    "page_views",
    "cart_rate",
    "repurchase_rate",
    "return_rate",
    "gmv_placed",
    "gmv_settled",
    "gmv_cash",
)
RIPENS = ("gmv_settled", "return_rate")
"""Terms whose latest days are not comparable with older ones: their refunds are still to come."""
NEEDS_HISTORY = ("new_buyers", "returning_buyers", "repurchase_rate")
AGAINST = {
    "before": "the period before",
    "last_year": "same week days last year",
    "last_year_phase": "same promotion phase last year",
}


def spans(shop: Tables, period: Period) -> dict[str, Sequence[date]]:
    """Name the days to compare: the period, the one before, and its likes of last year.

    Last year is there twice: by week day (52 weeks earlier) and, where the shop has campaigns, by
    promotion phase. Spans that begin before the shop's first day are left out.
    """
    days = {
        "now": period.every_day,
        "before": period.before.every_day,
        "last_year": sorted(same_days_last_year(period).values()),
    }
    if shop.has("campaigns"):
        campaigns = shop.frame(shop["campaigns"])
        days["last_year_phase"] = sorted(set(same_phase_last_year(period, campaigns).values()))
    return {name: d for name, d in days.items() if name == "now" or d[0] >= shop.first_day}


@question(
    "How is the chain this week, against last week, last year and target?",
    ANY_CHAIN,
    events="visitors, conversion and UV value from single visits",
    traffic="visitors, conversion and UV value from daily exports",
    refunds="money settled and in cash, and the return rate",
    order_lines="units",
    campaigns="last year aligned by promotion phase",
    targets="targets and their attainment",
)
def compare(shop: Tables, period: Period) -> pd.DataFrame:
    """Hold the chain of a period against the one before, last year and the target.

    Refunds go on for weeks, so settled money and the return rate of earlier periods count only
    the refunds that had come when they were as old as this one is.

    Returns
    -------
    DataFrame
        One row per term the shop can give: term, unit, now; before, last_year, last_year_phase
        (where the shop is old enough) and their relative changes (columns ending in _change);
        target and attainment where there are targets. Rates change in relative terms too.
    """
    kept, first = spans(shop, period), shop.first_day
    age = shop.as_of - period.last
    by_age = {name: max(days) + age for name, days in kept.items()}
    counted = measure(shop, kept, refunds_by=by_age).T
    counted.columns = [c[0] if isinstance(c, tuple) else c for c in counted.columns]
    terms = [t for t in SHOWN if t in counted.index]
    frame = pd.DataFrame({"term": terms, "unit": [TERMS[t].unit for t in terms]})
    for span in ("now", *AGAINST):
        if span in counted:
            frame[span] = counted.loc[terms, span].tolist()
        if span in counted and span != "now":
            if kept[span][0] < first + YEAR_OF_WEEKS:
                # who is new, or comes back, cannot be told from a short history
                frame.loc[frame["term"].isin(NEEDS_HISTORY), span] = math.nan
            frame[f"{span}_change"] = relative_change(frame["now"], frame[span])
    targets = target_for(shop, period.every_day)
    if targets:
        frame["target"] = [targets.get(t, (math.nan,))[0] for t in terms]
        frame["attainment"] = relative_change(frame["now"], frame["target"]) + 1
    return frame


@carries_missing
def recordable(compared: pd.DataFrame, days: pd.DataFrame) -> list[dict]:
    """Lay the chain out for the report: each term with what it is held against.

    Parameters
    ----------
    compared
        As `compare` gives it.
    days
        As `trend.daily` gives them; the last 56 become each term's `trend`, null where unknown;
        empty for terms whose latest days are still to ripen.
    """
    wanted = ("before", "last_year", "last_year_phase", "target", "attainment")
    columns = [c for c in compared if c.removesuffix("_change") in wanted]
    return [
        {
            "name": row["term"],
            "value": row["now"],
            "unit": row["unit"],
            **{c: row[c] for c in columns},
            "trend": _trend(days, row["term"]),
        }
        for row in compared.to_dict("records")
    ]


@carries_missing
def find_chain(compared: pd.DataFrame, *, currency: str) -> Sentence:
    """Say what GMV did and which link moved it most."""
    rows = compared.set_index("term")
    if "gmv_paid" not in rows.index:
        return _find_visits(rows)
    gmv = rows.loc["gmv_paid"]
    said = [f"{{{k}}} against {v}" for k, v in AGAINST.items() if f"{k}_change" in rows]
    values = {k: change(gmv[f"{k}_change"]) for k in AGAINST if f"{k}_change" in rows}
    text = "GMV paid is {now}"
    if said:
        text += ": " + ", ".join(said)
    if "attainment" in rows and gmv["attainment"] == gmv["attainment"]:
        text += "; {reached} of target"
        values["reached"] = in_unit("rate")(gmv["attainment"])
    if "before_change" in rows and (links := _links(rows)):
        text += ". Against the period before: {links}"
        values["links"] = listing(links)
    return sentence(text + ".", now=money(gmv["now"], currency=currency), **values)


@carries_missing
def find_customers(compared: pd.DataFrame) -> Sentence:
    """Say who bought: new and returning buyers, and how many of the year's customers came back."""
    rows = compared.set_index("term")
    if "buyers" not in rows.index:
        return sentence("Who bought is not known: the orders name no customers.")
    parts = []
    for term in ("new_buyers", "returning_buyers"):
        moved = rows.loc[term].get("before_change", math.nan)
        against = f" ({change(moved)} against the period before)" if moved == moved else ""
        one = TERMS[term].title.removesuffix("s")
        parts.append(f"{plural(int(rows.loc[term, 'now']), one)}{against}")
    return sentence(
        "{buyers} bought: {parts}. Of the customers of a year {repeat} bought more than once.",
        buyers=plural(int(rows.loc["buyers", "now"]), "customer"),
        parts=listing(parts),
        repeat=in_unit("rate")(rows.loc["repurchase_rate", "now"]),
    )


def _trend(days: pd.DataFrame, term: str) -> list:
    return days[term].tail(56).tolist() if term in days and term not in RIPENS else []


def _find_visits(rows: pd.DataFrame) -> Sentence:
    if "visitors" not in rows.index:
        return sentence(
            "Neither money nor visitors are known: traffic has no rows of the whole shop, those "
            "without product and channel."
        )
    visitors = rows.loc["visitors"]
    text, values = "{n} visitors came", {"n": in_unit("count")(visitors["now"])}
    if "pay_conversion" in rows.index:
        text += ", of whom {rate} paid"
        values["rate"] = in_unit("rate")(rows.loc["pay_conversion", "now"])
    return sentence(text + "; money is not known, because there are no orders.", **values)


def _links(rows: pd.DataFrame) -> list[str]:
    moved = [(t, rows.loc[t, "before_change"]) for t in CHAIN if t in rows.index]
    moved = [(t, c) for t, c in moved if c == c and (t != "log_coverage" or abs(c) >= 0.01)]
    return [f"{TERMS[t].title} {change(c)}" for t, c in moved]
