"""How an outcome answers to media: what earlier spend still does, and where more does less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, signal, special

DECAYS = np.arange(0.0, 0.975, 0.05)
HALVES = np.geomspace(0.1, 10.0, 21)
"""What is tried: decays, and halves in mean adstocks."""
WIDE = 3.0
"""How often the mean outcome a channel may bring at most, give or take."""
LAGS = 14
"""Periods over which what is left over is taken to go on."""
DRAWS, BURN_IN = 800, 100


@dataclass(frozen=True, slots=True)
class MediaResponse:
    """Draws from what is known after the fact of each channel.

    Attributes
    ----------
    decay, half, reach
        Draws × channels: share of a period's adstock left in the next, the adstock at which half
        of it is reached, and what the channel brings at most in a period (in units of the outcome).
    clustered
        How many periods count for one, as what the model leaves over goes on from period to period.
    """

    decay: np.ndarray
    half: np.ndarray
    reach: np.ndarray
    clustered: float

    def brought(self, spend: np.ndarray) -> np.ndarray:
        """Give what spend brings period by period: draws × periods × channels."""
        found = np.empty((len(self.decay), *spend.shape))
        for channel, money in enumerate(spend.T):
            for decay in np.unique(self.decay[:, channel]):
                mine = self.decay[:, channel] == decay
                stock, half = adstock(money, decay), self.half[mine, channel, None]
                found[mine, :, channel] = self.reach[mine, channel, None] * stock / (stock + half)
        return found

    def steadily(self, spend: np.ndarray) -> np.ndarray:
        """Give what so much in every period (by channel) brings in each: draws × channels."""
        stock = np.asarray(spend) / (1 - self.decay)
        return self.reach * stock / (stock + self.half)

    def marginal(self, spend: np.ndarray) -> np.ndarray:
        """Give what one more in every period, beside so much, brings in each: draws × channels."""
        stock = np.asarray(spend) / (1 - self.decay)
        return self.reach * self.half / (stock + self.half) ** 2 / (1 - self.decay)


def adstock(spend: np.ndarray, decay: float) -> np.ndarray:
    """Add to each period's spend what is left of the periods before (geometric carry-over)."""
    return signal.lfilter([1.0], [1.0, -decay], np.asarray(spend, dtype=float), axis=0)


def media_response(
    outcome: np.ndarray,
    spend: np.ndarray,
    base: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    seed: int = 0,
) -> MediaResponse:
    """Learn how an outcome answers to spend in channels, and how far that can be known.

    Parameters
    ----------
    outcome
        By period, without gaps.
    spend
        Periods × channels, each with some spend.
    base
        Periods × columns: what the outcome follows without media (a column of ones, season, …).
    weights
        What a period counts for, such as the inverse of its chance; all alike if not given.
    seed
        Of the draws.

    Returns
    -------
    MediaResponse
        Where the past does not tell, its draws are as wide as what was assumed beforehand.

    Raises
    ------
    ValueError
        If a channel has no spend, or there are fewer than ten periods more than unknowns.

    Notes
    -----
    outcome = base · level + Σ reach · s / (s + half) + noise, where s is the channel's geometric
    adstock. Beforehand every decay from 0 to .95 and every order of size of half, from a tenth of
    the mean adstock to ten times it, is as likely as any other, and a reach is normal about 0 with
    three times the mean outcome as its deviation: a channel may turn out to bring nothing, or to
    harm. Given decays and halves all else is known in closed form; they are drawn channel by
    channel (Gibbs sampling, reaches integrated out). Where what is left over goes on from period
    to period, its periods count for fewer, by its long-run variance (Newey and West 1987, over 14
    periods).

    Form of adstock and saturation as in Jin, Wang, Sun, Chan and Koehler (2017), "Bayesian methods
    for media mix modeling with carryover and shape effects", Google.

    What is not of this form, such as money that goes to one creator in one week and to a better
    one in the next, makes draws narrower than what is known. Misleads where money follows demand
    (more is spent when more is about to be bought), where channels are always raised together, and
    where spend hardly varied: draws are wide then, or narrow and wrong in the first case, which no
    model can see in the data.
    """
    outcome, spend, base = (np.asarray(a, dtype=float) for a in (outcome, spend, base))
    channels = spend.shape[1]
    if not (spend.sum(axis=0) > 0).all():
        raise ValueError("Every channel must have some spend.")
    if len(outcome) < base.shape[1] + 3 * channels + 10:
        raise ValueError("There must be ten periods more than unknowns.")
    weights = np.ones(len(outcome)) if weights is None else np.asarray(weights, dtype=float)
    data = outcome, spend, base, weights / weights.mean()
    rng = np.random.default_rng(seed)
    wide = _Grid.of(*data, *_candidates(channels))
    picked, reach = wide.draws(rng, 1.0)
    left = wide.left_over(picked, reach)
    clustered = _clustered(left)
    # a second time between the first draws, so that the steps of the grid do not show
    fine = _Grid.of(*data, *_between(wide, picked))
    picked, reach = fine.draws(rng, 1 / clustered)
    at = np.arange(channels), picked
    return MediaResponse(fine.decay[at], fine.half[at], reach, clustered)


def _clustered(left: np.ndarray) -> float:
    """Give how many periods come to one, as what is left over goes on (Bartlett's weights)."""
    size = max(left @ left, 1e-300)
    reach = min(LAGS, len(left) // 10)
    lags = [(left[k:] @ left[:-k]) / size * (1 - k / (reach + 1)) for k in range(1, reach + 1)]
    return max(1.0, 1 + 2 * float(sum(lags)))


def _candidates(channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Give every pair of a decay and a half (of the mean adstock): channels × pairs each."""
    decay, half = (a.ravel() for a in np.meshgrid(DECAYS, HALVES, indexing="ij"))
    return np.tile(decay, (channels, 1)), np.tile(half, (channels, 1))


def _between(grid: _Grid, picked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give as many pairs as in a grid, between the least and the most picked of it."""
    step, ratio = DECAYS[1] - DECAYS[0], HALVES[1] / HALVES[0]
    pairs = []
    for channel, mine in enumerate(picked.T):
        decay, share = grid.decay[channel, mine], grid.share[channel, mine]
        decays = np.linspace(
            max(decay.min() - step, 0.0), min(decay.max() + step, DECAYS[-1]), len(DECAYS)
        )
        shares = np.geomspace(share.min() / ratio, share.max() * ratio, len(HALVES))
        pairs.append([a.ravel() for a in np.meshgrid(decays, shares, indexing="ij")])
    both = np.array(pairs)
    return both[:, 0], both[:, 1]


@dataclass(frozen=True, slots=True)
class _Grid:
    """Every candidate's column, and all products of columns: what draws need of the data.

    Columns are those of base, then each channel's candidates, then the outcome.
    """

    columns: np.ndarray
    products: np.ndarray
    decay: np.ndarray
    share: np.ndarray
    half: np.ndarray
    bases: int
    prior: float

    @classmethod
    def of(
        cls,
        outcome: np.ndarray,
        spend: np.ndarray,
        base: np.ndarray,
        weights: np.ndarray,
        decay: np.ndarray,
        share: np.ndarray,
    ) -> _Grid:
        half = share * spend.mean(axis=0)[:, None] / (1 - decay)
        shapes = []
        for money, decays, halves in zip(spend.T, decay, half, strict=True):
            own, at = np.unique(decays, return_inverse=True)
            stock = np.stack([adstock(money, d) for d in own], axis=1)[:, at]
            shapes.append(stock / (stock + halves))
        columns = np.hstack([base, *shapes, outcome[:, None]]) * np.sqrt(weights)[:, None]
        prior = 1 / max((WIDE * np.average(outcome, weights=weights)) ** 2, 1e-300)
        return cls(columns, columns.T @ columns, decay, share, half, base.shape[1], float(prior))

    def draws(self, rng: np.random.Generator, share: float) -> tuple[np.ndarray, np.ndarray]:
        """Draw candidates and reaches; a period counts for a share of one."""
        channels, size = self.half.shape
        picked = rng.integers(size, size=channels)
        noise = self.columns[:, -1].var()
        kept, reaches = [], []
        for sweep in range(DRAWS + BURN_IN):
            for channel in range(channels):
                odds = self._odds(picked, channel, share, noise)
                picked[channel] = rng.choice(size, p=odds)
            level, noise = self._coefficients(picked, share, noise, rng)
            if sweep >= BURN_IN:
                kept.append(picked.copy())
                reaches.append(level[self.bases :])
        return np.array(kept), np.array(reaches)

    def _odds(self, picked: np.ndarray, channel: int, share: float, noise: float) -> np.ndarray:
        """Give the chance of each candidate of a channel, given the others' picks and the noise."""
        others = [c for c in range(len(picked)) if c != channel]
        fixed = self._places(picked, others)
        size = self.half.shape[1]
        mine = self.bases + channel * size + np.arange(size)
        factor = share / noise
        inner = factor * self.products[np.ix_(fixed, fixed)]
        inner[np.diag_indices_from(inner)] += self._priors(len(others))
        across = factor * self.products[np.ix_(fixed, mine)]
        solved = linalg.solve(inner, across, assume_a="pos")
        own = factor * self.products[mine, mine] + self.prior - (across * solved).sum(axis=0)
        answer = factor * (self.products[mine, -1] - self.products[fixed, -1] @ solved)
        fit = answer**2 / own / 2 - np.log(own) / 2
        return special.softmax(fit)

    def _coefficients(
        self, picked: np.ndarray, share: float, noise: float, rng: np.random.Generator
    ) -> tuple[np.ndarray, float]:
        """Draw levels and reaches given the noise, and the noise given them."""
        at = self._places(picked, range(len(picked)))
        inner = share / noise * self.products[np.ix_(at, at)]
        inner[np.diag_indices_from(inner)] += self._priors(len(picked))
        root = linalg.cholesky(inner, lower=True)
        mean = linalg.cho_solve((root, True), share / noise * self.products[at, -1])
        level = mean + linalg.solve_triangular(root.T, rng.standard_normal(len(at)))
        left = self.columns[:, -1] - self.columns[:, at] @ level
        shape = share * len(left) / 2
        return level, float(share * (left @ left) / 2 / rng.gamma(shape))

    def left_over(self, picked: np.ndarray, reach: np.ndarray) -> np.ndarray:
        """Give what the draws leave over on average, period by period."""
        shapes = self.columns[:, self.bases : -1]
        size = self.half.shape[1]
        brought = np.zeros(len(shapes))
        for channel in range(picked.shape[1]):
            count = np.bincount(picked[:, channel], reach[:, channel], minlength=size)
            brought += shapes[:, channel * size : (channel + 1) * size] @ count / len(picked)
        left = self.columns[:, -1] - brought
        base = self.columns[:, : self.bases]
        return left - base @ np.linalg.lstsq(base, left, rcond=None)[0]

    def _places(self, picked: np.ndarray, channels: Sequence[int]) -> np.ndarray:
        own = [self.bases + c * self.half.shape[1] + picked[c] for c in channels]
        return np.array([*range(self.bases), *own], dtype=int)

    def _priors(self, channels: int) -> np.ndarray:
        # next to nothing is assumed of levels
        return np.array([1e-9 * self.prior] * self.bases + [self.prior] * channels)
