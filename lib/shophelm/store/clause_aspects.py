"""Which clause is about what: by words that people listed, and words that keep their company."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from shophelm.methods.proportions import beyond_chance, more_by_chance
from shophelm.methods.tokens import without_negation
from shophelm.store.aspect_words import ASPECTS, BETWEEN, NAMES, NOT_MEANT
from shophelm.store.review_texts import Reviews

COMPANY = 0.6
"""Share of a word's clauses that must be about an aspect before the word stands for it."""
FEWEST_COMPANY = 8
"""Different clauses: a phrase that many write alike is one."""
COMPANY_ERROR = 0.01


def clause_aspects(reviews: Reviews) -> tuple[np.ndarray, pd.DataFrame]:
    """Say which aspects each clause is about.

    Returns
    -------
    ndarray
        clauses × aspects (in the order of `NAMES`), true where it is about it. A clause without a
        listed word is about what the words learned from the shop's own reviews stand for.
    DataFrame
        The words learned: word, aspect, clauses (different ones that hold it), share (of them about
        the aspect by a listed word). They stand in at least eight, most of them about that aspect,
        beyond chance (Fisher's exact test, false discoveries kept to 1 %). Words of one character
        are left out: they keep anyone's company.
    """
    listed = _listed(reviews)
    learned = _learned(reviews, listed)
    terms = reviews.terms
    stands = np.zeros((len(terms.names), len(NAMES)))
    place = {name: i for i, name in enumerate(terms.names)}
    for word, aspect in zip(learned["word"], learned["aspect"], strict=True):
        stands[place[word], NAMES.index(aspect)] = 1
    further = np.asarray(terms.in_clause @ stands) > 0
    return listed | (further & ~listed.any(axis=1, keepdims=True)), learned


def _listed(reviews: Reviews) -> np.ndarray:
    """Mark the clauses that hold a listed word; those between two aspects by their category."""
    memo: dict[str, tuple[frozenset[int], frozenset[str]]] = {}
    met: dict[int, tuple[frozenset[int], frozenset[str]]] = {}
    about = np.zeros((len(reviews.cut), len(NAMES)), dtype=bool)
    open_words: list[tuple[int, str]] = []
    for i, clause in enumerate(reviews.cut):
        if id(clause) not in met:
            found = [_of_word(w, memo) for w in clause]
            met[id(clause)] = (
                frozenset().union(*(f[0] for f in found)),
                frozenset().union(*(f[1] for f in found)),
            )
        sure, unsure = met[id(clause)]
        about[i, list(sure)] = True
        open_words += [(i, word) for word in unsure]
    return _settled(reviews, about, open_words)


def _of_word(
    word: str, memo: dict[str, tuple[frozenset[int], frozenset[str]]]
) -> tuple[frozenset[int], frozenset[str]]:
    """Give the aspects that a word stands for, and the word itself where it is between some."""
    if word not in memo:
        base = without_negation(word)
        sure = {
            i
            for i, aspect in enumerate(ASPECTS.values())
            if base not in NOT_MEANT
            and (base in aspect.words or any(_holds(base, w) for w in aspect.words))
        }
        memo[word] = frozenset(sure), frozenset({base} & set(BETWEEN))
    return memo[word]


def _holds(word: str, seed: str) -> bool:
    return len(seed) > 1 and not seed.isascii() and seed in word


def _settled(reviews: Reviews, about: np.ndarray, open_words: list[tuple[int, str]]) -> np.ndarray:
    """Give words between aspects to what their clause, or else their category, is about."""
    if not open_words:
        return about
    sure = about.copy()
    row = reviews.terms.text_of
    category = pd.factorize(reviews.frame["category"].to_numpy()[row], use_na_sentinel=False)[0]
    uses = np.zeros((category.max() + 1, len(NAMES)))
    np.add.at(uses, category, sure)
    for i, word in open_words:
        may = [NAMES.index(name) for name in BETWEEN[word]]
        if not sure[i, may].any():
            about[i, max(may, key=lambda a: (uses[category[i], a], -may.index(a)))] = True
    return about


def _learned(reviews: Reviews, listed: np.ndarray) -> pd.DataFrame:
    terms = reviews.terms
    memo: dict[str, tuple[frozenset[int], frozenset[str]]] = {}
    word = np.flatnonzero(terms.parts[:, 0] < 0)
    word = [i for i in word if len(terms.names[i]) > 1 and not any(_of_word(terms.names[i], memo))]
    word = np.array(word, dtype=np.int64)
    once = np.array(list({clause: i for i, clause in enumerate(reviews.cut)}.values()), dtype=int)
    holds, listed = sparse.csr_array(terms.in_clause[once][:, word]), listed[once]
    clauses = np.asarray(holds.sum(axis=0)).ravel()
    together = np.asarray(holds.T @ listed.astype(float)).reshape(len(word), len(NAMES))
    enough = (clauses >= FEWEST_COMPANY)[:, None] & (together > 0)
    at, aspect = np.nonzero(enough)
    hits, n, about = together[at, aspect], clauses[at], listed.sum(axis=0)[aspect]
    p_value = more_by_chance(hits, n, about - hits, len(listed) - n)
    frame = pd.DataFrame(
        {
            "word": terms.names[word][at],
            "aspect": np.array(NAMES, dtype=object)[aspect],
            "clauses": n.astype(int),
            "share": hits / n,
        }
    )
    found = beyond_chance(p_value, rate=COMPANY_ERROR) & (frame["share"] >= COMPANY).to_numpy()
    frame = frame[found].sort_values(["share", "word"], ascending=[False, True], kind="stable")
    frame = frame.drop_duplicates("word")
    return frame.sort_values(["aspect", "clauses", "word"], ascending=[True, False, True],
                             ignore_index=True)  # fmt: skip
