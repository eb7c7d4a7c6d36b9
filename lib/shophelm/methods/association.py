"""What goes together in baskets, and what would have gone into them anyway."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from shophelm.methods.proportions import more_by_chance


def pairs(
    basket: np.ndarray, item: np.ndarray, group: np.ndarray, *, fewest: int = 5
) -> pd.DataFrame:
    """Find the rules {a} → {b} of baskets, and hold each against like baskets without a.

    Like baskets hold another item of a's group (neither a nor b), but not a. If b goes into them
    as often as into baskets with a, it would have been bought anyway.

    Parameters
    ----------
    basket, item
        What is in which basket; numbers from 0. Told twice, it is in it once.
    group
        For each item, its group, a number from 0; −1 for none.
    fewest
        Pairs that fewer baskets hold are left out.

    Returns
    -------
    DataFrame
        a, b; together (baskets with both); support (share of all baskets), confidence (of the
        baskets with a), lift and leverage (against independence; Agrawal et al. 1993,
        Piatetsky-Shapiro 1991); with_a and with_b (baskets with each); like and like_b (like
        baskets, and those of them with b), anyway (like_b / like; null where there are none),
        excess (confidence − anyway) and excess_error (its standard error), p_value (of so large
        an excess by chance, Fisher's exact test, one-sided). Both directions of a pair, sorted by
        p_value, a, b.
        ``attrs["looked_at"]`` counts the pairs of items that `fewest` baskets hold each: those
        that chance kept apart were looked at, too.
    """
    items = len(group)
    basket, item = _once_each(basket, item, items)
    one, other, both = _counted(basket, item, items, fewest=fewest)
    a, b = np.concatenate([one, other]), np.concatenate([other, one])
    together = np.concatenate([both, both])
    holding = np.bincount(item, minlength=items)
    like, like_b = _like_baskets(basket, item, group, holding, (a, b, together))
    n = max(int(basket.max(initial=-1)) + 1, 1)
    frame = pd.DataFrame({"a": a, "b": b, "together": together, "support": together / n})
    frame["confidence"] = together / holding[a]
    frame["lift"] = frame["confidence"] / (holding[b] / n)
    frame["leverage"] = frame["support"] - holding[a] / n * holding[b] / n
    frame = frame.assign(with_a=holding[a], with_b=holding[b], like=like, like_b=like_b)
    frame["anyway"] = frame["like_b"] / frame["like"].where(frame["like"] > 0)
    frame["excess"] = frame["confidence"] - frame["anyway"]
    frame["excess_error"] = np.hypot(
        _error(together, holding[a]), _error(frame["like_b"], frame["like"])
    )
    counts = ("together", "with_a", "like_b", "like")
    frame["p_value"] = more_by_chance(*(frame[c] for c in counts))
    frame = frame.sort_values(["p_value", "a", "b"], ignore_index=True)
    often = int((holding >= fewest).sum())
    frame.attrs["looked_at"] = often * (often - 1) // 2
    return frame


def baskets_with(basket: np.ndarray, item: np.ndarray, items: int) -> np.ndarray:
    """Count the baskets that hold each item."""
    return np.bincount(_once_each(basket, item, items)[1], minlength=items)


def together_in(basket: np.ndarray, item: np.ndarray, items: int) -> sparse.csr_array:
    """Count the baskets that hold both of two items."""
    basket, item = _once_each(basket, item, items)
    one, other, both = _counted(basket, item, items)
    itself, times = np.arange(items), np.bincount(item, minlength=items)
    rows, columns = np.concatenate([one, other, itself]), np.concatenate([other, one, itself])
    return sparse.csr_array((np.concatenate([both, both, times]), (rows, columns)))


def _once_each(basket: np.ndarray, item: np.ndarray, items: int) -> tuple[np.ndarray, np.ndarray]:
    """Give each pair of basket and item once, sorted."""
    packed = np.sort(basket.astype(np.int64) * items + item)
    packed = packed[np.diff(packed, prepend=-1) != 0]
    return packed // max(items, 1), packed % max(items, 1)


def _counted(
    basket: np.ndarray, item: np.ndarray, items: int, *, fewest: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count the baskets that hold both of two items, the smaller first, where `fewest` do.

    Baskets and items come as `_once_each` gives them. Each item of a basket is paired with the
    next one, the one after it, and so on; a pair is a single number, so that sorting counts them.
    """
    ends = np.flatnonzero(np.diff(basket, append=-1)) + 1
    sizes = np.diff(ends, prepend=0)
    left = np.repeat(ends, sizes) - np.arange(1, len(basket) + 1)
    rows, found = np.flatnonzero(left), []
    while len(rows):
        ahead = len(found) + 1
        found.append(item[rows] * items + item[rows + ahead])
        rows = rows[left[rows] > ahead]
    pair, times = np.unique(np.concatenate([np.zeros(0, np.int64), *found]), return_counts=True)
    pair, times = pair[times >= fewest], times[times >= fewest]
    return pair // max(items, 1), pair % max(items, 1), times


def _incidence(row: np.ndarray, column: np.ndarray, columns: int) -> sparse.csr_array:
    ones = np.ones(len(row), dtype=np.int64)
    return sparse.csr_array((ones, (row, column)), (int(row.max(initial=-1)) + 1, columns))


def _like_baskets(
    basket: np.ndarray,
    item: np.ndarray,
    group: np.ndarray,
    holding: np.ndarray,
    rules: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Count baskets without a that hold another item of a's group, and those of them with b."""
    a, b, together = rules
    known = np.flatnonzero(group >= 0)
    x = _incidence(basket, item, len(group))
    groups = int(group.max(initial=0)) + 1
    member = sparse.csr_array(
        (np.ones(len(known), dtype=np.int64), (known, group[known])), (len(group), groups)
    )
    of_group = (x @ member).tocsr()
    alone = sparse.csr_array(
        ((of_group.data == 1).astype(np.int64), of_group.indices, of_group.indptr), of_group.shape
    )
    some = sparse.csr_array(
        (np.ones(of_group.nnz, dtype=np.int64), of_group.indices, of_group.indptr), of_group.shape
    )
    baskets_of = np.asarray(some.sum(axis=0)).ravel()
    # of the items that no rule names, nothing is asked
    named = np.unique(b)
    place = np.searchsorted(named, b)
    holds = x.tocsc()[:, named].T.tocsr()
    with_item, only_item = (holds @ some).tocsr(), (holds @ alone).tocsr()
    g = group[a]
    unknown = g < 0
    g = np.where(unknown, 0, g)
    # where b is of the same group, baskets with b alone of that group are not like ones
    b_alone = np.where(group[b] == group[a], _at(only_item, place, g), 0)
    like = baskets_of[g] - holding[a] - b_alone
    like_b = _at(with_item, place, g) - together - b_alone
    return np.where(unknown, 0, like), np.where(unknown, 0, like_b)


def _at(table: sparse.csr_array, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    return np.asarray(table[row, column]).ravel() if len(row) else np.zeros(0, dtype=np.int64)


def _error(yes: pd.Series | np.ndarray, trials: pd.Series | np.ndarray) -> np.ndarray:
    """Give a share's standard error, half a success and half a failure added."""
    share = (np.asarray(yes) + 0.5) / (np.asarray(trials) + 1)
    return np.sqrt(share * (1 - share) / (np.asarray(trials) + 1))
