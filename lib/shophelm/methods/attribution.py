"""Which touches a conversion is owed to, by four ways of sharing it out.

None of them is causal: they share out what was seen, and paths that a channel would have caused
anyway count like those it caused. Where they disagree, only a channel switched off by lot tells.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

START, CONVERSION, NOTHING = "(start)", "(conversion)", "(nothing)"


def removal_effects(transitions: pd.DataFrame) -> pd.DataFrame:
    """Give by how much conversions fall when a channel is taken out of a Markov chain.

    Parameters
    ----------
    transitions
        One row per step: from_, to (a channel, or START, CONVERSION, NOTHING) and n, how often it
        was seen in all paths.

    Returns
    -------
    DataFrame
        Indexed by channel: probability (of a conversion without it), effect (1 − that over the
        probability with all channels) and share (the effects, made to add up to 1). Effects and
        shares are 0 where nothing converts.

    Notes
    -----
    Anderl, Becker, von Wangenheim and Schumann (2016), Mapping the customer journey, International
    Journal of Research in Marketing 33:457, of the first order. Whoever would have gone to the
    channel taken out is lost.
    """
    channels = sorted((set(transitions["from_"]) | set(transitions["to"])) - {START, *_ENDS})
    states = [START, *channels]
    at = {name: i for i, name in enumerate([*states, *_ENDS])}
    counts = np.zeros((len(states), len(states) + 2))
    rows = [at[name] for name in transitions["from_"]]
    columns = [at[name] for name in transitions["to"]]
    np.add.at(counts, (rows, columns), transitions["n"].to_numpy(dtype=float))
    seen = counts.sum(axis=1, keepdims=True)
    steps = np.divide(counts, seen, out=np.zeros_like(counts), where=seen > 0)
    among, converts = steps[:, : len(states)], steps[:, at[CONVERSION]]
    whole = _reaches(among, converts)
    without = np.array([_without(among, converts, at[name]) for name in channels])
    effect = 1 - without / whole if whole > 0 else np.zeros(len(channels))
    # what a solver leaves of an effect of nothing
    effect = np.where(np.abs(effect) < _NOTHING, 0.0, effect)
    total = effect.sum()
    share = effect / total if total > 0 else np.zeros(len(channels))
    index = pd.Index(channels, name="channel", dtype="str")
    return pd.DataFrame({"probability": without, "effect": effect, "share": share}, index=index)


def conversion_probability(transitions: pd.DataFrame) -> float:
    """Give the share of paths that convert: of the steps that end a path, those that do so well."""
    ends = transitions[transitions["to"].isin(_ENDS)]
    total = ends["n"].sum()
    return float(ends.loc[ends["to"] == CONVERSION, "n"].sum() / total) if total else 0.0


def shapley_shares(sets: pd.DataFrame) -> pd.DataFrame:
    """Share conversions among the channels of their path by the Shapley value.

    Parameters
    ----------
    sets
        One row per set of channels: channels (a tuple, each once), and any columns of numbers
        (conversions, value) summed over the converting paths that met just these.

    Returns
    -------
    DataFrame
        Indexed by channel, with the same columns; they add up to the sums given.

    Notes
    -----
    The worth of a coalition is what converts with no other channel. Its Shapley value is closed:
    each path is shared equally among the channels it met (Zhao, Mahboobi and Bagheri 2018, Shapley
    Value Methods for Attribution Modeling). The order and the number of touches play no part.
    """
    numbers = sets.columns.drop("channels")
    size = sets["channels"].map(len)
    if (size == 0).any():
        raise ValueError("a converting path without a channel cannot be shared out")
    parts = sets[numbers].div(size, axis=0).assign(channel=sets["channels"]).explode("channel")
    return parts.groupby("channel")[list(numbers)].sum().sort_index()


_ENDS = (CONVERSION, NOTHING)
_NOTHING = 1e-12


def _without(among: np.ndarray, converts: np.ndarray, channel: int) -> float:
    """Give the probability of a conversion when whoever goes to a channel is lost."""
    kept = among.copy()
    kept[:, channel] = 0.0
    kept[channel, :] = 0.0
    end = converts.copy()
    end[channel] = 0.0
    return _reaches(kept, end)


def _reaches(among: np.ndarray, converts: np.ndarray) -> float:
    """Give the probability of a conversion from the start."""
    return float(np.linalg.solve(np.eye(len(among)) - among, converts)[0])
