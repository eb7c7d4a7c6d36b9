"""What sort of demand a product has: how often it sells, and how unequal its sizes are."""

from __future__ import annotations

import numpy as np

OFTEN, EVEN = 1.32, 0.49
"""Known days between demands, and squared coefficient of variation of their sizes."""
FEWEST_DAYS = 56
"""Eight of each week day: below that, a week day's mean is mostly chance, and a product that
sells every other week has shown itself four times."""
CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "new")


def demand_classes(series: np.ndarray) -> np.ndarray:
    """Class every series by the mean interval between demands and the variation of their size.

    Parameters
    ----------
    series
        Series × days of units, NaN where demand is not known; such days do not count.

    Returns
    -------
    ndarray
        smooth (often, even), erratic (often, uneven), intermittent (seldom, even), lumpy (seldom,
        uneven), or new: fewer than 56 known days. A series that never sold is intermittent.

    Notes
    -----
    Syntetos, Boylan & Croston 2005: the cut-offs 1.32 and .49 are where Croston's method begins
    to beat exponential smoothing.
    """
    known = (~np.isnan(series)).sum(axis=1)
    units = np.nan_to_num(series)
    demands = (units > 0).sum(axis=1)
    times = np.maximum(demands, 1)
    mean = units.sum(axis=1) / times
    variance = np.maximum((units**2).sum(axis=1) / times - mean**2, 0)
    seldom = known >= OFTEN * demands
    uneven = variance >= EVEN * np.maximum(mean, 1e-9) ** 2
    found = np.select([~seldom & ~uneven, ~seldom, ~uneven], CLASSES[:3], CLASSES[3])
    return np.where(known < FEWEST_DAYS, CLASSES[4], np.where(demands == 0, CLASSES[2], found))
