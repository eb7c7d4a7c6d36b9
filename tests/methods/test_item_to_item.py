import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from shophelm.methods import item_to_item
from shophelm.methods.item_to_item import bootstrap_means, hits, incidence, ranked, similar_items


def taken(*people, items=4):
    rows = [(i, item) for i, person in enumerate(people) for item in person]
    row, item = np.array(rows).T
    return incidence(row, item, shape=(len(people), items))


def test_likeness_is_the_shrunk_cosine():
    alike = similar_items(taken({0, 1}, {0, 1}, {0, 1, 2}, {0, 2}, {3}))
    # items 0 and 1: three people have both, four and three have one; 0 and 2: two have both
    assert alike[0, 1] == pytest.approx(3 / np.sqrt(4 * 3) * 3 / 8)
    assert alike[0, 2] == pytest.approx(2 / np.sqrt(4 * 2) * 2 / 7)
    # only one has both 1 and 2: that tells nothing
    assert alike[1, 2] == 0
    assert alike.diagonal().tolist() == [0, 0, 0, 0]


def test_only_the_most_alike_are_kept_and_equals_go_by_number():
    people = [{0, 1}, {0, 1}, {0, 2}, {0, 2}, {0, 3}, {0, 3}, {0, 3}]
    alike = similar_items(taken(*people), most=2)
    assert np.flatnonzero(alike[[0]].toarray()).tolist() == [1, 3]


def test_who_takes_hundreds_of_items_tells_nothing_of_two():
    crowd = set(range(item_to_item.LONGEST + 1))
    alike = similar_items(taken(crowd, crowd, {0, 1}, {0, 1}, items=len(crowd)))
    assert alike.nnz == 2
    assert alike[0, 1] == pytest.approx(2 / 2 * 2 / 7)


def test_blocks_of_items_change_nothing(monkeypatch):
    rng = np.random.default_rng(1)
    x = sparse.csr_array((rng.random((200, 30)) < 0.2).astype(int))
    whole = similar_items(x, most=5)
    monkeypatch.setattr(item_to_item, "BLOCK", 7)
    parts = similar_items(x, most=5)
    assert (whole != parts).nnz == 0


def chain():
    """Item 0 is like 1 and 2; 3 is like none, and the most popular."""
    return sparse.csr_array(np.array([[0, 0.5, 0.4, 0], [0.5, 0, 0, 0], [0.4, 0, 0, 0], [0] * 4]))


def lists(history, *, allowed=(1, 1, 1, 1), barred=((0, 0, 0, 0),), most=3):
    found, score = ranked(
        sparse.csr_array(np.array(history, dtype=float)),
        chain(),
        popular=np.array([5, 1, 1, 9]),
        allowed=np.array(allowed, dtype=bool),
        barred=sparse.csr_array(np.array(barred)),
        most=most,
    )
    return found.tolist(), score.tolist()


def test_lists_are_by_likeness_and_filled_up_by_popularity():
    found, score = lists([[1, 0, 0, 0]])
    assert found == [[1, 2, 3]]
    assert score == [[0.5, 0.4, 0.0]]


def test_what_is_not_allowed_or_barred_is_on_no_list():
    assert lists([[1, 0, 0, 0]], allowed=(1, 0, 1, 1))[0] == [[2, 3, 0]]
    assert lists([[1, 0, 0, 0]], barred=((0, 1, 0, 1),))[0] == [[2, 0, -1]]


def test_without_a_past_the_most_popular_are_listed_and_equals_go_by_number():
    assert lists([[0, 0, 0, 0]], most=4)[0] == [[3, 0, 1, 2]]


def test_blocks_of_people_change_nothing(monkeypatch):
    history = np.random.default_rng(2).random((23, 4)).round(1)
    barred = np.random.default_rng(3).random((23, 4)) < 0.2
    whole = lists(history, barred=barred.astype(int))
    monkeypatch.setattr(item_to_item, "PEOPLE_BLOCK", 4)
    assert lists(history, barred=barred.astype(int)) == whole


def test_hits_and_ndcg_by_hand():
    made = np.array([[0, 1, 2], [3, 2, -1], [1, 2, 0]])
    relevant = sparse.csr_array(np.array([[0, 1, 0, 1], [1, 0, 0, 0], [1, 1, 1, 1]]))
    judged = hits(made, relevant)
    assert judged["hit"].tolist() == [1, 0, 1]
    # the first took 2, of which one stands second; the third took everything listed
    best_of_two = 1 + 1 / np.log2(3)
    assert judged["ndcg"].tolist() == pytest.approx([(1 / np.log2(3)) / best_of_two, 0, 1])


def test_ndcg_agrees_with_scikit_learn():
    from sklearn.metrics import ndcg_score

    rng = np.random.default_rng(4)
    relevant = (rng.random((50, 20)) < 0.2).astype(int)
    relevant[:, 0] = 1
    order = np.array([rng.permutation(20) for _ in range(50)])
    scores = np.zeros((50, 20))
    np.put_along_axis(scores, order, np.arange(20, 0, -1), axis=1)
    ours = hits(order[:, :10], sparse.csr_array(relevant))["ndcg"].mean()
    assert ours == pytest.approx(ndcg_score(relevant, scores, k=10))


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), min_size=2, max_size=40))
def test_the_order_of_people_changes_no_interval(rows):
    values = np.array(rows, dtype=float)
    np.testing.assert_array_equal(bootstrap_means(values), bootstrap_means(values[::-1]))


def test_the_interval_holds_the_true_mean_as_often_as_it_says():
    rng = np.random.default_rng(5)
    ends = [bootstrap_means((rng.random((200, 1)) < 0.3).astype(float)).ravel() for _ in range(300)]
    inside = np.mean([low <= 0.3 <= high for low, high in ends])
    # 300 trials of 95 %: within four standard errors
    assert abs(inside - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 300)
