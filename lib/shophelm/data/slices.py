"""The chain by channel, category and product."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from shophelm.data.chain import ANY_CHAIN, spans
from shophelm.shop.calendar import Period
from shophelm.shop.definitions import TERMS
from shophelm.shop.measures import measure
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats, relative_change
from shophelm.shop.sales import freight
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.words import Sentence, in_unit, sentence

SLICES = {"channel": "channel", "category": "category", "product_id": "product"}
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
    frame = frame[(frame["slice"] != NO_NAME) | (as_floats(frame[value]) != 0)]
    # a person is in several slices: shares of people are of all the people there were
    whole = as_floats(frame[value]).sum() if value == "gmv_paid" else _visitors(shop, period)
    frame["share"] = as_floats(frame[value]) / whole if whole else math.nan
    frame = frame.sort_values([value, "slice"], ascending=[False, True])
    if by == "product_id":
        frame["slice"] = titled(shop, frame["slice"])
    folded = _fold(frame, most, value)
    # of all slices, not only of those that are shown
    folded.attrs["moved"] = _moved(frame, value)
    return folded


@carries_missing
def find_slices(sliced: pd.DataFrame, *, by: str, currency: str) -> Sentence:
    """Name the largest slice, and the one whose GMV changed most in money."""
    word = SLICES[by]
    if sliced.empty:
        return sentence(
            "Nothing to show by {word}: the tables name none, or nothing was sold or seen.",
            word=word,
        )
    value = "gmv_paid" if "gmv_paid" in sliced else "visitors"
    show = in_unit(TERMS[value].unit, currency=currency)
    named = sliced[~sliced["slice"].isin([OTHERS, NO_NAME, FREIGHT, NO_LINES])]
    if named.empty:
        return sentence("Nothing was sold or seen by {word} in this period.", word=word)
    top = named.iloc[0]
    text = "{top} is the largest {word} with {share} of {term}"
    values = {"top": top["slice"], "share": in_unit("rate")(top["share"]), "word": word}
    moved = sliced.attrs.get("moved")
    if moved:
        text += "; against the period before, {moved} moved most: {was} → {now}"
        values |= {"moved": moved["slice"], "was": show(moved["was"]), "now": show(moved["now"])}
    return sentence(text + ".", term=TERMS[value].title, **values)


def _against(wide: pd.DataFrame, value: str) -> pd.DataFrame:
    """Lay the spans of each slice side by side."""
    now = wide[wide["span"] == "now"].set_index("slice")
    frame = now[[c for c in _SLICE_TERMS if c in now]].copy()
    for span, name in _THEN.items():
        then = wide[wide["span"] == span].set_index("slice")[value]
        if len(then):
            frame[f"{value}_{name}"] = then.reindex(frame.index)
            frame[f"{name}_change"] = relative_change(frame[value], then.reindex(frame.index))
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


def _fold(frame: pd.DataFrame, most: int, value: str) -> pd.DataFrame:
    """Add up all but the largest slices; money that no slice holds keeps its own rows."""
    apart = frame["slice"].isin([FREIGHT, NO_LINES])
    slices, rest = frame[~apart].iloc[:most], frame[~apart].iloc[most:]
    if rest.empty:
        return pd.concat([slices, frame[apart]], ignore_index=True)
    then = [c for c in (f"{value}_before", f"{value}_last_year") if c in frame]
    # orders, like people, may be in several slices: only money adds up
    money = [c for c in ("share", "gmv_paid", *then) if value == "gmv_paid" and c in frame]
    row: dict = {"slice": OTHERS} | {c: rest[c].sum() for c in money}
    folded = pd.concat([slices, pd.DataFrame([row]), frame[apart]], ignore_index=True)
    for c in then:
        folded[f"{c.removeprefix(f'{value}_')}_change"] = relative_change(folded[value], folded[c])
    return folded


def _moved(frame: pd.DataFrame, value: str) -> dict[str, Any] | None:
    """Find the slice whose money (or visitors) changed most against the period before."""
    named = frame[~frame["slice"].isin([NO_NAME, FREIGHT, NO_LINES])]
    before = f"{value}_before"
    if before not in named or len(named) < 2:
        return None
    change = as_floats(named[value]) - as_floats(named[before]).fillna(0)
    most = named.loc[change.abs().idxmax()]
    return {"slice": most["slice"], "was": most[before], "now": most[value]}


def _visitors(shop: Tables, period: Period) -> float:
    counted = measure(shop, {"now": period.every_day})
    return float(counted["visitors"].iloc[0]) if "visitors" in counted else math.nan
