import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.association import pairs, together_in

TOY = [
    ["Milk", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"],
    ["Dill", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"],
    ["Milk", "Apple", "Kidney Beans", "Eggs"],
    ["Milk", "Unicorn", "Corn", "Kidney Beans", "Yogurt"],
    ["Corn", "Onion", "Kidney Beans", "Ice cream", "Eggs"],
]


def rules(baskets, groups, **options):
    names = sorted(groups)
    rows = [(i, names.index(n)) for i, basket in enumerate(baskets) for n in sorted(set(basket))]
    basket, item = np.array(rows).T
    found = pairs(basket, item, np.array([groups[n] for n in names]), **options)
    found["a"], found["b"] = (found[c].map(names.__getitem__) for c in "ab")
    return found.set_index(["a", "b"])


def test_a_rule_has_its_published_figures():
    # mlxtend documentation, association_rules: {Onion} → {Eggs}
    found = rules(TOY, {n: 0 for basket in TOY for n in basket}, fewest=1).loc[("Onion", "Eggs")]
    figures = found[["support", "confidence", "lift", "leverage"]].tolist()
    assert figures == pytest.approx([0.6, 1.0, 1.25, 0.12])


def test_like_baskets_hold_another_item_of_the_group():
    baskets = [
        *[["shirt", "tie"]] * 6,
        *[["shirt"]] * 4,
        *[["coat", "tie"]] * 2,
        *[["coat"]] * 8,
        # no like basket: nothing of the shirt's group
        *[["tie"]] * 5,
        *[["cap"]] * 5,
    ]
    found = rules(baskets, {"shirt": 0, "coat": 0, "tie": 1, "cap": 1})
    row = found.loc[("shirt", "tie")]
    assert row[["together", "with_a", "like", "like_b"]].tolist() == [6, 10, 10, 2]
    assert row[["confidence", "anyway", "excess"]].tolist() == pytest.approx([0.6, 0.2, 0.4])
    # Fisher's exact test: C(10,6) C(10,2) + C(10,7) C(10,1) + C(10,8), of C(20,8)
    assert row["p_value"] == pytest.approx((210 * 45 + 120 * 10 + 45) / 125970)


def test_what_goes_into_every_basket_would_have_been_bought_anyway():
    baskets = [["shirt", "bag"]] * 10 + [["coat", "bag"]] * 10
    row = rules(baskets, {"shirt": 0, "coat": 0, "bag": 1}).loc[("shirt", "bag")]
    assert (row["excess"], row["p_value"]) == (0, 1)


def test_an_item_without_a_group_has_no_like_baskets():
    row = rules([["shirt", "tie"]] * 5 + [["coat"]] * 5, {"shirt": -1, "tie": 0, "coat": 0}).iloc[0]
    found = rules([["shirt", "tie"]] * 5, {"shirt": -1, "tie": 0}).loc[("shirt", "tie")]
    assert found["like"] == 0
    assert np.isnan(found["anyway"])
    assert np.isnan(found["p_value"])
    assert row["together"] == 5


def test_no_baskets_make_no_pairs():
    none = np.zeros(0, dtype=np.int64)
    assert pairs(none, none, none).empty


GROUPS = {"p": 0, "q": 0, "r": 0, "s": 1, "t": 1, "u": 2}
some_baskets = st.lists(
    st.sets(st.sampled_from(sorted(GROUPS)), min_size=1), min_size=2, max_size=25
)


@given(some_baskets)
def test_counts_are_what_going_through_the_baskets_finds(baskets):
    found = rules(baskets, GROUPS, fewest=1)
    for (a, b), row in found.iterrows():
        others = {n for n, g in GROUPS.items() if g == GROUPS[a]} - {a, b}
        like = [basket for basket in baskets if a not in basket and basket & others]
        assert row["together"] == sum({a, b} <= basket for basket in baskets)
        assert row["like"] == len(like)
        assert row["like_b"] == sum(b in basket for basket in like)


def test_views_together_are_counted_both_ways():
    both = together_in(np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 2]), 4)
    assert both.toarray().tolist() == [[2, 2, 0, 0], [2, 2, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
