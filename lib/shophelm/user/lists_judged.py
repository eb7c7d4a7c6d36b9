"""Do offers from what people did beat the most popular products?"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
from scipy import sparse

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.item_to_item import bootstrap_means, hits, incidence
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.histories import LOOK_BACK, NEEDS, Histories, histories, taken
from shophelm.user.offering import AGAIN, AT_ONCE, LIKE, POPULAR, against, likeness, lists
from shophelm.words import Sentence, count, listing, number, plural, rate, sentence

SHARE_HELD = 4
"""A log shorter than four horizons is judged on its last quarter."""
FEWEST_PEOPLE = 30
MOST_JUDGED = 20_000
METHODS = (LIKE, POPULAR, AGAIN)
"""The lists that offers may be made of, the preferred one of equals first."""
JUDGED = ["method", "people", "hit_rate", "hit_low", "hit_high", "ndcg", "ndcg_low", "ndcg_high"]


@question("Do offers from what people did beat the most popular products?", *NEEDS)
def lists_judged(shop: Tables) -> pd.DataFrame:
    """Judge ways to make a list of ten products by what people took afterwards.

    The shop as it was known 28 days ago (or at three quarters of a log shorter than 112 days)
    makes a list for each person of whom it knew something; the list is held against what the
    person bought in the days after or, where fewer than 30 people bought, against what they looked
    at, favourited or carted too.

    Returns
    -------
    DataFrame
        One row per method, best ndcg first: item to item; most popular; same again (what the
        person did last, what was just bought left out); and last a yardstick that offers do not
        use, the same again without that rule. Columns: people (judged; at most 20,000), hit_rate
        (share of lists with at least one product taken) and ndcg (see `methods.item_to_item.hits`),
        each with a 95 % bootstrap interval over people, and ahead, ahead_low, ahead_high: by how
        much the first row's ndcg is larger, over the same draws. No rows where fewer than 30
        people can be judged.
        ``attrs``: days, bought (whether purchases were held against), unknown (people who took
        something and of whom nothing was known).

    Notes
    -----
    All lists obey the rules of the shelf as known then. Products that nobody had met by then are
    left out of what was taken. What people took without offers is held against offers they did not
    get: it tells which list knows them better, not what offers would add. That takes a test.
    """
    horizon = _horizon(shop)
    cut = shop.as_of - timedelta(days=horizon)
    after = Period(cut + timedelta(days=1), shop.as_of)
    earlier = shop.at(cut)
    past = histories(earlier, last_days(cut, days=LOOK_BACK))
    for bought in (True, False):
        people, relevant, unknown = _taken_later(past, taken(shop, after, bought=bought))
        if len(people) >= FEWEST_PEOPLE:
            break
    about = {"days": horizon, "bought": bought, "unknown": unknown}
    if len(people) < FEWEST_PEOPLE:
        frame = pd.DataFrame(columns=[*JUDGED, "ahead", "ahead_low", "ahead_high"])
    else:
        allowed, alike = against(earlier, past) == "", likeness(past)
        judged = {}
        for method in (*METHODS, AT_ONCE):
            made = {"allowed": allowed, "alike": alike, "bought": bought}
            judged[method] = hits(lists(past, method, people, **made)[0], relevant)
        frame = _compared(judged)
    frame.attrs |= about
    return frame


@carries_missing
def find_lists_judged(judged: pd.DataFrame) -> Sentence:
    """Say which list knows people best, and whether that is beyond chance."""
    if judged.empty:
        return sentence(
            "Fewer than {n} people came back in the last {days} days: which offers suit them "
            "cannot be judged.",
            n=count(FEWEST_PEOPLE),
            days=count(judged.attrs["days"]),
        )
    best, *rest = judged.itertuples()
    text, values = _against_others(judged)
    return sentence(
        "Of {people} who {did} in the last {days} days, {hit} took one of the ten products that "
        "“{best}” would have listed before ({rest}). " + text,
        people=plural(int(best.people), "person", "people"),
        did="bought" if judged.attrs["bought"] else "came back",
        days=count(judged.attrs["days"]),
        hit=rate(best.hit_rate, digits=1),
        best=best.method,
        rest=listing([f"“{r.method}” {rate(r.hit_rate, digits=1)}" for r in rest]),
        **values,
    )


def _against_others(judged: pd.DataFrame) -> tuple[str, dict[str, object]]:
    """Say by NDCG which lists the best one is ahead of, and what follows."""
    best, *others = judged[judged["method"] != AT_ONCE].itertuples()
    sure = [f"“{r.method}”" for r in others if r.ahead_low > 0]
    tied = [f"“{r.method}”" for r in others if not r.ahead_low > 0]
    text, values = "By NDCG ({ndcg}) it is", {"ndcg": number(best.ndcg, digits=3)}
    text += " ahead of {sure} beyond chance" if sure else " not ahead of {tied} beyond chance"
    text += ", of {tied} not; offers use it." if sure and tied else "; offers use it."
    values |= {"sure": listing(sure)} if sure else {}
    values |= {"tied": listing(tied)} if tied else {}
    if best.method == POPULAR:
        text += " What a person did tells no more than what everybody buys."
    at_once = judged[judged["method"] == AT_ONCE].iloc[0]
    if at_once["ahead_high"] < 0:
        text += (
            " Listing even what was just bought would have been right more often still (NDCG "
            "{again}): people buy that again without an offer."
        )
        values["again"] = number(at_once["ndcg"], digits=3)
    return text, values


def _horizon(shop: Tables) -> int:
    return max(1, min(HORIZON_DAYS, ((shop.as_of - shop.first_day).days + 1) // SHARE_HELD))


def _taken_later(past: Histories, later: pd.DataFrame) -> tuple[np.ndarray, sparse.csr_array, int]:
    """Give who can be judged, what they took, and how many took something unknown to the shop."""
    person = pd.Index(past.people).get_indexer(later["person"])
    product = pd.Index(past.products).get_indexer(later["product_id"])
    unknown = later["person"][person < 0].nunique()
    known = (person >= 0) & (product >= 0)
    relevant = incidence(person[known], product[known], shape=past.shape)
    people = np.flatnonzero(np.diff(relevant.indptr))
    # evenly through the ids, which say nothing of the people
    people = people[:: -(-len(people) // MOST_JUDGED) or 1]
    return people, relevant[people], unknown


def _compared(judged: dict[str, pd.DataFrame]) -> pd.DataFrame:
    best = max(METHODS, key=lambda m: (judged[m]["ndcg"].mean(), -METHODS.index(m)))
    columns = [judged[m][c] for m in judged for c in ("hit", "ndcg")]
    columns += [judged[best]["ndcg"] - judged[m]["ndcg"] for m in judged]
    values = np.column_stack(columns)
    low, high = bootstrap_means(values)
    rows = []
    for i, method in enumerate(judged):
        at = {"hit": 2 * i, "ndcg": 2 * i + 1, "ahead": 2 * len(judged) + i}
        row = {"method": method, "people": len(values)}
        for name, j in at.items():
            title = "hit_rate" if name == "hit" else name
            row |= {title: values[:, j].mean(), f"{name}_low": low[j], f"{name}_high": high[j]}
        rows.append(row)
    *usable, yardstick = rows
    # of equals the preferred one stands first
    usable = sorted(usable, key=lambda row: (row["method"] != best, row["ahead"]))
    return pd.DataFrame([*usable, yardstick])
