"""Who took this, takes that: likeness of items from what people did, and how good lists of it are.

Matrices have a row per person (or basket) and a column per item. Counts are whole numbers, and
equal scores are told apart by popularity and then by the item's number, so that the order of rows
changes nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

SHRINK = 5
BLOCK = 512
"""Items whose likeness is worked out at a time: it bounds the memory."""
PEOPLE_BLOCK = 5_000
LONGEST = 500
"""Who took more items tells nothing of any two of them, and would cost the square of it."""
DRAWS = 2_000


def incidence(
    row: np.ndarray, item: np.ndarray, *, shape: tuple[int, int], weight: np.ndarray | int = 1
) -> sparse.csr_array:
    """Lay who has what out as a matrix; each pair of row and item is given once."""
    values = np.broadcast_to(np.asarray(weight), len(row))
    return sparse.csr_array((values, (row, item)), shape=shape)


def similar_items(taken: sparse.csr_array, *, most: int = 50, fewest: int = 2) -> sparse.csr_array:
    """Find the items most like each one: the cosine of who has them, shrunk where few have both.

    Parameters
    ----------
    taken
        People or baskets × items, ones. Rows of more than 500 items are left out.
    most
        Items kept for each.
    fewest
        Pairs that fewer rows hold are left out.

    Returns
    -------
    csr_array
        Items × items: c / √(n n′) · c / (c + 5), where c counts the rows with both items, n those
        with one; nothing on the diagonal.

    Notes
    -----
    Item-based collaborative filtering (Sarwar et al. 2001; Deshpande & Karypis 2004), with the
    usual shrinkage of small supports (Bell & Koren 2007). It says what goes together, not what
    would be bought because of an offer. Misleads where two items were never on sale together.
    """
    x = taken[np.diff(taken.indptr) <= LONGEST].astype(np.int64)
    held = np.asarray(x.sum(axis=0)).ravel()
    items = len(held)
    by_item = x.T.tocsr()
    blocks = [
        _block(by_item[first : first + BLOCK] @ x, held, first, most, fewest)
        for first in range(0, items, BLOCK)
    ]
    row, column, value = (np.concatenate(p) for p in zip(*blocks, strict=True))
    return sparse.csr_array((value, (row, column)), shape=(items, items))


def ranked(
    history: sparse.csr_array,
    similar: sparse.csr_array,
    *,
    popular: np.ndarray,
    allowed: np.ndarray,
    barred: sparse.csr_array,
    most: int = 10,
) -> tuple[np.ndarray, np.ndarray]:
    """Rank items for each person by the likeness to all that is in the person's history.

    Parameters
    ----------
    history
        People × items: how much each item of the past counts.
    similar
        Items × items, as `similar_items` gives it; what stands on its diagonal is how much an item
        speaks for itself.
    popular
        How popular each item is; it fills lists up and tells equal scores apart.
    allowed
        Which items may be listed at all.
    barred
        People × items: nonzero where a person is not to be shown an item.
    most
        Length of the lists.

    Returns
    -------
    (ndarray, ndarray)
        People × most: items, best first, and their scores; −1 and 0 where the list is shorter.
    """
    reach = (similar @ sparse.diags_array(allowed.astype(float))).tocsr()
    by_popularity = np.lexsort((np.arange(len(popular)), -popular))
    place = np.empty(len(popular))
    place[by_popularity] = np.arange(len(popular))
    listed = by_popularity[allowed[by_popularity] & (popular[by_popularity] > 0)]
    # as many more as anyone has barred: then every list can be filled
    spare = int(np.diff(barred.indptr).max(initial=0))
    listed = listed[: most + spare]
    found = np.full((history.shape[0], most), -1)
    score = np.zeros(found.shape)
    for first in range(0, len(found), PEOPLE_BLOCK):
        rows = slice(first, min(first + PEOPLE_BLOCK, len(found)))
        got = _candidates(history[rows] @ reach, listed, barred[rows])
        _fill(found[rows], score[rows], got, place)
    return found, score


def hits(lists: np.ndarray, relevant: sparse.csr_array) -> pd.DataFrame:
    """Judge each person's list by what the person then took.

    Parameters
    ----------
    lists
        People × k items, best first; −1 for none.
    relevant
        People × items: nonzero where the person took the item. Everyone took at least one.

    Returns
    -------
    DataFrame
        One row per person: hit (1 where at least one of the k was taken) and ndcg (each taken
        item at place i counts 1 / log2(i + 1), divided by what a list that begins with
        min(k, number taken) taken items would get; Järvelin & Kekäläinen 2002, with gains of 0
        and 1).
    """
    k = lists.shape[1]
    person = np.repeat(np.arange(len(lists)), k)
    taken = np.asarray(relevant[person, np.maximum(lists, 0).ravel()]).reshape(lists.shape) != 0
    taken &= lists >= 0
    gain = 1 / np.log2(np.arange(2, k + 2))
    best = np.concatenate([[0], np.cumsum(gain)])
    number = np.minimum(np.diff(relevant.indptr), k)
    return pd.DataFrame(
        {"hit": taken.any(axis=1).astype(float), "ndcg": (taken @ gain) / best[number]}
    )


def bootstrap_means(values: np.ndarray, *, confidence: float = 0.95) -> np.ndarray:
    """Give the ends of the bootstrap intervals of columns' means, rows drawn together.

    Parameters
    ----------
    values
        One row per person. The order of rows changes nothing: equal rows are drawn together.
    confidence
        Of the percentile intervals.

    Returns
    -------
    ndarray
        2 × columns: low, high.
    """
    cells, times = np.unique(values, axis=0, return_counts=True)
    drawn = np.random.default_rng(0).multinomial(len(values), times / len(values), size=DRAWS)
    ends = [0.5 - confidence / 2, 0.5 + confidence / 2]
    return np.quantile(drawn @ cells / len(values), ends, axis=0)


def _block(
    together: sparse.csr_array, held: np.ndarray, first: int, most: int, fewest: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the items most like those from `first` on: row, column, likeness."""
    both = together.tocoo()
    row, column, count = both.row + first, both.col, both.data
    kept = (row != column) & (count >= fewest)
    row, column, count = row[kept], column[kept], count[kept]
    value = count / np.sqrt(held[row] * held[column]) * (count / (count + SHRINK))
    order = np.lexsort((column, -value, row))
    order = order[_places(row[order]) < most]
    return row[order], column[order], value[order]


def _places(group: np.ndarray) -> np.ndarray:
    """Count the members of each group from 0; groups stand together."""
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    return np.arange(len(group)) - np.repeat(starts, np.diff(np.append(starts, len(group))))


def _candidates(
    scored: sparse.csr_array, listed: np.ndarray, barred: sparse.csr_array
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give person, item and score of all that may be shown: the scored, then the popular."""
    people, items = scored.shape
    scored = scored.tocoo()
    positive = scored.data > 0
    row = np.concatenate([scored.row[positive], np.repeat(np.arange(people), len(listed))])
    item = np.concatenate([scored.col[positive], np.tile(listed, people)])
    score = np.zeros(len(row))
    score[: positive.sum()] = scored.data[positive]
    # a popular item that has a score stands there twice: the first is the scored one
    key, at = np.unique(row.astype(np.int64) * items + item, return_index=True)
    out = barred.tocoo()
    shown = ~np.isin(key, out.row.astype(np.int64) * items + out.col)
    at = at[shown]
    return row[at], item[at], score[at]


def _fill(
    found: np.ndarray,
    score: np.ndarray,
    got: tuple[np.ndarray, np.ndarray, np.ndarray],
    place: np.ndarray,
) -> None:
    row, item, value = got
    # sums in another order differ in the last digits: they are equal
    value = np.round(value, 9)
    order = np.lexsort((place[item], -value, row))
    nth = _places(row[order])
    order, nth = order[nth < found.shape[1]], nth[nth < found.shape[1]]
    found[row[order], nth] = item[order]
    score[row[order], nth] = value[order]
