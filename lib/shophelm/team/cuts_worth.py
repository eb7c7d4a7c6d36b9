"""What price cuts at the month's end bring, and what they cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special, stats
from scipy.stats.distributions import rv_frozen

from shophelm.actions import HORIZON_DAYS
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.team.gaming import LAST_DAYS, by_month, owners_of
from shophelm.team.month_ends import MonthEnds, month_ends
from shophelm.team.ownership import joined
from shophelm.words import Sentence, money, rate, sentence

TITLE = "What do price cuts at the month's end bring?"
PARTS = ("given", "returned", "earned")
_MONTH, _DRAWS, _SEED = 365.25 / 12, 2000, 0


@carries_missing
@question(TITLE, "people", "order_lines", "orders", "products.unit_cost")
def cuts_worth(
    shop: Tables, signs: pd.DataFrame, *, last_days: int = LAST_DAYS
) -> pd.DataFrame | Missing:
    """Reckon what the price cuts of those found to make their figure so brought.

    Parameters
    ----------
    shop
        The shop.
    signs
        As `gaming.gaming` gives them.
    last_days
        As there.

    Returns
    -------
    DataFrame
        One row per person whose price cuts are found: person_id, given (what was taken off the
        price of units that would have been sold anyway), returned (margin of these that came back
        because of how they were sold), earned (margin of the units sold beyond them), net (earned −
        given − returned) with its 80 % interval, uncosted (share of units in the months' last
        days of which no unit cost is known, and which are left out); money over 28 days.

    Notes
    -----
    What would have been sold, and would have come back, is what the signs `orders` and `returns`
    take off; both are drawn within their intervals. Without refunds nothing is taken to come back.
    Orders missing afterwards would make it worse, and are not counted.
    """
    ends = month_ends(shop, last_days=last_days)
    owners, cost = owners_of(shop, ends), _costs(shop, ends.products)
    found = signs[signs["found"] & (signs["sign"] == "price")]
    rows = [
        {"person_id": p}
        | _worth(ends.since(joined(shop).get(p)), owners[p], cost, signs[signs["person_id"] == p])
        for p in found["person_id"]
    ]
    columns = ["person_id", *PARTS, "net", "net_low", "net_high", "uncosted"]
    return pd.DataFrame(rows, columns=columns)


@carries_missing
def find_cuts_worth(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say what the cuts give away and earn."""
    text = (
        "Over 28 days the month-end cuts of {person} leave {net} (80% interval {low} to {high}): "
        "{given} off what would have been sold anyway, {returned} by more or fewer returns, and "
        "{earned} on what is sold more."
    )
    said = []
    for row in frame.to_dict("records"):
        # as each changes what is left
        parts = {"given": -row["given"], "returned": -row["returned"], "earned": row["earned"]}
        parts |= {"net": row["net"], "low": row["net_low"], "high": row["net_high"]}
        told = {name: money(value, currency=currency) for name, value in parts.items()}
        said.append(sentence(text, person=row["person_id"], **told))
        if row["uncosted"] > 0:
            left = "Of {share} of these units no unit cost is known; they are left out of it."
            said.append(sentence(left, share=rate(row["uncosted"], digits=0)))
    return said


def _worth(
    ends: MonthEnds, own: np.ndarray, cost: np.ndarray, signs: pd.DataFrame
) -> dict[str, float]:
    """Weigh the cuts of one owner, at the middle and over draws of how buyers answered."""
    usual, cut = ends.price[own][:, :, 0], ends.price[own][:, :, 1]
    # what everybody's prices do at a month's end is nobody's doing
    usual = usual * np.exp(np.nan_to_num(by_month(ends.price_moves[~own], np.nanmedian)))
    margin = usual - cost[own][:, None]
    sold = ends.units[own][:, :, 1]
    units = np.where(np.isnan(margin - cut), 0, sold)
    uncosted = sold[np.isnan(cost[own])].sum() / max(sold.sum(), 1)
    sums = [np.nansum(x * units) for x in (usual - cut, margin, cut - cost[own][:, None])]
    by_sign = signs.set_index("sign")
    months = len(ends.months)
    rng = np.random.default_rng(_SEED)
    more = np.exp(_drawn(by_sign.loc["orders"], stats.t(months - 1), rng))
    usually = then = np.zeros(_DRAWS + 1)
    if ends.returned is not None and ends.lines is not None and "returns" in by_sign.index:
        back, lines = (a[own][:, :, 0].sum() for a in (ends.returned, ends.lines))
        odds = special.logit((back + 0.5) / (lines + 1))
        usually = np.full(_DRAWS + 1, special.expit(odds))
        then = special.expit(odds + _drawn(by_sign.loc["returns"], stats.norm(), rng))
    given = sums[0] / more * (1 - then)
    returned = sums[1] / more * (then - usually)
    earned = sums[2] * (1 - 1 / more) * (1 - then)
    each = HORIZON_DAYS / (_MONTH * months)
    parts = np.array([given, returned, earned]) * each
    net = parts[2] - parts[0] - parts[1]
    low, high = np.quantile(net[1:], [0.1, 0.9])
    first = dict(zip(PARTS, map(float, parts[:, 0]), strict=True))
    ends_of = {"net": float(net[0]), "net_low": float(low), "net_high": float(high)}
    return first | ends_of | {"uncosted": float(uncosted)}


def _drawn(sign: pd.Series, chance: rv_frozen, rng: np.random.Generator) -> np.ndarray:
    """Draw the logarithm of a sign: its middle first, then as its 95 % interval says."""
    middle, low, high = (np.log1p(float(sign[c])) for c in ("effect", "effect_low", "effect_high"))
    error = (high - low) / 2 / chance.ppf(0.975)
    drawn = middle + error * chance.ppf(rng.random(_DRAWS))
    return np.concatenate([[middle], drawn])


def _costs(shop: Tables, products: pd.Index) -> np.ndarray:
    frame = shop.frame(shop["products"].select("product_id", "unit_cost"))
    cost = frame.set_index("product_id")["unit_cost"].astype(float)
    return cost.reindex(products).to_numpy()
