"""Which slices are behind a change of GMV or of conversion, and which part is mix?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pandas as pd

from shophelm.data.chain import AGAINST, spans
from shophelm.data.segment_cells import (
    BUYER,
    conversion_cells,
    dimensions_of,
    gmv_cells,
)
from shophelm.methods.decomposition import to_the_cent
from shophelm.methods.slice_search import Search, search
from shophelm.shop.calendar import Period
from shophelm.shop.definitions import TERMS
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.words import Sentence, listing, moved_in_unit, plural, sentence, spoken

DIMENSIONS = {
    "channel": "channel",
    "region": "region",
    "device": "device",
    BUYER: "buyers",
    "category": "category",
    "product_id": "product",
}
ALIKE, MIX = "everything else, alike", "mix: other slices weigh more"
BESIDE = "freight, and orders without lines"
PIECES = ["cause", "units", "then", "now", "part", "part_low", "part_high"]


@question(
    "Which slices are behind the change of GMV?",
    "orders",
    order_lines="products and categories among the slices",
    products="categories among the slices",
)
def gmv_segments(shop: Tables, period: Period, *, against: str = "before") -> pd.DataFrame:
    """Split the change of GMV paid among the few slices that moved unlike the rest.

    Slices are values of channel, region, device, new or returning buyers, category and product,
    and any two of these together; see `methods.slice_search.search` for how they are found.

    Parameters
    ----------
    shop, period
        As in `chain.compare`.
    against
        What the period is held against: before, last_year or last_year_phase.

    Returns
    -------
    DataFrame
        cause, unit, units (order lines behind it), then, now, part (what it adds to the change),
        part_low and part_high (its 80 % bootstrap interval). First the slices, strongest first;
        then freight and what else no line holds; then what everything else did alike. The last
        row is the whole, to which the parts add up to the cent. ``attrs["candidates"]`` counts
        the slices looked at. Empty where there is nothing to compare with.
    """
    days = _days(shop, period, against)
    cells, beside = gmv_cells(shop, *days) if days else (pd.DataFrame(), (0, 0))
    if cells.empty:
        return pd.DataFrame(columns=[*PIECES, "unit"])
    found = search(cells, dimensions_of(cells))
    return _pieces(shop, cells, found, unit="money", beside=beside)


@question(
    "Which slices are behind the change of product visitors?",
    "events.product_id",
    products="categories among the slices",
)
def visitor_segments(shop: Tables, period: Period, *, against: str = "before") -> pd.DataFrame:
    """Split the change of product visitors (商品访客) among the slices that moved unlike the rest.

    A visitor counts once for each product and channel.

    Returns
    -------
    DataFrame
        As `gmv_segments`, in visitors.
    """
    days = _days(shop, period, against)
    cells = conversion_cells(shop, *days) if days else pd.DataFrame()
    if cells.empty:
        return pd.DataFrame(columns=[*PIECES, "unit"])
    then, now = cells["visits_then"], cells["visits_now"]
    visits = cells.assign(units=then + now, now=now, expected=then, then=then, fitted=then)
    found = search(visits, dimensions_of(cells))
    return _pieces(shop, visits, found, unit="count")


@question(
    "Which slices are behind the change of conversion?",
    "events.product_id",
    products="categories among the slices",
)
def conversion_segments(shop: Tables, period: Period, *, against: str = "before") -> pd.DataFrame:
    """Split the change of product conversion into mix, what all did alike, and few slices.

    Product conversion (商品支付转化率) is the share of product visitors (a visitor counts once
    for each product and channel) who paid for that product: it adds up over slices, as the
    shop's own conversion does not.

    Returns
    -------
    DataFrame
        As `gmv_segments`, in the rate's own unit; a row more for the mix: what would have moved
        had every slice converted as before.
    """
    days = _days(shop, period, against)
    cells = conversion_cells(shop, *days) if days else pd.DataFrame()
    if cells.empty or not cells["visits_then"].sum() or not cells["visits_now"].sum():
        return pd.DataFrame(columns=[*PIECES, "unit"])
    found = search(cells, dimensions_of(cells))
    rates = ("visits_then", "visits_now")
    before, after = (float(cells[c].sum()) for c in rates)
    # what this period's visitors would have come to at the rates of the period before
    spread = float(cells["now"].sum() - found.segments["excess"].sum()) / found.alike / after
    mix = spread - float(cells["then"].sum()) / before
    return _pieces(shop, cells, found, unit="rate", of=rates, mix=mix)


@carries_missing
def find_segments(
    pieces: pd.DataFrame, *, term: str, against: str = "before", currency: str
) -> Sentence:
    """Name the slices behind a change, or say that it is spread evenly."""
    what = TERMS[term].title if term in TERMS else term
    if pieces.empty:
        return sentence("Nothing to compare {what} with by slices.", what=what)
    show = moved_in_unit(pieces["unit"].iloc[0], currency=currency)
    whole = pieces.iloc[-1]
    head = "Against {then}, {what} moved by {moved}: "
    values = {"then": AGAINST[against], "what": what, "moved": show(whole["part"])}
    slices = pieces.dropna(subset=["part_low"])
    if slices.empty:
        return sentence(
            head + "it is spread evenly as far as can be told; none of {n} moved unlike the rest "
            "beyond chance.",
            n=plural(pieces.attrs["candidates"], "slice"),
            **values,
        )
    named = [
        f"{r.cause} {show(r.part)} (80% interval {show(r.part_low)} to {show(r.part_high)})"
        for r in slices.itertuples()
    ]
    rest = pieces[pieces["part_low"].isna()].iloc[:-1]
    others = [f"{r.cause} {show(r.part)}" for r in rest.itertuples()]
    return sentence(head + "{named}; {rest}.", named=listing(named), rest=listing(others), **values)


def shown(**pieces: pd.DataFrame | Missing) -> pd.DataFrame:
    """Lay several answers out as one table; the name of each says what moved."""
    given = {spoken(n): p for n, p in pieces.items() if not isinstance(p, Missing)}
    frames = [p.assign(what=n) for n, p in given.items() if len(p)]
    columns = ["what", "cause", "part", "part_low", "part_high", "then", "now", "unit"]
    if not frames:
        return pd.DataFrame(columns=columns)
    # each in its own type: money is decimal, rates are not
    return pd.concat([f.astype(object) for f in frames], ignore_index=True)[columns]


def _days(
    shop: Tables, period: Period, against: str
) -> tuple[Sequence[date], Sequence[date]] | None:
    kept = spans(shop, period)
    return (kept[against], kept["now"]) if against in kept else None


def _pieces(
    shop: Tables,
    cells: pd.DataFrame,
    found: Search,
    *,
    unit: str,
    of: tuple[str, str] | None = None,
    mix: float | None = None,
    beside: tuple[float, float] = (0.0, 0.0),
) -> pd.DataFrame:
    """Lay out what was found so that it adds up.

    `of` holds the columns a rate is counted on, `beside` what no cell holds, then and now.
    """
    then, now = (a + b for a, b in zip(_own(cells, {}, of), beside, strict=True))
    scale = 1.0 if of is None else 1 / float(cells[of[1]].sum())
    slices = found.segments
    names = _named(shop, slices["slice"].tolist())
    rows = [
        [name, s.units, *_own(cells, s.slice, of), s.excess * scale, s.low * scale, s.high * scale]
        for name, s in zip(names, slices.itertuples(), strict=True)
    ]
    if mix is not None:
        rows.append([MIX, None, None, None, mix, None, None])
    if any(beside):
        rows.append([BESIDE, None, *beside, beside[1] - beside[0], None, None])
    alike = now - then - sum(r[4] for r in rows)
    rows.append([ALIKE, None, None, None, alike, None, None])
    frame, whole = pd.DataFrame(rows, columns=PIECES), now - then
    if unit == "money":
        whole = Decimal(repr(round(whole, 2)))
        frame["part"] = to_the_cent(frame["part"], whole)
    frame.loc[len(frame)] = ["in all", None, then, now, whole, None, None]
    frame["unit"] = unit
    frame.attrs["candidates"] = found.candidates
    return frame


def _own(
    cells: pd.DataFrame, held: dict[str, str], of: tuple[str, str] | None
) -> tuple[float, float]:
    """Give what some slice (all cells, for none) was and is."""
    rows = cells
    for dimension, value in held.items():
        rows = rows[rows[dimension] == value]
    bases = (1.0, 1.0) if of is None else (float(rows[c].sum()) for c in of)
    sums = (float(rows[c].sum()) for c in ("then", "now"))
    return tuple(s / b if b else math.nan for s, b in zip(sums, bases, strict=True))


def _named(shop: Tables, slices: list[dict[str, str]]) -> list[str]:
    titles = titled(shop, [s.get("product_id") for s in slices])
    return [
        " × ".join(
            f"{DIMENSIONS[d]} {title if d == 'product_id' else value}" for d, value in s.items()
        )
        for s, title in zip(slices, titles, strict=True)
    ]
