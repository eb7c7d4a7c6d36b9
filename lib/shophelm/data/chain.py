"""The chain, visitors × conversion × spend per buyer, against last week, last year and target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from shophelm.shop.calendar import Period, same_days_last_year, same_phase_last_year
from shophelm.shop.definitions import CHAIN, TERMS
from shophelm.shop.measures import freight, measure
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.targets import target_for
from shophelm.words import Sentence, change, in_unit, listing, money, sentence

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
AGAINST = {
    "before": "the period before",
    "last_year": "same week days last year",
    "last_year_phase": "same promotion phase last year",
}
SLICES = {"channel": "channel", "category": "category", "product_id": "product"}


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
    first = first_day(shop)
    return {name: d for name, d in days.items() if name == "now" or d[0] >= first}


def first_day(shop: Tables) -> date:
    """Give the first day on which the shop has an order, an event or traffic."""
    days = [_first(shop, n, c) for n, c in _TIMES if shop.has(n)]
    return min((d for d in days if d), default=date.max)


_TIMES = (("orders", "created_at"), ("events", "occurred_at"), ("traffic", "day"))


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

    Returns
    -------
    DataFrame
        One row per term the shop can give: term, unit, now; before, last_year, last_year_phase
        (where the shop is old enough) and their relative changes (columns ending in _change);
        target and attainment where there are targets. Rates change in relative terms too.
    """
    counted = measure(shop, spans(shop, period)).T
    counted.columns = [c[0] if isinstance(c, tuple) else c for c in counted.columns]
    terms = [t for t in SHOWN if t in counted.index]
    frame = pd.DataFrame({"term": terms, "unit": [TERMS[t].unit for t in terms]})
    for span in ("now", *AGAINST):
        if span in counted:
            frame[span] = counted.loc[terms, span].tolist()
        if span in counted and span != "now":
            frame[f"{span}_change"] = _relative(frame["now"], frame[span])
    targets = target_for(shop, period.every_day)
    if targets:
        frame["target"] = [targets.get(t, (math.nan,))[0] for t in terms]
        frame["attainment"] = _relative(frame["now"], frame["target"]) + 1
    return frame


@question(
    "Where does the chain differ by channel, category or product?",
    ANY_CHAIN,
    order_lines="the chain by product",
    products="the chain by category, and products by title",
)
def slices(shop: Tables, period: Period, *, by: str, most: int = 12) -> pd.DataFrame:
    """Show the chain per slice, against the period before and the same phase last year.

    Parameters
    ----------
    shop, period
        As in `compare`.
    by
        channel, category or product_id.
    most
        Slices shown; the rest is added up in a row "all others", without counts of people, who
        may be the same in several slices.

    Returns
    -------
    DataFrame
        slice, gmv_paid, visitors, pay_conversion, spend_per_buyer, orders, return_rate;
        gmv_paid_before and before_change, gmv_paid_last_year and last_year_change (by promotion
        phase where the shop has campaigns); share. Largest first. By category or product the
        freight, and orders without lines, have rows of their own, so that the money adds up to
        GMV paid. Empty where the shop cannot be sliced so.
    """
    kept = spans(shop, period)
    if "last_year_phase" in kept:
        kept.pop("last_year", None)
    counted = measure(shop, kept, by=[by])
    value = "gmv_paid" if "gmv_paid" in counted else "visitors"
    if value not in counted or counted.index.get_level_values(by).isna().all():
        return pd.DataFrame()
    wide = counted.reset_index().assign(slice=lambda f: f[by].fillna(NO_NAME))
    if value == "gmv_paid" and by in ("category", "product_id"):
        wide = pd.concat([wide, _beside_lines(shop, kept, wide)], ignore_index=True)
    frame = _against(wide, value)
    # events without a product, say, are visits but no slice
    frame = frame[(frame["slice"] != NO_NAME) | (_float(frame[value]) != 0)]
    frame["share"] = _float(frame[value]) / _float(frame[value]).sum()
    frame = frame.sort_values([value, "slice"], ascending=[False, True])
    return _fold(_titled(shop, frame, by), most, value)


@carries_missing
def recordable(compared: pd.DataFrame, days: pd.DataFrame) -> list[dict]:
    """Lay the chain out for the report: each term with what it is held against.

    Parameters
    ----------
    compared
        As `compare` gives it.
    days
        As `trend.daily` gives them; the last 56 become each term's `trend`, null where unknown.
    """
    wanted = ("before", "last_year", "last_year_phase", "target", "attainment")
    columns = [c for c in compared if c.removesuffix("_change") in wanted]
    return [
        {
            "name": row["term"],
            "value": row["now"],
            "unit": row["unit"],
            **{c: row[c] for c in columns},
            "trend": days[row["term"]].tail(56).tolist() if row["term"] in days else [],
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
def find_slices(sliced: pd.DataFrame, *, by: str, currency: str) -> Sentence:
    """Name the largest slice, and the one whose GMV changed most in money."""
    word = SLICES[by]
    if sliced.empty:
        return sentence("The chain cannot be cut by {word}: the tables name none.", word=word)
    value = "gmv_paid" if "gmv_paid" in sliced else "visitors"
    show = in_unit(TERMS[value].unit, currency=currency)
    named = sliced[~sliced["slice"].isin([OTHERS, NO_NAME, FREIGHT, NO_LINES])]
    if named.empty:
        return sentence("Nothing was sold or seen by {word} in this period.", word=word)
    top = named.iloc[0]
    text = "{top} is the largest {word} with {share} of {term}"
    values = {"top": top["slice"], "share": in_unit("rate")(top["share"]), "word": word}
    if f"{value}_before" in named:
        moved = _float(named[value]) - _float(named[f"{value}_before"]).fillna(0)
        most = moved.abs().idxmax()
        text += "; against the period before, {moved} moved most: {was} → {now}"
        values |= {
            "moved": named.at[most, "slice"],
            "was": show(named.at[most, f"{value}_before"]),
            "now": show(named.at[most, value]),
        }
    return sentence(text + ".", term=TERMS[value].title, **values)


OTHERS, NO_NAME = "all others", "(not known)"
FREIGHT, NO_LINES = "(freight)", "(orders without lines)"
_THEN = {"before": "before", "last_year": "last_year", "last_year_phase": "last_year"}
_SLICE_TERMS = (
    "gmv_paid",
    "visitors",
    "pay_conversion",
    "spend_per_buyer",
    "orders",
    "return_rate",
)


def _against(wide: pd.DataFrame, value: str) -> pd.DataFrame:
    """Lay the spans of each slice side by side."""
    now = wide[wide["span"] == "now"].set_index("slice")
    frame = now[[c for c in _SLICE_TERMS if c in now]].copy()
    for span, name in _THEN.items():
        then = wide[wide["span"] == span].set_index("slice")[value]
        if len(then):
            frame[f"{value}_{name}"] = then.reindex(frame.index)
            frame[f"{name}_change"] = _relative(frame[value], then.reindex(frame.index))
    return frame.reset_index()


def _beside_lines(shop: Tables, kept: dict, wide: pd.DataFrame) -> pd.DataFrame:
    """Give the money that no order line holds: freight, and orders without lines."""
    total = measure(shop, kept)["gmv_paid"]
    lines = wide.groupby("span")["gmv_paid"].sum().reindex(total.index)
    charged = freight(shop, kept)
    parts = {FREIGHT: charged, NO_LINES: total - lines - charged}
    rows = [
        {"span": span, "slice": name, "gmv_paid": amount}
        for name, amounts in parts.items()
        if any(amounts != 0)
        for span, amount in amounts.items()
    ]
    return pd.DataFrame(rows, columns=["span", "slice", "gmv_paid"])


def _find_visits(rows: pd.DataFrame) -> Sentence:
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


def _fold(frame: pd.DataFrame, most: int, value: str) -> pd.DataFrame:
    """Add up all but the largest slices; money that no slice holds keeps its own rows."""
    apart = frame["slice"].isin([FREIGHT, NO_LINES])
    slices, rest = frame[~apart].iloc[:most], frame[~apart].iloc[most:]
    if rest.empty:
        return pd.concat([slices, frame[apart]], ignore_index=True)
    then = [c for c in (f"{value}_before", f"{value}_last_year") if c in frame]
    row: dict = {"slice": OTHERS, "share": rest["share"].sum()}
    row |= {c: rest[c].sum() for c in ("orders", "gmv_paid", *then) if c in frame}
    if value in row:
        changes = {c.removeprefix(f"{value}_"): _ratio(row[value], row[c]) for c in then}
        row |= {f"{name}_change": share for name, share in changes.items()}
    return pd.concat([slices, pd.DataFrame([row]), frame[apart]], ignore_index=True)


def _titled(shop: Tables, frame: pd.DataFrame, by: str) -> pd.DataFrame:
    if by != "product_id" or not shop.has("products"):
        return frame
    products = shop["products"]
    wanted = products.filter(products.product_id.isin(frame["slice"].tolist()))
    titles = shop.frame(wanted.select("product_id", "title")).set_index("product_id")["title"]
    return frame.assign(slice=frame["slice"].map(titles).fillna(frame["slice"]))


def _relative(now: pd.Series, then: pd.Series) -> pd.Series:
    below = _float(then)
    return _float(now) / below.where(below != 0) - 1


def _ratio(now: Any, then: Any) -> float:
    return float(now) / float(then) - 1 if then else math.nan


def _float(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values).astype("float64")


def _first(shop: Tables, table: str, column: str) -> date | None:
    found = shop.frame(shop[table].aggregate(day=shop[table][column].min().cast("date")))
    return found["day"].iloc[0]
