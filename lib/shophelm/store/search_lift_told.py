"""What is said of changed titles and pictures."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shophelm.shop.needs import carries_missing
from shophelm.store.search_lift import EARLY, FELL, LIFTED, UNMEASURED, SearchLift
from shophelm.store.search_panel import BY_CATEGORY
from shophelm.words import (
    Sentence,
    change,
    count,
    listing,
    money,
    number,
    plural,
    rate,
    sentence,
    spoken,
)

MOST = 3
COUNTED = {
    "keywords": "clicks of its search words",
    "traffic": "visitors by search",
    "events": "visitors by search in the event log",
}


@carries_missing
def shown(found: SearchLift) -> pd.DataFrame:
    """Pick what a table of the changes shows."""
    columns = ["product", "kind", "done_on", "days", "search_visits", "search_visits_expected"]
    columns += ["lift", "lift_low", "lift_high", "p_value", "p_rank", "placebos", "verdict"]
    columns += ["brought", "brought_low", "brought_high"]
    names = {"lift": "effect", "brought": "search_gmv"}
    ends = ("", "_low", "_high")
    renamed = {f"{old}{e}": f"{new}{e}" for old, new in names.items() for e in ends}
    return found.lifts[columns].dropna(axis=1, how="all").rename(columns=renamed)


@carries_missing
def find_search_lift(found: SearchLift, *, currency: str) -> list[Sentence]:
    """Say what each change did to organic search, how sure that is, and what spoils it."""
    lifts = found.lifts
    if lifts.empty:
        return [sentence("No changed title or picture is in the ledger: nothing to measure yet.")]
    measured = lifts[~lifts["verdict"].isin([EARLY, UNMEASURED])]
    said = [_overview(lifts, measured)] if len(lifts) > 1 or measured.empty else []
    # the surest first: among many, they are what a reader must not miss
    order = measured.sort_values(["found", "p_value", "product_id"], ascending=[False, True, True])
    said += [_told(r, currency) for r in order.head(MOST).itertuples()]
    return said + _cautions(measured)


def _overview(lifts: pd.DataFrame, measured: pd.DataFrame) -> Sentence:
    return sentence(
        "Of {n} {measured} can be measured: {lifted} lifted organic search beyond chance, {fell} "
        "lowered it, of the rest it is not known.",
        n=plural(len(lifts), "change"),
        measured=count(len(measured)),
        lifted=count((measured["verdict"] == LIFTED).sum()),
        fell=count((measured["verdict"] == FELL).sum()),
    )


def _told(row: Any, currency: str) -> Sentence:
    values = {
        "product": row.product,
        "kind": spoken(row.kind),
        "day": f"{row.done_on:%Y-%m-%d}",
        "days": plural(int(row.days), "day"),
        "seen": count(row.search_visits),
        "expected": count(row.search_visits_expected),
        "lift": change(row.lift),
        "low": change(row.lift_low),
        "high": change(row.lift_high),
        "verdict": row.verdict,
    }
    text = (
        "{product}, {kind} of {day}: {seen} organic search visits in {days} where {expected} were "
        "to be expected, {lift} (95% interval {low} to {high}): {verdict}."
    )
    if row.placebos:
        text += " Of {placebos} untouched products {rank} moved as far (itself among them)."
        values |= {"placebos": count(row.placebos), "rank": rate(row.p_rank, digits=0)}
    if row.verdict == LIFTED and not pd.isna(row.brought):
        text += (
            " It brought {visits} visits and {gmv} of GMV (80% interval {gmv_low} to {gmv_high})."
        )
        values |= {
            "visits": count(row.brought_visits),
            "gmv": money(row.brought, currency=currency),
            "gmv_low": money(row.brought_low, currency=currency),
            "gmv_high": money(row.brought_high, currency=currency),
        }
    return sentence(text, **values)


def _cautions(measured: pd.DataFrame) -> list[Sentence]:
    said = []
    bad = measured[measured["bad_fit"].fillna(False).astype(bool)]
    if len(bad):
        which = [f"{r.product} ({number(r.fit_error, digits=1)})" for r in bad.itertuples()]
        said.append(
            sentence(
                "Not to be relied on, since the weeks before did not fit the twin: {which} times "
                "what chance allows.",
                which=listing(which),
            )
        )
    other = measured[measured["net_of"] != BY_CATEGORY]
    for name, rows in other.groupby("net_of", sort=True):
        said.append(
            sentence(
                "For {which} the demand of the category is told by {name}."
                if name
                else "For {which} nothing tells the category's demand: season is not taken out.",
                which=listing(list(rows["product"])),
                name=name,
            )
        )
    if len(measured):
        how = [COUNTED[s] for s in COUNTED if (measured["counted_by"] == s).any()]
        said.append(
            sentence(
                "Counted by {how}; paid words left out, each product against a mix of products "
                "left alone.",
                how=listing(how),
            )
        )
    return said
