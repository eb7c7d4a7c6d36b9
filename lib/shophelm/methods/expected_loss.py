"""What does a decision cost on average, if it is the wrong one?"""

from __future__ import annotations

import numpy as np
from scipy import special

from shophelm.methods.two_sample import Numbers


def expected_loss(effect: Numbers, error: Numbers) -> np.ndarray:
    """Give E[max(0, −δ)], what doing it loses on average where it harms.

    δ is normal around the estimate, as it is after the trial if nothing was known of it before.
    Given −effect, it is the cost of not doing what would have helped.

    Parameters
    ----------
    effect, error
        The estimate and its standard error.

    Returns
    -------
    ndarray
        At least 0, in the effect's unit; null where the error is.
    """
    effect, error = (np.atleast_1d(np.asarray(a, dtype="float64")) for a in (effect, error))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = effect / error
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return np.where(error > 0, np.maximum(error * density - effect * special.ndtr(-z), 0), np.nan)
