"""The prices a shop would write: how its prices end."""

from __future__ import annotations

import numpy as np

_SCALES = (10_000, 1_000, 100, 10)
_COMMON, _MOST, _COVER = 0.1, 3, 0.9
_COARSEST = 0.1
"""The widest step between two prices, as a share of a usual price."""


def price_endings(prices: np.ndarray) -> tuple[int, np.ndarray]:
    """Find the coarsest way in which prices end.

    Parameters
    ----------
    prices
        Prices a shop has written.

    Returns
    -------
    (int, ndarray)
        A scale in cents, and the endings within it, such as 1000 and [900, 990] where nearly all
        prices end in 9.00 or 9.90: at most three endings, each of a tenth of the prices at least,
        that nine in ten prices keep to. 1 and [0] where prices end in any cent.
    """
    cents = np.round(np.asarray(prices, dtype=float) * 100).astype(np.int64)
    cents = cents[cents > 0]
    if not len(cents):
        return 1, np.array([0])
    for scale in _SCALES:
        if scale > _COARSEST * np.median(cents):
            continue
        endings, counts = np.unique(cents % scale, return_counts=True)
        common = np.flatnonzero(counts >= _COMMON * len(cents))
        common = common[np.argsort(-counts[common], kind="stable")][:_MOST]
        if counts[common].sum() >= _COVER * len(cents):
            return scale, np.sort(endings[common])
    return 1, np.array([0])


def price_points(low: float, high: float, endings: tuple[int, np.ndarray]) -> np.ndarray:
    """List the prices from `low` to `high`, both allowed, that end as the shop's do."""
    scale, ends = endings
    first, last = round(low * 100), round(high * 100)
    floors = np.arange(first // scale, last // scale + 1) * scale
    every = np.sort((floors[:, None] + ends).ravel())
    return every[(every >= first) & (every <= last)] / 100
