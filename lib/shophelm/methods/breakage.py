"""What share of what was issued is ever used, when nobody wrote down which of it was used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

BANDS = 13
"""Into which the longest life is cut."""
GROUPS = 50
"""Groups of owners that are left out one by one for the intervals."""
ROUNDS, CLOSE = 500, 1e-6


@dataclass(frozen=True, slots=True)
class Usage:
    """What share of an issued amount is used in each band of age.

    Attributes
    ----------
    width
        Days to a band.
    rates
        Columns are bands; the first row is of all owners, each further row leaves a group out.
    """

    width: float
    rates: np.ndarray

    def in_the_end(self, lots: pd.DataFrame) -> tuple[float, float, float]:
        """Give the share of some lots (life, amount) that is used in the end; 95% interval."""
        cover = _cover(lots["life"], lots["amount"], self.width)
        middle, low, high = self._estimate(cover / lots["amount"].sum())
        return min(middle, 1.0), max(low, 0.0), min(high, 1.0)

    def yet_to_come(self, lots: pd.DataFrame) -> tuple[float, float, float]:
        """Give how much of some lots (life, age, amount) is still to be used; 95% interval."""
        ends, begins = (_cover(lots[name], lots["amount"], self.width) for name in ("life", "age"))
        middle, low, high = self._estimate(ends - begins)
        return middle, max(low, 0.0), high

    def _estimate(self, weights: np.ndarray) -> tuple[float, float, float]:
        values = self.rates @ weights
        middle, others = float(values[0]), values[1:]
        groups = len(others)
        if groups < 2:
            return middle, float("-inf"), float("inf")
        error = np.sqrt((groups - 1) / groups * ((others - others.mean()) ** 2).sum())
        half = stats.t.ppf(0.975, groups - 1) * error
        return middle, middle - half, middle + half


def usage(lots: pd.DataFrame, uses: pd.DataFrame) -> Usage:
    """Estimate how much of what is issued is used at which age.

    Parameters
    ----------
    lots
        What was issued, one row each: owner (whole numbers, rising), day, life (days until it
        lapses), age (days since issue for which it has been watched), amount.
    uses
        What was used: owner, day, amount. A use of an owner without a living lot is left out.

    Notes
    -----
    What an owner uses on a day is expected to be the sum, over the lots issued before, of their
    amounts times a rate that depends on their age alone. The rates are those of greatest Poisson
    likelihood, found by sharing each use out over the owner's living lots in proportion to what
    is expected of them, and again with the rates that follow (expectation and maximisation). Each
    age's rate rests on all lots watched so long, as in a chain ladder. Uses come in clumps of one
    owner, so that intervals come from leaving out groups of owners, with the uses shared out as
    they are for all.

    To match uses to lots first in, first out and follow the cohorts (Kaplan and Meier) misleads:
    while the first lots are young no older ones stand before them, so that they are used more
    than later ones will be. In a simulated programme of 15 months, of which 11 % are used in the
    end, it gave 14 %.

    Misleads where habits change with time, or where uses are of lots issued before the first.
    """
    width = float(lots["life"].max()) / BANDS
    pairs = _pairs(lots, uses, width)
    watched = np.minimum(lots["age"] + 1, lots["life"])
    group = lots["owner"].to_numpy() % GROUPS
    there = np.unique(group)
    exposed = np.array(
        [_cover(watched[group == g], lots["amount"][group == g], width) for g in there]
    )
    shared = _shared_out(pairs, exposed.sum(axis=0))
    of_group = np.searchsorted(there, pairs["owner"] % GROUPS)
    cells = of_group * BANDS + pairs["band"]
    used = np.bincount(cells, shared, len(there) * BANDS).reshape(len(there), BANDS)
    sums = [np.vstack([s.sum(axis=0), s.sum(axis=0) - s]) for s in (used, exposed)]
    return Usage(width, np.divide(*sums, out=np.zeros(sums[0].shape), where=sums[1] > 1e-9))


def _cover(days: pd.Series, amounts: pd.Series, width: float) -> np.ndarray:
    """Sum the amounts over each band, in the part of it that a number of days covers."""
    length, amount = days.to_numpy(dtype=float) / width, amounts.to_numpy(dtype=float)
    return np.array([(amount * np.clip(length - band, 0, 1)).sum() for band in range(BANDS)])


def _pairs(lots: pd.DataFrame, uses: pd.DataFrame, width: float) -> pd.DataFrame:
    """Pair each use with every lot of its owner that lived on its day."""
    owner = lots["owner"].to_numpy()
    first, last = (np.searchsorted(owner, uses["owner"], side=s) for s in ("left", "right"))
    many = last - first
    use = np.repeat(np.arange(len(uses)), many)
    lot = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + first[use]
    age = uses["day"].to_numpy()[use] - lots["day"].to_numpy()[lot]
    alive = (age >= 0) & (age <= lots["life"].to_numpy()[lot])
    use, lot, age = use[alive], lot[alive], age[alive]
    return pd.DataFrame(
        {
            "owner": owner[lot],
            "use": use,
            "used": uses["amount"].to_numpy(dtype=float)[use],
            "amount": lots["amount"].to_numpy(dtype=float)[lot],
            "band": np.minimum((age / width).astype(int), BANDS - 1),
        }
    )


def _shared_out(pairs: pd.DataFrame, exposed: np.ndarray) -> np.ndarray:
    """Give the part of each use that falls to each of its pairs."""
    use, band, amount, used = (pairs[c].to_numpy() for c in ("use", "band", "amount", "used"))
    seen = exposed > 1e-9
    rates = seen.astype(float)
    for _ in range(ROUNDS):
        expected = rates[band] * amount
        whole = np.bincount(use, expected)
        shared = used * expected / whole[use]
        again = np.divide(np.bincount(band, shared, BANDS), exposed, out=0 * rates, where=seen)
        moved = np.abs(again - rates).sum() / max(again.sum(), 1e-300)
        rates = again
        if moved < CLOSE:
            break
    return shared
