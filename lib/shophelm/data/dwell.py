"""What the time spent on a product's page predicts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.data.visiting import begins_session
from shophelm.shop.calendar import last_days
from shophelm.shop.journeys import Journeys, journeys
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, number, rate, sentence

BANDS = (0, 10, 20, 40, 80, 160)
"""Seconds at which a band of dwell time begins."""
FEWEST = 10
"""Bands in which fewer carts are to be expected are not judged."""


@question("What does the time on a product's page predict?", "events.dwell_seconds")
def dwell(shop: Tables, *, days: int = 56) -> pd.DataFrame:
    """Hold the carting of looks of different length against what their products lead to expect.

    A look is a product's pages seen in a session, up to its being put in the cart; its length is
    their dwell time added up. The carts of a band are divided by those to be expected if every
    look ended in a cart as often as all looks at its product do (indirect standardisation,
    Breslow & Day 1987): a popular product alone does not make a band look good.

    Parameters
    ----------
    shop
        Needs events with dwell times.
    days
        Length of the period that ends on as_of.

    Returns
    -------
    DataFrame
        band ("10–20 s"), looks, carts, expected (carts), cart_rate, ratio (carts / expected) with
        ratio_low and ratio_high (95 %, exact Poisson; cautious, since carts are at most looks).
        The ratio is null where fewer than ten carts are to be expected.

    Notes
    -----
    Who means to buy also looks for longer: a ratio predicts, it does not say that longer looks
    would sell more. The length of a session's last page is not known to many logs.
    """
    events = journeys(
        shop, last_days(shop.as_of, days=days), columns=["product_id", "dwell_seconds"]
    )
    looks = _looks(events)
    rates = looks.groupby("product")["carted"].transform("mean")
    looks = looks.assign(expected=rates, band=np.searchsorted(BANDS, looks["seconds"], "right") - 1)
    frame = looks.groupby("band").agg(
        looks=("carted", "size"), carts=("carted", "sum"), expected=("expected", "sum")
    )
    frame = frame.reindex(range(len(BANDS)), fill_value=0)
    frame["cart_rate"] = frame["carts"] / frame["looks"].where(frame["looks"] > 0)
    known = frame["expected"].where(frame["expected"] >= FEWEST)
    frame["ratio"] = frame["carts"] / known
    frame["ratio_low"] = (
        np.where(frame["carts"] > 0, stats.chi2.ppf(0.025, 2 * frame["carts"]) / 2, 0.0) / known
    )
    frame["ratio_high"] = stats.chi2.ppf(0.975, 2 * frame["carts"] + 2) / 2 / known
    ends = [f"–{b} s" for b in BANDS[1:]] + [" s or more"]
    frame.insert(0, "band", [f"{b}{e}" for b, e in zip(BANDS, ends, strict=True)])
    return frame.reset_index(drop=True)


@carries_missing
def find_dwell(frame: pd.DataFrame) -> Sentence:
    """Say which looks end in carts more often than their products lead to expect."""
    known = frame.dropna(subset=["ratio"])
    if len(known) < 2:
        return sentence(
            "What the time on a page predicts cannot be told: too few looks ended in a cart."
        )
    more, less = known[known["ratio_low"] > 1], known[known["ratio_high"] < 1]
    if more.empty and less.empty:
        return sentence(
            "The time on a product's page does not predict carting beyond chance: all bands are "
            "near what their products lead to expect."
        )
    said = [
        f"looks of {r.band} end in a cart {number(r.ratio)} times as often ({rate(r.cart_rate)}; "
        f"interval {number(r.ratio_low)} to {number(r.ratio_high)})"
        for rows, best in ((more, "idxmax"), (less, "idxmin"))
        if len(rows)
        for r in [rows.loc[getattr(rows["ratio"], best)()]]
    ]
    return sentence(
        "Against what their products lead to expect, {bands}.", bands=", and ".join(said)
    )


def _looks(events: Journeys) -> pd.DataFrame:
    """Give one row per session and product looked at: product, seconds, carted."""
    product = events.words["product_id"].codes
    session = np.cumsum(begins_session(events)) if len(events) else events.visitor
    views = events.is_kind("view") & (product >= 0) & ~np.isnan(events.dwell)
    carts = events.is_kind("cart") & (product >= 0)
    side = int(product.max(initial=0)) + 1
    place = session.astype(np.int64) * side + np.maximum(product, 0)
    carted, first = np.unique(place[carts], return_index=True)
    first = np.flatnonzero(carts)[first]
    # what is seen after the cart was filled did not lead to it
    position = np.append(first, len(events))[np.searchsorted(carted, place)]
    other = np.append(carted, -1)[np.searchsorted(carted, place)] != place
    seen = views & (other | (np.arange(len(events)) < position))
    looks, which = np.unique(place[seen], return_inverse=True)
    return pd.DataFrame(
        {
            "product": looks % side,
            "seconds": np.bincount(which, weights=events.dwell[seen], minlength=len(looks)),
            "carted": np.isin(looks, carted),
        }
    )
