"""Attribution against published paths worked by hand, and against the definitions."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shophelm.methods.attribution import (
    CONVERSION,
    NOTHING,
    START,
    conversion_probability,
    removal_effects,
    shapley_shares,
)


def steps(*paths):
    """Count the steps of paths, each a list of channels and whether it converts."""
    rows = []
    for channels, converts in paths:
        way = [START, *channels, CONVERSION if converts else NOTHING]
        rows += list(itertools.pairwise(way))
    frame = pd.DataFrame(rows, columns=["from_", "to"])
    return frame.value_counts().rename("n").reset_index()


PATHS = st.lists(
    st.tuples(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5), st.booleans()),
    min_size=1,
    max_size=30,
)


def test_markov_removal_is_that_of_the_hand_worked_paths():
    found = removal_effects(
        steps((["C1", "C2", "C3"], True), (["C1"], False), (["C2", "C3"], False))
    )
    assert found["effect"].to_dict() == pytest.approx({"C1": 0.5, "C2": 1.0, "C3": 1.0})
    assert found["share"].to_dict() == pytest.approx({"C1": 0.2, "C2": 0.4, "C3": 0.4})


def test_a_channel_met_twice_in_a_row_counts_as_a_step_to_itself():
    # from C1: to itself 1/2, on 1/2; the chain reaches the end all the same
    found = removal_effects(steps((["C1", "C1"], True)))
    assert found.loc["C1"].tolist() == pytest.approx([0.0, 1.0, 1.0])


def test_without_a_conversion_nothing_is_shared():
    found = removal_effects(steps((["C1"], False)))
    assert found[["effect", "share"]].to_numpy().tolist() == [[0.0, 0.0]]


@given(PATHS)
@settings(max_examples=100, deadline=None)
def test_the_chain_converts_as_often_as_the_paths_did(paths):
    found = steps(*paths)
    seen = np.mean([converts for _, converts in paths])
    assert conversion_probability(found) == pytest.approx(seen)
    shares = removal_effects(found)
    # the chance with all channels is what the first-order chain gives, which the steps keep
    whole = shares["probability"] / (1 - shares["effect"]).where(shares["effect"] < 1 - 1e-9)
    assert whole.dropna().to_numpy() == pytest.approx(seen) if seen else True
    assert shares["share"].sum() == pytest.approx(1.0 if seen else 0.0)
    assert shares["effect"].between(-1e-9, 1 + 1e-9).all()


def by_definition(sets):
    """Give Shapley values as the mean of what a channel adds over all orders of joining."""
    channels = sorted({c for names, _ in sets for c in names})

    def worth(coalition):
        return sum(n for names, n in sets if set(names) <= set(coalition))

    orders = list(itertools.permutations(channels))
    value = dict.fromkeys(channels, 0.0)
    for order in orders:
        for at, channel in enumerate(order):
            value[channel] += worth(order[: at + 1]) - worth(order[:at])
    return {c: v / len(orders) for c, v in value.items()}


@given(
    st.dictionaries(
        st.frozensets(st.sampled_from("abcde"), min_size=1), st.integers(1, 50), min_size=1
    )
)
@settings(max_examples=60, deadline=None)
def test_shapley_is_the_mean_of_what_a_channel_adds(counts):
    sets = [(tuple(sorted(names)), n) for names, n in counts.items()]
    frame = pd.DataFrame(sets, columns=["channels", "conversions"])
    found = shapley_shares(frame)["conversions"]
    assert found.to_dict() == pytest.approx(by_definition(sets))
    assert found.sum() == pytest.approx(frame["conversions"].sum())


def test_a_path_without_a_channel_is_refused():
    sets = pd.DataFrame({"channels": [()], "conversions": [1]})
    with pytest.raises(ValueError, match="a converting path without a channel"):
        shapley_shares(sets)
