"""Sessions, ordered funnels, transitions and paths, in one pass over events in their order.

All arrays have one value per event, sorted by who did it and then by time; times are whole
numbers of any unit. Nothing loops over people.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

PATH_STEPS = 8
NO_PATHS = pd.Series([], index=pd.Index([], dtype="int64"), dtype="int64")


def session_starts(who: np.ndarray, at: np.ndarray, *, gap: int) -> np.ndarray:
    """Tell the events that begin a session: the first of a person, or after more than `gap`."""
    starts = np.ones(len(who), dtype=bool)
    np.not_equal(who[1:], who[:-1], out=starts[1:])
    starts[1:] |= at[1:] - at[:-1] > gap
    return starts


def sizes(starts: np.ndarray) -> np.ndarray:
    """Count the events of each session, from where they start."""
    return np.diff(np.flatnonzero(np.append(starts, True)))


def ordered_funnel(
    who: np.ndarray, at: np.ndarray, steps: Sequence[np.ndarray], *, within: int
) -> np.ndarray:
    """Find how many steps of a funnel each person reached in order.

    A person has reached step k if there is an event of each of the steps 1 … k, each at or after
    the one of the step before, and the last no later than `within` after the first; any of the
    person's events of step 1 may be that first one. What happened at one instant counts as in
    order, and an event may serve two steps that follow each other.

    Parameters
    ----------
    who, at
        People (any whole numbers, equal ones next to each other) and times.
    steps
        For each step, which events are of it.
    within
        The longest time from the first step to the last.

    Returns
    -------
    ndarray
        For each person, in their order: 0 … number of steps.

    Notes
    -----
    Of all chains that reach a step, the one that began last leaves most time for the rest, and
    where it began never falls from one event to the next. So an event needs only the latest event
    of the step before that was in time.
    """
    person, tied = _people(who, at)
    reached = np.zeros(int(person[-1]) + 1 if len(person) else 0, dtype=np.int8)
    began = np.zeros(0, dtype=np.int64)
    before = np.zeros(len(who), dtype=bool)
    for k, step in enumerate(steps):
        here = np.flatnonzero(step)
        if k == 0:
            began = here
        else:
            latest = np.cumsum(before, dtype=np.int32)[_ends_of_instants(here, tied)] - 1
            here, latest = here[latest >= 0], latest[latest >= 0]
            start = began[latest]
            fits = (person[start] == person[here]) & (at[here] - at[start] <= within)
            here, began = here[fits], start[fits]
        before[:] = False
        before[here] = True
        reached[person[here]] = k + 1
    return reached


def transitions(state: np.ndarray, starts: np.ndarray, states: int) -> np.ndarray:
    """Count the steps from state to state within sessions.

    Parameters
    ----------
    state
        Numbers 0 … states − 1.
    starts
        As `session_starts` gives them.
    states
        How many states there are.

    Returns
    -------
    ndarray
        (states + 1, states + 1): row `states` counts entries, column `states` exits.
    """
    side = states + 1
    counts = np.zeros((side, side), dtype=np.int64)
    if not len(state):
        return counts
    pairs = state[:-1].astype(np.int16) * side + state[1:]
    inner = np.bincount(pairs[~starts[1:]], minlength=side * side)
    counts += inner.reshape(side, side)
    ends = np.append(starts[1:], True)
    counts[states, :states] = np.bincount(state[starts], minlength=states)
    counts[:states, states] = np.bincount(state[ends], minlength=states)
    return counts


def collapsed(state: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Tell the events that are not a repetition of the one before in the same session."""
    keep = starts.copy()
    keep[1:] |= state[1:] != state[:-1]
    return keep


def count_paths(state: np.ndarray, starts: np.ndarray, states: int) -> pd.Series:
    """Count the sessions that took the same path, repeated states told once.

    Paths are told by their last `PATH_STEPS` steps.

    Parameters
    ----------
    state, starts, states
        As in `transitions`; at most 60 states.

    Returns
    -------
    Series
        Sessions by path, each path a number that `told_paths` reads.
    """
    keep = collapsed(state, starts)
    state, starts = state[keep], starts[keep]
    if not len(state):
        return NO_PATHS
    heads, length = np.flatnonzero(starts), sizes(starts)
    from_end = np.repeat(heads + length, length) - 1 - np.arange(len(state))
    base = states + 1
    # a path is a number whose last digit is its last step; 0 stands for no step
    place = np.append(base ** np.arange(PATH_STEPS), 0)[np.minimum(from_end, PATH_STEPS)]
    packed = np.add.reduceat((state + 1) * place, heads)
    packed += (length > PATH_STEPS) * base**PATH_STEPS
    return pd.Series(1, index=packed).groupby(level=0).size()


def told_paths(counted: pd.Series, states: int) -> pd.DataFrame:
    """Read the paths that `count_paths` counted.

    Returns
    -------
    DataFrame
        path (a tuple of states), cut (whether steps before it are left out), sessions. Most
        frequent first, then by path.
    """
    base = states + 1
    frame = pd.DataFrame(
        {
            "path": [_unpacked(int(n), base) for n in counted.index],
            "cut": counted.index >= base**PATH_STEPS,
            "sessions": counted.to_numpy(),
        }
    )
    return frame.sort_values(["sessions", "path"], ascending=[False, True], ignore_index=True)


def _unpacked(number: int, base: int) -> tuple[int, ...]:
    path = []
    for _ in range(PATH_STEPS):
        number, digit = divmod(number, base)
        if digit:
            path.append(digit - 1)
    return tuple(reversed(path))


def _people(who: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each event's person by number, and whether the same instant has a further event."""
    person = np.zeros(len(who), dtype=np.int32)
    new = who[1:] != who[:-1]
    np.cumsum(new, out=person[1:], dtype=np.int32)
    tied = np.zeros(len(who), dtype=bool)
    tied[:-1] = ~new & (at[1:] == at[:-1])
    return person, tied


def _ends_of_instants(places: np.ndarray, tied: np.ndarray) -> np.ndarray:
    """Give, for events at some places, the place of the last event of the same instant."""
    followed = tied[places]
    if not followed.any():
        return places
    last = np.flatnonzero(~tied)
    ends = places.copy()
    ends[followed] = last[np.searchsorted(last, places[followed])]
    return ends
