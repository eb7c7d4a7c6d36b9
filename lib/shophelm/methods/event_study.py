"""What a few special days really add, net of what they draw from the days around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

AROUND = 28
"""Days on either side of a window that say what was to be expected in it."""
FEWEST_DAYS = 14
"""Ordinary days among them below which a window is not judged."""
FEWEST_PLACEBOS = 20
DRAWS = 2000
PARTS = ("gain", "shift", "net")


@dataclass(frozen=True, slots=True)
class EventStudy:
    """What events added, on average for one of them.

    Attributes
    ----------
    effects
        One row per series: expected and observed (on the event's days), and gain (observed −
        expected on them), shift (the same in the window around them, below 0 where they draw from
        it) and net (gain + shift), each with its interval in _low and _high; intervals are null
        with fewer than 20 placebos, everything without an event to judge.
    profile
        One row per series and offset (days from the event; 0 is all its days together): observed,
        expected, low, high (where 95 % of placebos lie around the expected).
    events, placebos
        Events judged, and ordinary windows they are held against.
    """

    effects: pd.DataFrame
    profile: pd.DataFrame
    events: int
    placebos: int


@dataclass(frozen=True, slots=True)
class _Windows:
    """Windows judged: days of the event, what was seen and expected by offset, and the level.

    `weights` holds, by window and part, what each day of the period counts for in the part.
    """

    days: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    level: np.ndarray
    weights: np.ndarray


def event_study(
    values: pd.DataFrame,
    *,
    week_day: Sequence[int],
    events: Sequence[tuple[int, int]],
    ordinary: Sequence[bool],
    before: int = 3,
    after: int = 7,
    confidence: float = 0.95,
    seed: int = 0,
) -> EventStudy:
    """Estimate what events added on their days, and took from the days before and after.

    Parameters
    ----------
    values
        One row per day without gaps, one column per series, none below 0.
    week_day
        0 to 6 for each day.
    events
        First and last row of each event.
    ordinary
        Days on which nothing but events makes a difference (no other campaign runs). Only they
        teach what is to be expected, and of them none of an event or around it. An event with
        another day in its window, or too near to another event, is not judged.
    before, after
        Days around an event that it may draw from.
    confidence
        Of the intervals.
    seed
        Of the draws of placebos.

    Notes
    -----
    What was to be expected is the mean of the ordinary days within 28 days of the window, times
    the week day's factor: on simulated series as near as `methods.anomaly.expect`, which learns
    from the window itself. The same is estimated at every stretch of ordinary days as long as an
    event's window, which no event touches (placebos). An interval is what as many placebos,
    drawn by lot, give on average; on the event's days they are widened by the root of how much
    busier those are, as counts and their sums vary so.

    Misleads where an event draws from days outside the window (it then adds less than said), or
    always falls on days that are special for another reason (pay day).
    """
    table = values.to_numpy(dtype=float)
    judgeable, clean = _told_apart(events, np.array(ordinary, dtype=bool), before, after)
    factor = _week_days(table, clean, np.asarray(week_day))
    about = {"clean": clean, "factor": factor, "before": before, "after": after}
    judged = _judge(table, judgeable, **about)
    lengths = sorted({int(n) for n in judged.days})
    like = [(t, t + n - 1) for n in lengths for t in _untouched(clean, n, before, after)]
    placebos = _judge(table, like, **about)
    fewest = min(((placebos.days == n).sum() for n in lengths), default=0)
    rng = np.random.default_rng(seed)
    errors = _errors(judged, placebos, before, rng) if fewest >= FEWEST_PLACEBOS else None
    tail = (1 - confidence) / 2
    wider = _wider(judged, int(fewest), before + after + 1, tail)
    effects = _effects(judged, errors, values.columns, before, tail, wider)
    profile = _profile(judged, errors, values.columns, before, tail)
    return EventStudy(effects, profile, len(judged.days), int(fewest))


def _told_apart(
    events: Sequence[tuple[int, int]], ordinary: np.ndarray, before: int, after: int
) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Pick the events that nothing else touches, and the days that no event does."""
    clean, busy = ordinary.copy(), np.zeros(len(ordinary), dtype=int)
    for first, last in events:
        clean[max(0, first - before) : last + after + 1] = False
        busy[first : last + 1] += 1
    reach = max(before, after)
    alone = [
        (first, last)
        for first, last in events
        if ordinary[max(0, first - before) : last + after + 1].all()
        and busy[max(0, first - reach) : last + reach + 1].sum() == last - first + 1
    ]
    return alone, clean


def _week_days(table: np.ndarray, clean: np.ndarray, week_day: np.ndarray) -> np.ndarray:
    """Give each day's factor against a day of the same level on average; by day and series."""
    kernel = np.ones(AROUND + 1)
    near = np.convolve(clean, kernel, "same")
    sums = np.column_stack([np.convolve(c, kernel, "same") for c in (table * clean[:, None]).T])
    level = sums / np.maximum(near, 1)[:, None]
    factors = np.ones((7, table.shape[1]))
    for day in range(7):
        rows = clean & (week_day == day)
        seen, usual = table[rows].sum(axis=0), level[rows].sum(axis=0)
        factors[day] = np.where((usual > 0) & (seen > 0), seen / np.maximum(usual, 1e-12), 1)
    return (factors / factors.mean(axis=0))[week_day]


def _judge(
    table: np.ndarray,
    spans: Sequence[tuple[int, int]],
    *,
    clean: np.ndarray,
    factor: np.ndarray,
    before: int,
    after: int,
) -> _Windows:
    """Hold each window that lies within the days, and has enough around it, against them."""
    days, observed, expected, levels, weights = [], [], [], [], []
    flat = table / factor
    for first, last in spans:
        start, end = first - before, last + after + 1
        low = max(0, start - AROUND)
        near = np.r_[low:start, end : min(len(table), end + AROUND)]
        near = near[clean[near]] if start >= 0 and end <= len(table) else near[:0]
        if len(near) < FEWEST_DAYS:
            continue
        level = flat[near].mean(axis=0)
        # the days of the event are one offset
        bins = np.r_[0 : before + 1, before + last - first + 1 : end - start]
        days.append(last - first + 1)
        observed.append(np.add.reduceat(table[start:end], bins))
        expected.append(np.add.reduceat(level * factor[start:end], bins))
        levels.append(level)
        weights.append(_weights(len(table), near, (start, first, last, end)))
    shape = (len(days), before + 1 + after, table.shape[1])
    return _Windows(
        np.array(days, dtype=int),
        np.array(observed).reshape(shape),
        np.array(expected).reshape(shape),
        np.array(levels).reshape(shape[::2]),
        np.array(weights).reshape(shape[0], len(PARTS), len(table)),
    )


def _weights(days: int, near: np.ndarray, at: tuple[int, int, int, int]) -> np.ndarray:
    """Give what each day counts for in gain, shift and net of one window."""
    start, first, last, end = at
    own, window = np.zeros((2, days))
    own[first : last + 1], window[start:end] = 1, 1
    parts = np.array([own, window - own, window])
    parts[:, near] -= parts.sum(axis=1, keepdims=True) / len(near)
    return parts


def _untouched(clean: np.ndarray, length: int, before: int, after: int) -> np.ndarray:
    """Give the days at which an event of a length would touch ordinary days only."""
    size = before + length + after
    whole = np.convolve(clean, np.ones(size), "valid") > size - 0.5
    return np.flatnonzero(whole) + before


def _errors(
    judged: _Windows, placebos: _Windows, before: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw by how far estimates are off: draws × offsets × series, on average for one event."""
    seen, usual = judged.observed.mean(axis=0)[before], judged.expected.mean(axis=0)[before]
    busier = seen / np.maximum(usual, 1e-12)
    away = (placebos.observed - placebos.expected) / np.maximum(placebos.level, 1e-12)[:, None]
    for days in np.unique(placebos.days):
        away[placebos.days == days] -= away[placebos.days == days].mean(axis=0)
    total = np.zeros((DRAWS, *judged.observed.shape[1:]))
    for days, level in zip(judged.days, judged.level, strict=True):
        alike = np.flatnonzero(placebos.days == days)
        total += away[rng.choice(alike, DRAWS)] * level
    total /= len(judged.days)
    total[:, before] *= np.sqrt(np.maximum(busier, 1.0))
    return total


def _wider(judged: _Windows, placebos: int, size: int, tail: float) -> dict[str, float]:
    """Give by how much intervals are wider than placebos drawn one by one would make them.

    Neighbouring events are held against the same days, so that their errors are alike; and of
    placebos that overlap, only as many are worth counting as would fit side by side.
    """
    together = (judged.weights.sum(axis=0) ** 2).sum(axis=1)
    alone = (judged.weights**2).sum(axis=(0, 2))
    alike = np.sqrt(together / np.maximum(alone, 1e-12))
    apart = np.array([placebos, *[placebos / size + 1] * 2])
    few = stats.t.ppf(tail, np.maximum(apart, 1)) / stats.norm.ppf(tail)
    return dict(zip(PARTS, alike * few, strict=True))


def _effects(
    judged: _Windows,
    errors: np.ndarray | None,
    names: pd.Index,
    before: int,
    tail: float,
    wider: dict[str, float],
) -> pd.DataFrame:
    """Add the offsets up to gain, shift and net, each with its interval."""
    columns = ["expected", "observed", *(p + e for p in PARTS for e in ("", "_low", "_high"))]
    effects = pd.DataFrame(np.nan, index=names, columns=columns)
    if not len(judged.days):
        return effects
    seen, usual = judged.observed.mean(axis=0), judged.expected.mean(axis=0)
    effects["expected"], effects["observed"] = usual[before], seen[before]
    for part, found in _parts(seen - usual, before).items():
        effects[part] = found
        if errors is not None:
            off = _parts(errors.transpose(1, 0, 2), before)[part]
            low, high = np.quantile(off * wider[part], [tail, 1 - tail], axis=0)
            effects[f"{part}_low"], effects[f"{part}_high"] = found - high, found - low
    return effects


def _parts(away: np.ndarray, before: int) -> dict[str, np.ndarray]:
    net = away.sum(axis=0)
    return {"gain": away[before], "shift": net - away[before], "net": net}


def _profile(
    judged: _Windows, errors: np.ndarray | None, names: pd.Index, before: int, tail: float
) -> pd.DataFrame:
    """Lay observed and expected out by offset, with the band in which placebos lie."""
    frames = [pd.DataFrame(columns=["series", "offset", "observed", "expected", "low", "high"])]
    for i, name in enumerate(names if len(judged.days) else []):
        seen, usual = (a[:, :, i].mean(axis=0) for a in (judged.observed, judged.expected))
        frame = pd.DataFrame({"observed": seen, "expected": usual, "low": np.nan, "high": np.nan})
        if errors is not None:
            low, high = np.quantile(errors[:, :, i], [tail, 1 - tail], axis=0)
            frame = frame.assign(low=usual + low, high=usual + high)
        frame.insert(0, "offset", frame.index - before)
        frame.insert(0, "series", name)
        frames.append(frame)
    return pd.concat(frames[1:] or frames, ignore_index=True)
