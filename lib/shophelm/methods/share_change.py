"""Whether, and since when, a share is another one: one break in a row of yes and no."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

FEWEST = 5


@dataclass(frozen=True, slots=True)
class ShareChange:
    """The likeliest break.

    Attributes
    ----------
    first
        Number of the first place that belongs to the later share.
    low, high
        Ends of the interval that holds the first place with the probability asked for.
    before, after
        The shares on either side (yes / trials).
    p_value
        Probability of so marked a break, anywhere, if all trials were in random order.
    """

    first: int
    low: int
    high: int
    before: float
    after: float
    p_value: float


def share_change(
    yes: np.ndarray, trials: np.ndarray, *, fewest: int = FEWEST, interval: float = 0.8
) -> ShareChange | None:
    """Find the place from which on the share of yes is another one.

    Parameters
    ----------
    yes, trials
        Per place (a day, say), in order.
    fewest
        Trials there must be on either side of a break.
    interval
        Probability that low to high holds the break.

    Returns
    -------
    ShareChange or None
        None where there is no place for a break, or all trials came out alike.

    Notes
    -----
    The break is where the likelihood of two shares beats that of one the most. The chance of that
    is exact, given how many came out yes: trials are shuffled in thought, and the paths of their
    running sum that ever get as far from one share are added up step by step, as in Worsley 1983,
    Biometrika 70:455. No break lies between the trials of one place. The interval is that of all
    breaks' marginal likelihoods, both shares uniform beforehand. Misleads where the share drifts,
    or changes more than once: it names one place all the same.
    """
    yes, trials = np.asarray(yes, dtype=np.int64), np.asarray(trials, dtype=np.int64)
    k, n = np.cumsum(yes), np.cumsum(trials)
    if not len(k) or k[-1] in (0, n[-1]):
        return None
    # a place without trials is no new place to break at
    at = np.flatnonzero((n[:-1] >= fewest) & (n[-1] - n[:-1] >= fewest) & (trials[1:] > 0))
    if not len(at):
        return None
    gain = _gain(k[at], n[at], k[-1], n[-1])
    best = int(at[np.argmax(gain)])
    weight = _marginal(k[at], n[at], k[-1], n[-1])
    reached = np.cumsum(np.exp(weight - special.logsumexp(weight)))
    ends = np.searchsorted(reached, [0.5 - interval / 2, 0.5 + interval / 2])
    low, high = at[ends.clip(max=len(at) - 1)]
    return ShareChange(
        best + 1,
        int(min(low, best)) + 1,
        int(max(high, best)) + 1,
        float(k[best] / n[best]),
        float((k[-1] - k[best]) / (n[-1] - n[best])),
        _chance(n[at], int(k[-1]), int(n[-1]), float(gain.max())),
    )


def _gain(k: np.ndarray, n: np.ndarray, every: int, trials: int) -> np.ndarray:
    """Give the log likelihood that two shares win over one."""
    won = _entropy(k, n) + _entropy(every - k, trials - n) - _entropy(every, trials)
    return np.maximum(won, 0)


def _entropy(k: np.ndarray, n: np.ndarray) -> np.ndarray:
    return special.xlogy(k, k) + special.xlogy(n - k, n - k) - special.xlogy(n, n)


def _marginal(k: np.ndarray, n: np.ndarray, every: int, trials: int) -> np.ndarray:
    """Give the log of the likelihood of a break, averaged over both shares."""
    later = special.betaln(every - k + 1, trials - n - every + k + 1)
    return special.betaln(k + 1, n - k + 1) + later


def _chance(at: np.ndarray, every: int, trials: int, reached: float) -> float:
    """Add up the paths that win so much at one of the places (numbers of trials), or more."""
    held = np.zeros(every + 1)
    held[0] = 1.0
    counts, done, out = np.arange(every + 1), 0, 0.0
    for n in at:
        held = _shuffled_on(held, counts, int(n - done), every, trials - done)
        done = int(n)
        possible = (counts <= n) & (every - counts <= trials - n)
        gain = _gain(np.where(possible, counts, 0), n, every, trials)
        over = possible & (gain >= reached - 1e-9)
        out += held[over].sum()
        held[over] = 0
    return float(min(out, 1.0))


def _shuffled_on(
    held: np.ndarray, counts: np.ndarray, steps: int, every: int, left: int
) -> np.ndarray:
    """Carry the chances of each running sum on by some trials, drawn without putting back."""
    for step in range(steps):
        share = np.clip((every - counts) / (left - step), 0, 1)
        more = held * share
        held = held - more
        held[1:] += more[:-1]
    return held
