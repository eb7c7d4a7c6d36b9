"""Counts and money as floats, and the ratios that terms are."""

from __future__ import annotations

import pandas as pd

from shophelm.shop.definitions import TERMS


def add_ratios(counts: pd.DataFrame) -> pd.DataFrame:
    """Add every ratio whose two parts are columns; null where the denominator is 0 or unknown.

    Parameters
    ----------
    counts
        Columns named by plain terms. Money may be decimal; ratios are floats.
    """
    ratios = {
        term.name: _divide(counts[term.of[0]], counts[term.of[1]])
        for term in TERMS.values()
        if term.of and term.of[0] in counts and term.of[1] in counts
    }
    return counts.assign(**ratios)


def ratio_term(numerator: str, denominator: str) -> str:
    """Name the ratio of two plain terms; "" where the trade has no word for it."""
    wanted = (numerator, denominator)
    return next((t.name for t in TERMS.values() if t.of == wanted), "")


def as_floats(values: pd.Series) -> pd.Series:
    """Give decimals, counts and nulls as floats, for shares and figures."""
    return pd.to_numeric(values).astype("float64")


def relative_change(now: pd.Series, then: pd.Series) -> pd.Series:
    """Give now / then − 1; null where `then` is 0 or unknown."""
    return _divide(now, then) - 1


def _divide(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    below = as_floats(denominator)
    return as_floats(numerator) / below.where(below != 0)
