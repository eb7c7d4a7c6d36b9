"""Words that one side uses more than the other, shrunken so that rare ones do not shout."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

PRIOR_SIZE = 500.0
"""What the prior is worth at most, in counts: some hundred reviews."""
PRIOR_SHARE = 0.25
"""Of all counts, which it is worth where these are few."""


def weighted_log_odds(
    here: np.ndarray,
    there: np.ndarray,
    *,
    prior_here: np.ndarray | None = None,
    prior_there: np.ndarray | None = None,
    size: float | None = None,
) -> pd.DataFrame:
    """Compare how often two sides use each term (Monroe, Colaresi & Quinn 2008, equations 15–22).

    Parameters
    ----------
    here, there
        Per term, how often each side uses it. Give the number of texts that hold it, not how often
        it is said: words come in bursts, and a text that repeats one would count as many.
    prior_here, prior_there
        Per term, weights of the Dirichlet prior of either side, of any scale: both sides' own
        counts together where not given, so that a word nobody knows well is taken to be used
        alike. Other ones say what is known from elsewhere.
    size
        What the prior is worth, in counts; see `prior_size` where not given.

    Returns
    -------
    DataFrame
        Per term: log_odds (of here against there; positive where here uses it more), error (its
        approximate standard error), z (their ratio), p_value (two-sided). Null where a side has
        no count at all.

    Notes
    -----
    The error is that of independent counts; with counts of texts it is slightly too large for terms
    in a large share of them. Odds are shares of all counts of a side: where one side says more
    besides, everything else looks a little rarer there. Terms that come together (a phrase and its
    words) are one finding.

    Source: B. Monroe, M. Colaresi and K. Quinn, Fightin' Words, Political Analysis 16:372 (2008).
    """
    here, there = np.asarray(here, dtype=float), np.asarray(there, dtype=float)
    both = here + there
    size = prior_size(both) if size is None else size
    sides = []
    for counts, prior in ((here, prior_here), (there, prior_there)):
        alpha = both if prior is None else np.asarray(prior, dtype=float)
        alpha = size * alpha / max(alpha.sum(), 1e-12)
        used = counts + alpha
        rest = counts.sum() + alpha.sum() - used
        with np.errstate(divide="ignore", invalid="ignore"):
            sides.append((np.log(used) - np.log(rest), 1 / used))
    with np.errstate(invalid="ignore"):
        gap = sides[0][0] - sides[1][0]
        error = np.sqrt(sides[0][1] + sides[1][1])
    known = (here.sum() > 0) & (there.sum() > 0) & np.isfinite(gap) & np.isfinite(error)
    gap, error = np.where(known, gap, np.nan), np.where(known, error, np.nan)
    z = gap / error
    p_value = 2 * special.ndtr(-np.abs(z))
    return pd.DataFrame({"log_odds": gap, "error": error, "z": z, "p_value": p_value})


def prior_size(counts: np.ndarray) -> float:
    """Give what a prior should be worth: a quarter of the counts, and no more than 500."""
    return min(PRIOR_SIZE, PRIOR_SHARE * float(np.sum(counts)))
