"""How often is a result clicked at each place on the page, whatever it is?"""

from __future__ import annotations

import numpy as np
from sklearn.isotonic import IsotonicRegression

FOLDS = 20


def explained_rates(
    position: np.ndarray, clicks: np.ndarray, shown: np.ndarray, *, owner: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give each word the click rate that its position explains, learnt from the others.

    The curve never rises from a place to the one below it (isotonic regression weighted by how
    often each was shown; Barlow, Bartholomew, Bremner and Brunk 1972), and is fitted without the
    word that it is held against, so that no word explains itself.

    Parameters
    ----------
    position
        Mean position, 1 is the top; NaN where not known: then the others' common rate.
    clicks, shown
        Counts; a word never shown teaches nothing.
    owner
        Number of the group that is left out together (words of a product); of more than 20
        groups, some are left out together.

    Returns
    -------
    tuple of ndarray
        Rates, NaN where no other was ever shown; and the others' clicks behind each rate (those
        of the stretch of the curve on which it lies).
    """
    fold = np.unique(owner, return_inverse=True)[1] % FOLDS
    rates, behind = np.full(len(position), np.nan), np.zeros(len(position))
    for k in np.unique(fold):
        rest, own = (fold != k) & (shown > 0), fold == k
        if not shown[rest].sum():
            continue
        common = clicks[rest].sum() / shown[rest].sum()
        rates[own], behind[own] = common, clicks[rest].sum()
        placed, asked = rest & ~np.isnan(position), own & ~np.isnan(position)
        if placed.any() and asked.any():
            curve = IsotonicRegression(increasing=False, out_of_bounds="clip")
            seen = clicks[placed] / shown[placed]
            curve.fit(position[placed], seen, sample_weight=shown[placed])
            rates[asked] = curve.predict(position[asked])
            level = curve.predict(position[placed])
            behind[asked] = _of_level(rates[asked], level, clicks[placed])
    return rates, behind


def _of_level(rates: np.ndarray, level: np.ndarray, clicks: np.ndarray) -> np.ndarray:
    """Sum the clicks of the level stretch of a curve that lies nearest to each rate."""
    steps, at = np.unique(level, return_inverse=True)
    sums = np.bincount(at, clicks)
    return sums[np.abs(rates[:, None] - steps).argmin(axis=1)]
