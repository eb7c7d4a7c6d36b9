"""How likely is each of several causes, given what was measured of each sign of them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from shophelm.methods.one_sided import log_density

_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Sign:
    """What a sign looks like where its cause is at work, and where it is not.

    Attributes
    ----------
    causes
        Cause → (mean, standard deviation) of the sign's true value under it: normal, cut off at 0,
        since a cause moves its sign one way only.
    shown
        Share of the cases of a cause in which the sign shows; in the others it looks as anywhere.
    usual
        Standard deviation of the true value, around 0, where no such cause is at work.
    coincidence
        Share of cases without the cause that look as if it were at work, for other reasons.
    """

    causes: Mapping[str, tuple[float, float]]
    shown: float
    usual: float
    coincidence: float

    def log_evidence(self, cause: str, value: np.ndarray, error: np.ndarray) -> np.ndarray:
        """Give the log Bayes factor of a cause against none of the sign's causes.

        Parameters
        ----------
        cause
            One without this sign gets 0, as does what was not measured.
        value, error
            What was measured, and its standard error; null where it was not.

        Notes
        -----
        The factor lies between 1 − shown and about 1 / coincidence, however much was measured, and
        comes to 1 where the error is large.
        """
        value, error = np.asarray(value, dtype=float), np.asarray(error, dtype=float)
        if cause not in self.causes:
            return np.zeros(value.shape)
        known = np.isfinite(value) & np.isfinite(error)
        x, s = np.where(known, value, 0.0), np.where(known, error, 1.0)
        plain = stats.norm.logpdf(x, 0, np.hypot(s, self.usual))
        expected = {c: log_density(x, s, mean, sd) for c, (mean, sd) in self.causes.items()}
        looks_like = special.logsumexp(list(expected.values()), axis=0) - np.log(len(expected))
        without = _mixed(looks_like, plain, self.coincidence)
        return np.where(known, _mixed(expected[cause], plain, self.shown) - without, 0.0)


def posterior(prior: Mapping[str, float], logs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Give the probability of each cause: prior × evidence, summing to 1.

    Parameters
    ----------
    prior
        Cause → probability beforehand.
    logs
        Cause → log evidence of each case, against the same alternative for all causes.
    """
    joint = np.array([np.log(share) + logs[cause] for cause, share in prior.items()])
    shares = special.softmax(joint, axis=0)
    return dict(zip(prior, shares, strict=True))


def learnt_prior(
    prior: Mapping[str, float], logs: Mapping[str, np.ndarray], *, weight: float
) -> dict[str, float]:
    """Learn from the cases themselves how common each cause is.

    Parameters
    ----------
    prior
        Cause → probability beforehand.
    logs
        As in `posterior`.
    weight
        Cases that the prior counts for.

    Returns
    -------
    dict
        The prior at which the cases' probabilities, and `weight` cases of the prior given, come to
        the same shares (expectation-maximisation with a Dirichlet prior). So the probabilities of
        a cause sum to about the number of cases that have it, if the signs are what they are
        taken to be.
    """
    learnt, cases = dict(prior), len(next(iter(logs.values())))
    for _ in range(_ROUNDS):
        shares = posterior(learnt, logs)
        learnt = {c: (weight * prior[c] + float(shares[c].sum())) / (weight + cases) for c in prior}
    return learnt


def _mixed(one: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.logaddexp(np.log(share) + one, np.log1p(-share) + other)
