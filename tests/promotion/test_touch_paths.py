"""Paths counted in the engine: by hand, beside plain Python, and on real touches."""

import itertools
from collections import Counter

import ibis
import numpy as np
import pandas as pd
import pytest

from shophelm.methods.attribution import (
    CONVERSION,
    NOTHING,
    START,
    conversion_probability,
    removal_effects,
    shapley_shares,
)
from shophelm.promotion.touch_paths import touch_paths
from tests.conftest import SHARED

REAL = SHARED / "attribution_paths" / "attribution_data.csv"
JULY = pd.Timestamp("2026-07-01")


def tables(touches, conversions):
    """Make tables of (person, day, channel) and (person, day, value)."""
    seen = pd.DataFrame(touches, columns=["person", "at", "channel"])
    done = pd.DataFrame(conversions, columns=["person", "at", "value"])
    for frame in (seen, done):
        hours = (24 * frame["at"].astype(float)).round().astype("int64")
        frame["at"] = JULY + pd.to_timedelta(hours, unit="h")
    return ibis.memtable(seen), ibis.memtable(done.astype({"value": float, "person": "str"}))


def test_the_hand_worked_paths_are_counted():
    found = touch_paths(
        *tables(
            [
                *[("a", 1, "C1"), ("a", 2, "C2"), ("a", 3, "C3")],
                *[("b", 1, "C1"), ("c", 1, "C2"), ("c", 2, "C3")],
            ],
            [("a", 3, 10.0)],
        )
    )
    shares = removal_effects(found.transitions)["share"]
    assert shares.to_dict() == pytest.approx({"C1": 0.2, "C2": 0.4, "C3": 0.4})
    assert conversion_probability(found.transitions) == pytest.approx(1 / 3)
    assert (found.paths, found.conversions, found.value, found.untouched) == (3, 1, 10.0, 0)
    last = found.last.set_index("channel")["conversions"]
    assert last.to_dict() == {"C1": 0.0, "C2": 0.0, "C3": 1.0}
    # aged 2, 1 and 0 days, at a half-life of 7
    weights = 0.5 ** (np.array([2, 1, 0]) / 7)
    decayed = found.decayed.set_index("channel")["value"]
    assert decayed.tolist() == pytest.approx(10 * weights / weights.sum())


def test_a_new_path_begins_after_a_conversion_and_old_touches_do_not_count():
    found = touch_paths(
        *tables(
            [("a", 0, "old"), ("a", 40, "x"), ("a", 42, "y"), ("b", 5, "x")],
            [("a", 41, 1.0), ("a", 43, 2.0), ("c", 9, 4.0)],
        )
    )
    assert found.sets.to_dict("list") == {
        "channels": [("x",), ("y",)],
        "conversions": [1, 1],
        "value": [1.0, 2.0],
    }
    # c never touched anything in time
    assert (found.paths, found.conversions, found.untouched) == (3, 2, 1)


def plainly(touches, conversions, look_back=30, half_life=7.0):
    """Count the same in plain Python."""
    steps, sets, last, decayed, people = Counter(), Counter(), Counter(), Counter(), {}
    for person, at, channel in touches:
        people.setdefault(person, []).append((at, 0, channel, 0.0))
    for person, at, value in conversions:
        people.setdefault(person, []).append((at, 1, "", value))
    for rows in people.values():
        path = []
        for at, done, channel, _ in [*sorted(rows), (None, 2, "", 0.0)]:
            if done == 0:
                path.append((at, channel))
                continue
            end = at if done == 1 else max((a for a, _ in path), default=0)
            # in hours, as days and hours are not exact
            kept = [(a, c) for a, c in path if round(24 * (end - a)) < 24 * look_back]
            path = []
            if not kept:
                continue
            way = [START, *(c for _, c in kept), CONVERSION if done == 1 else NOTHING]
            steps.update(itertools.pairwise(way))
            if done == 1:
                sets[tuple(sorted({c for _, c in kept}))] += 1
                last[kept[-1][1]] += 1
                weights = [0.5 ** ((end - a) / half_life) for a, _ in kept]
                for (_, c), w in zip(kept, weights, strict=True):
                    decayed[c] += w / sum(weights)
    return steps, sets, last, decayed


@pytest.mark.parametrize("seed", range(5))
def test_the_engine_counts_what_plain_python_does(seed):
    rng = np.random.default_rng(seed)
    touches = [
        (f"p{p}", int(t) / 24, c)
        for p, t, c in zip(
            rng.integers(0, 40, 300),
            rng.integers(0, 2_160, 300),
            rng.choice(["ads", "live", "search"], 300),
            strict=True,
        )
    ]
    conversions = [
        (f"p{p}", int(t) / 24, 1.0)
        for p, t in zip(rng.integers(0, 45, 60), rng.integers(0, 2_160, 60), strict=True)
    ]
    found = touch_paths(*tables(touches, conversions))
    steps, sets, last, decayed = plainly(touches, conversions)
    assert {(r.from_, r.to): r.n for r in found.transitions.itertuples()} == steps
    assert dict(zip(found.sets["channels"], found.sets["conversions"], strict=True)) == sets
    ours = found.last.set_index("channel")["conversions"]
    assert ours[ours > 0].to_dict() == last
    assert found.decayed.set_index("channel")["conversions"].to_dict() == pytest.approx(decayed)


@pytest.mark.skipif(not REAL.exists(), reason="the real attribution paths are not here")
def test_real_touches_are_all_accounted_for():
    frame = pd.read_csv(REAL)
    frame["at"] = pd.to_datetime(frame["time"]).dt.tz_localize(None)
    frame = frame.rename(columns={"customer_id": "person", "conversion_value": "value"})
    touches = ibis.memtable(frame[["person", "at", "channel"]])
    done = frame[frame["conversion"] == 1]
    found = touch_paths(touches, ibis.memtable(done[["person", "at", "value"]]))
    # the sums that whoever published the file counted
    assert (found.conversions + found.untouched, found.value) == (1_838, pytest.approx(11_423.5))
    sides = [found.last, found.decayed, shapley_shares(found.sets).reset_index()]
    for side in sides:
        assert side["conversions"].sum() == pytest.approx(1_838)
        assert side["value"].sum() == pytest.approx(11_423.5)
    shares = removal_effects(found.transitions)
    assert shares["share"].sum() == pytest.approx(1.0)
    assert conversion_probability(found.transitions) == pytest.approx(1_838 / found.paths)


@pytest.mark.slow
def test_millions_of_paths_are_counted_in_the_engine():
    rng = np.random.default_rng(7)
    n = 6_000_000
    base = np.datetime64("2026-07-01", "s")
    frame = pd.DataFrame(
        {
            "person": rng.integers(0, 2_000_000, n).astype(str),
            "at": base + rng.integers(0, 30 * 86_400, n).astype("timedelta64[s]"),
            "channel": rng.choice(["ads", "content", "direct", "live", "search"], n),
        }
    )
    done = frame.sample(200_000, random_state=1)[["person", "at"]].assign(value=1.0)
    done = done.drop_duplicates(["person", "at"])
    found = touch_paths(ibis.memtable(frame), ibis.memtable(done))
    assert found.conversions == len(done)
    assert found.paths > 1_500_000
    # channels are drawn alike, so that each is owed a fifth by every way
    for side in (found.last, found.decayed, shapley_shares(found.sets)):
        assert (side["conversions"] / len(done)).tolist() == pytest.approx([0.2] * 5, abs=0.004)


def test_a_touch_at_the_moment_of_the_conversion_comes_before_it():
    found = touch_paths(*tables([("a", 0.0, "x")], [("a", 0.0, 3.0)]))
    assert (found.value, found.untouched) == (3.0, 0)
