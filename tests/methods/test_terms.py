"""Words and phrases by clause, laid out by hand."""

import numpy as np

from shophelm.methods.terms import terms_of


def test_words_and_neighbours_of_clauses_and_texts():
    cut = [("鞋底", "软"), ("runs", "small"), ("鞋底", "软", "鞋底")]
    terms = terms_of(cut, np.array([0, 0, 1]), 3, fewest=1)
    assert list(terms.names) == sorted(
        ["鞋底", "软", "鞋底软", "软鞋底", "runs", "small", "runs small"]
    )
    held = terms.in_text().toarray().astype(int)
    by_name = dict(zip(terms.names, held.T.tolist(), strict=True))
    assert by_name["鞋底"] == [1, 1, 0]
    assert by_name["软鞋底"] == [0, 1, 0]
    assert by_name["runs small"] == [1, 0, 0]
    phrase = list(terms.names).index("runs small")
    assert [terms.names[i] for i in terms.parts[phrase]] == ["runs", "small"]


def test_terms_of_too_few_texts_are_left_out_however_often_one_says_them():
    cut = [("good", "good"), ("good",), ("fine",), ("fine",)]
    terms = terms_of(cut, np.array([0, 0, 1, 2]), 3, fewest=2)
    assert list(terms.names) == ["fine"]


def test_only_the_marked_clauses_count():
    terms = terms_of([("a b",), ("c d",)], np.array([0, 0]), 1, fewest=1)
    assert terms.in_text(np.array([True, False])).toarray().tolist() == [[1, 0]]


def test_nothing_gives_nothing():
    terms = terms_of([], np.array([], dtype=int), 0)
    assert (len(terms.names), terms.in_text().shape) == (0, (0, 0))
