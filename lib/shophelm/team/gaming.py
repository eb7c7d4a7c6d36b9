"""Is a figure made at the month's end, instead of earned?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.errors import ParameterError
from shophelm.methods.corrections import holm
from shophelm.methods.odds_ratio import log_odds_ratio
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.team.month_ends import MonthEnds, month_ends
from shophelm.team.ownership import joined, sole_owners
from shophelm.words import Sentence, change, listing, plural, sentence

TITLE = "Is a figure made at the month's end?"
LAST_DAYS, MOST_LAST_DAYS = 3, 10
FEWEST_MONTHS, FEWEST_PRODUCTS = 4, 2
_NOTHING = 1e-12
ALPHA = 0.025
"""For all signs, and for what else is found of whom one is: together five in a hundred."""
SIGNS = {
    "price": "price in the month's last days",
    "orders": "units a day in the month's last days",
    "after": "units a day in the first days after it",
    "returns": "odds that what was bought in the last days comes back",
}
"""What is held against the month's other days, and against everybody else's products."""
BAD = {"price": -1, "orders": 1, "after": -1, "returns": 1}
"""The direction that is a sign of gaming."""
COLUMNS = [
    *("person_id", "sign", "what", "months", "effect", "effect_low", "effect_high", "p_value"),
    "found",
]


@question(
    TITLE,
    "people",
    "order_lines",
    "orders",
    refunds="whether what is bought at a month's end comes back",
    prices="price cuts on days without a sale",
)
def gaming(shop: Tables, *, last_days: int = LAST_DAYS) -> pd.DataFrame | Missing:
    """Look for signs that owners of products make their figure at the month's end.

    Parameters
    ----------
    shop
        The shop.
    last_days
        How many days at a month's end are looked at.

    Raises
    ------
    ParameterError
        If so many days leave no others of a month.

    Returns
    -------
    DataFrame
        One row per owner of two products or more and sign: person_id, sign, what (in words),
        months, effect (the ratio of the last days to the month's other days, against the same ratio
        of everybody else's products, less 1) with its 95 % interval, p_value (two-sided, corrected
        for all signs of all people), found (beyond chance, in the direction of gaming).

    Notes
    -----
    A pay day, a campaign or a holiday at a month's end moves all products, and cancels out. Prices
    and units are compared month by month, and months are the cases (Student's t); what comes back
    is counted over all months (log odds ratios, their errors as much wider as lines of one order
    come back together: `MonthEnds.together`). Months before somebody joined are not theirs. A
    product with two owners is nobody's here. A sign
    is no proof: who sells what is bought on pay days would show one too.
    """
    if not 1 <= last_days <= MOST_LAST_DAYS:
        raise ParameterError(
            f"last_days_of_month is {last_days}. It can be 1 to {MOST_LAST_DAYS}: a month needs "
            "other days to be compared with."
        )
    ends = month_ends(shop, last_days=last_days)
    if len(ends.months) < FEWEST_MONTHS:
        why = f"{FEWEST_MONTHS} whole months of orders are needed, and there are {len(ends.months)}"
        return Missing(TITLE, "orders", f"{why}.")
    rows = []
    for person, own in owners_of(shop, ends).items():
        theirs = ends.since(joined(shop).get(person))
        about = {"person_id": person, "months": len(theirs.months)}
        rows += [about | {"sign": s, "what": SIGNS[s]} | found for s, found in _signs(theirs, own)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return _judged(frame)


@carries_missing
def gamers(frame: pd.DataFrame) -> list[str]:
    """List of whom a sign is found."""
    return sorted(set(frame.loc[frame["found"], "person_id"]))


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay out what is found, and for each sign who comes next."""
    kept = frame[frame["person_id"].isin(gamers(frame))]
    kept = kept if len(kept) else frame.sort_values("p_value", kind="stable").head(4)
    columns = {"effect": "sign_effect", "effect_low": "sign_low", "effect_high": "sign_high"}
    return kept.drop(columns="sign").rename(columns=columns)


@carries_missing
def find_gaming(frame: pd.DataFrame) -> list[Sentence]:
    """Say who makes their figure at the month's end, and how."""
    people = plural(frame["person_id"].nunique(), "owner")
    if not frame["found"].any():
        text = "Of {n} of products looked at, nobody shows a sign of making it at a month's end."
        return [sentence(text, n=people)]
    text = "{person}, against the month's other days and everybody else's products: {signs}."
    said = []
    for person, found in frame[frame["found"]].groupby("person_id"):
        each = [
            f"{r.what} {change(r.effect)} ({change(r.effect_low)} to {change(r.effect_high)})"
            for r in found.itertuples()
        ]
        said.append(sentence(text, person=person, signs=listing(each, most=4)))
    return said


def _judged(frame: pd.DataFrame) -> pd.DataFrame:
    """Correct the chances, and say which signs are found.

    All signs of all people are corrected together; what else those show of whom one is found is
    corrected among itself, since a false finding there needs one before it.
    """
    alone = frame["p_value"].astype(float)
    side = np.sign(frame["effect"].astype(float)) == frame["sign"].map(BAD)
    frame["p_value"] = holm(alone)
    frame["found"] = side & (frame["p_value"] < ALPHA)
    rest = frame["person_id"].isin(frame.loc[frame["found"], "person_id"]) & ~frame["found"]
    frame.loc[rest, "p_value"] = holm(alone[rest])
    frame.loc[rest, "found"] = side[rest] & (frame.loc[rest, "p_value"] < ALPHA)
    return frame


def owners_of(shop: Tables, ends: MonthEnds) -> dict[str, np.ndarray]:
    """Give, for each owner of enough products, which are theirs alone."""
    own = sole_owners(shop)
    alive = ends.units.sum(axis=(1, 2)) > 0
    owners = {
        str(person): ends.products.isin(rows.index) & alive for person, rows in own.groupby(own)
    }
    return {p: own for p, own in owners.items() if own.sum() >= FEWEST_PRODUCTS}


def _signs(ends: MonthEnds, own: np.ndarray) -> Iterator[tuple[str, dict[str, float]]]:
    """Give each sign of one owner."""
    off = ends.price_moves
    # the others' middle, which one owner's cuts do not move
    yield (
        "price",
        _over_months(by_month(off[own], np.nanmean) - by_month(off[~own], np.nanmedian)),
    )
    for sign, span in (("orders", 1), ("after", 2)):
        yield sign, _over_months(_rate(ends, own, span) - _rate(ends, ~own, span))
    if ends.returned is not None and ends.lines is not None:
        sides = [_returns(ends, who) for who in (own, ~own)]
        value = sides[0][0] - sides[1][0]
        error = float(np.hypot(sides[0][1], sides[1][1])) * np.sqrt(ends.together)
        yield "returns", _told(value, error, float(stats.norm.ppf(0.975)),
                               float(2 * stats.norm.sf(abs(value) / error)))  # fmt: skip


def by_month(values: np.ndarray, middle: Callable) -> np.ndarray:
    """Give a middle over products of each month; NaN where nothing is known."""
    known = ~np.isnan(values).all(axis=0)
    found = np.full(values.shape[1], np.nan)
    if known.any():
        found[known] = middle(values[:, known], axis=0)
    return found


def _rate(ends: MonthEnds, own: np.ndarray, span: int) -> np.ndarray:
    """Give the log of units a day in a span against the month's other days, by month."""
    units, days = (a[own].sum(axis=0) for a in (ends.units, ends.days))
    there = (days[:, span] > 0) & (days[:, 0] > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.log((units + 0.5) / days)
    return np.where(there, rate[:, span] - rate[:, 0], np.nan)


def _returns(ends: MonthEnds, who: np.ndarray) -> tuple[float, float]:
    back, lines = (a[who].sum(axis=(0, 1)) for a in (ends.returned, ends.lines))
    value, error = log_odds_ratio((back[1], lines[1]), (back[0], lines[0]))
    return float(value), float(error)


def _over_months(moves: np.ndarray) -> dict[str, float]:
    """Test the mean over months against none."""
    known = moves[~np.isnan(moves)]
    if len(known) < FEWEST_MONTHS:
        return _told(known.mean() if len(known) else np.nan, np.nan, 0.0, np.nan)
    error = known.std(ddof=1) / np.sqrt(len(known))
    freedom = len(known) - 1
    # the same in every month, to the last digit: prices that never move, or always alike
    p_value = float(abs(known.mean()) < _NOTHING)
    if error > _NOTHING:
        p_value = float(2 * stats.t.sf(abs(known.mean()) / error, freedom))
    return _told(float(known.mean()), float(error), float(stats.t.ppf(0.975, freedom)), p_value)


def _told(value: float, error: float, times: float, p_value: float) -> dict[str, float]:
    ends = np.expm1([value, value - times * error, value + times * error])
    return dict(zip(("effect", "effect_low", "effect_high"), map(float, ends), strict=True)) | {
        "p_value": p_value
    }
