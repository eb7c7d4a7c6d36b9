"""Which words and two-word phrases stand in which clause of which text."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from shophelm.methods.tokens import paired

FEWEST = 3


@dataclass(frozen=True, eq=False)
class Terms:
    """Terms of some texts.

    Attributes
    ----------
    names
        Words and phrases of two neighbouring words, sorted.
    parts
        terms × 2: where a phrase's words stand in `names`; −1 for words, and for the words of a
        phrase that are not there.
    in_clause
        clauses × terms, 1 where the clause holds the term.
    text_of
        For each clause, the number of its text, ascending.
    texts
        How many texts there are.
    """

    names: np.ndarray
    parts: np.ndarray
    in_clause: sparse.csr_array
    text_of: np.ndarray
    texts: int

    @functools.cached_property
    def by_term(self) -> sparse.csc_array:
        """`in_clause`, laid out by term."""
        return self.in_clause.tocsc()

    def in_text(self, clauses: np.ndarray | None = None) -> sparse.csr_array:
        """Give texts × terms, 1 where some clause (of those marked) of the text holds the term."""
        return self.of_texts(self.in_clause, clauses)

    def of_texts(
        self, flags: sparse.csr_array, clauses: np.ndarray | None = None
    ) -> sparse.csr_array:
        """Give texts × columns, 1 where some clause (of those marked) of the text has the flag."""
        use = np.ones(len(self.text_of)) if clauses is None else clauses.astype(float)
        where = (self.text_of, np.arange(len(self.text_of)))
        gather = sparse.csr_array((use, where), shape=(self.texts, len(self.text_of)))
        summed = (gather @ flags).tocsr()
        summed.eliminate_zeros()
        summed.data = np.ones(len(summed.data))
        return summed


def terms_of(
    cut: Sequence[Sequence[str]], text_of: np.ndarray, texts: int, *, fewest: int = FEWEST
) -> Terms:
    """Lay out the words and two-word phrases of clauses.

    Parameters
    ----------
    cut
        Each clause's words, in order. Clauses alike may be the same object, which is faster.
    text_of
        For each clause, the number of its text (0 to texts − 1), ascending.
    texts
        How many texts there are.
    fewest
        Terms in fewer texts are left out.
    """
    code: dict[str, int] = {}
    halves: dict[str, tuple[str, str]] = {}
    kept: dict[int, np.ndarray] = {}
    rows = [_numbers(clause, code, halves, kept) for clause in cut]
    sizes = np.array([len(r) for r in rows], dtype=np.int64)
    columns = np.concatenate(rows) if rows else np.array([], dtype=np.int64)
    clause = np.repeat(np.arange(len(cut)), sizes)
    counts = _texts_with(columns, np.asarray(text_of)[clause], len(code))
    every = np.array(list(code), dtype=object)
    chosen = np.flatnonzero(counts >= fewest)
    chosen = chosen[np.argsort(every[chosen], kind="stable")]
    place = np.full(len(code), -1)
    place[chosen] = np.arange(len(chosen))
    keep = place[columns] >= 0
    where = (clause[keep], place[columns[keep]])
    shape = (len(cut), len(chosen))
    matrix = sparse.csr_array((np.ones(int(keep.sum())), where), shape=shape)
    names = every[chosen]
    parts = [[place[code[w]] for w in halves[n]] if n in halves else [-1, -1] for n in names]
    parts = np.array(parts, dtype=np.int64).reshape(-1, 2)
    return Terms(names, parts, matrix, np.asarray(text_of), texts)


def _numbers(
    clause: Sequence[str],
    code: dict[str, int],
    halves: dict[str, tuple[str, str]],
    kept: dict[int, np.ndarray],
) -> np.ndarray:
    """Give the numbers of a clause's terms, each once; new ones get the next number."""
    if id(clause) not in kept:
        found = list(clause)
        for first, second in itertools.pairwise(clause):
            phrase = paired(first, second)
            # 开胶 may be cut in two, or not: one term, and a word where it ever is one
            halves.setdefault(phrase, (first, second))
            found.append(phrase)
        numbers = {code.setdefault(t, len(code)) for t in clause}
        numbers |= {code.setdefault(t, len(code)) for t in found}
        kept[id(clause)] = np.fromiter(sorted(numbers), dtype=np.int64)
    return kept[id(clause)]


def _texts_with(columns: np.ndarray, text: np.ndarray, terms: int) -> np.ndarray:
    pairs = np.unique(columns * (text.max(initial=0) + 1) + text)
    return np.bincount(pairs // (text.max(initial=0) + 1), minlength=terms)
