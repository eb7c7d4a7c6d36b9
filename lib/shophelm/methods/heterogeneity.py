"""Do the effects in several groups differ by more than chance?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats


def cochran_q(effects: Sequence[float], errors: Sequence[float]) -> tuple[float, int, float]:
    """Test whether groups share one effect (Cochran 1954).

    Parameters
    ----------
    effects, errors
        Of each group, with its standard error; groups without either are left out.

    Returns
    -------
    (float, int, float)
        Q, its degrees of freedom, and the chance of so large a Q if all groups shared one effect;
        null with fewer than two groups.

    Notes
    -----
    Says that groups differ, not which. Errors are taken as known: with some dozens of outcomes in
    a group they are not, and the test finds a little too much.
    """
    effects, errors = (np.asarray(a, dtype="float64") for a in (effects, errors))
    known = ~np.isnan(effects) & (errors > 0)
    if known.sum() < 2:
        return np.nan, 0, np.nan
    weight = errors[known] ** -2.0
    mean = (weight * effects[known]).sum() / weight.sum()
    q = float((weight * (effects[known] - mean) ** 2).sum())
    freedom = int(known.sum()) - 1
    return q, freedom, float(stats.chi2.sf(q, freedom))
