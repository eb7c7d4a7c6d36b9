"""Since when buyers complain of what they did not complain of before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import special

from shophelm.methods.odds_ratio import log_odds_ratio
from shophelm.methods.proportions import beyond_chance, wilson
from shophelm.methods.share_change import ShareChange, share_change
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.store.aspect_words import GOODS, WITH_GOODS
from shophelm.store.review_sides import Said, said
from shophelm.store.review_texts import BAD_STARS
from shophelm.words import Sentence, listing, rate, sentence

FALSE_DISCOVERY = 0.05
FEWEST_COMPLAINTS = 4
"""Over all time, below which a change could not be told from chance."""
FARTHER = 0.1
"""Chance at most, both ways, that the category's others moved as far."""
WORSE, BETTER = "worse", "better"
COLUMNS = [
    *("product_id", "product", "category", "aspect", "reviews", "since", "since_low"),
    *("since_high", "before_reviews", "after_reviews", "before_share", "after_share"),
    *("peers_before_share", "peers_after_share", "p_value", "peers_p_value", "moved", "found"),
    *("quote", "review_id"),
]
BY_MONTH = [
    *("product_id", "product", "aspect", "month", "reviews", "complained", "share", "share_low"),
    *("share_high", "peers_share"),
]
SHOWN = [
    *("product", "aspect", "moved", "since", "since_low", "since_high", "after_reviews"),
    *("before_share", "after_share", "peers_before_share", "peers_after_share", "quote"),
]


@question(
    "Since when do buyers complain of what they did not complain of before?",
    "reviews",
    products="categories, whose other products tell a change of the goods from one of the times",
)
def review_changes(
    shop: Tables, *, bad_stars: int = BAD_STARS, false_discovery: float = FALSE_DISCOVERY
) -> pd.DataFrame:
    """Look for one break in the share of each product's reviews that complain of each aspect.

    Parameters
    ----------
    shop
        Needs reviews.
    bad_stars
        Reviews with so many stars or fewer teach what complaints sound like.
    false_discovery
        Share of false changes to expect among those found at most.

    Returns
    -------
    DataFrame
        One row per product × aspect with four complaints at least (aspect `the goods themselves`:
        size, colour, smell … together): product_id, product, category, aspect, reviews, since
        (first day of the later share) with since_low and since_high (80 %), before_reviews and
        after_reviews, before_share and after_share (of reviews that complain), peers_before_share
        and peers_after_share (of the reviews of the category's other products on the same days; the
        shop's where it has none), p_value (of so marked a break by chance, exact), peers_p_value
        (of so different a move from theirs), moved (worse or better), found (beyond chance, false
        discoveries kept in bounds, and farther than the others moved). For those found also quote
        (the shortest review that complains, since then where it got worse, before where better) and
        review_id. Found ones first, then by p_value.

    Notes
    -----
    Days are those of the review, which come days or weeks after the goods were sent. See
    `methods.share_change` for the break, of which it knows one.
    """
    read = said(shop, bad_stars=bad_stars)
    rows = list(_breaks(read))
    frame = pd.DataFrame(rows, columns=COLUMNS[: COLUMNS.index("found")])
    beyond = beyond_chance(frame["p_value"].astype(float), rate=false_discovery)
    frame["found"] = beyond & (frame["peers_p_value"].astype(float) <= FARTHER).to_numpy()
    return _quoted(read, _sorted(frame))


@carries_missing
def complaints_by_month(
    shop: Tables, frame: pd.DataFrame, *, bad_stars: int = BAD_STARS, most: int = 4
) -> pd.DataFrame:
    """Follow the complaints whose change was found, month by month.

    Parameters
    ----------
    shop
        The shop that `frame` is of.
    frame
        As `review_changes` gives it.
    bad_stars
        As for `frame`.
    most
        Rows followed at most.

    Returns
    -------
    DataFrame
        One row per followed row and month with a review of the product: product_id, product,
        aspect, month (its first day), reviews, complained, share with share_low and share_high
        (95 %, Wilson), peers_share (of the category's other products' reviews that month; null
        where there are none).
    """
    read = said(shop, bad_stars=bad_stars)
    reviews = read.reviews.frame
    month = np.array([d.replace(day=1) for d in reviews["day"]], dtype=object)
    parts = []
    for r in frame[frame["found"]].head(most).itertuples():
        own, rest = _sides(read, r.product_id)
        hit = read.complained[:, WITH_GOODS.index(r.aspect)]
        sums = [pd.Series(hit[m]).groupby(month[m]).agg(["size", "sum"]) for m in (own, rest)]
        part = sums[0].join(sums[1].add_suffix("_peers")).rename_axis("month").reset_index()
        shares = wilson(part["sum"], part["size"])
        part["peers_share"] = part["sum_peers"] / part["size_peers"]
        part = part.rename(columns={"size": "reviews", "sum": "complained"})
        part = part.assign(
            product_id=r.product_id, product=r.product, aspect=r.aspect, share=shares["rate"],
            share_low=shares["low"], share_high=shares["high"],
        )  # fmt: skip
        parts.append(part[BY_MONTH])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=BY_MONTH)


@carries_missing
def changes_shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick what a table of the changes found shows."""
    return frame.loc[frame["found"], SHOWN].reset_index(drop=True)


@carries_missing
def find_review_changes(frame: pd.DataFrame, *, currency: str = "") -> list[Sentence]:  # noqa: ARG001 - as every finding
    """Say what got worse or better, and since when."""
    found = frame[frame["found"]]
    if found.empty:
        return [sentence("No product's complaints changed more than chance and the times explain.")]
    said = []
    for (_, moved), rows in found.groupby(["product_id", "moved"], sort=False):
        first = _headline(rows)
        others = [a for a in rows["aspect"] if a not in (first.aspect, GOODS)]
        said.append(_told(first, moved, others))
    return said


def _headline(rows: pd.DataFrame) -> tuple:
    """Take the aspect, rather than the goods, where one carries the change."""
    named = rows[rows["aspect"] != GOODS]
    if named.empty:
        return next(rows.itertuples())
    best, goods = named.iloc[:1], rows[rows["aspect"] == GOODS]
    # of two aspects that carry the change together, neither alone tells its size
    if len(named) > 1 and len(goods):
        best = goods
    return next(best.itertuples())


def _told(row: tuple, moved: str, others: list[str]) -> Sentence:
    about = f"complaints about {row.aspect}"
    if others:
        about += f" (most of all {listing(others)})"
    return sentence(
        "{product}: {about} in {after} of the reviews since {since} (80% interval {low} to "
        "{high}), {before} before; in its category's others {peers_after}, {peers_before} before. "
        "{moved}: “{quote}”.",
        product=row.product,
        about=about,
        after=rate(row.after_share, digits=0),
        since=row.since,
        low=row.since_low,
        high=row.since_high,
        before=rate(row.before_share, digits=0),
        peers_after=rate(row.peers_after_share, digits=0),
        peers_before=rate(row.peers_before_share, digits=0),
        moved="Since then" if moved == WORSE else "Before",
        quote=row.quote,
    )


def _breaks(read: Said) -> Iterator[tuple]:
    """Give a row for each product and aspect with complaints enough to break."""
    frame, ours = read.reviews.frame, read.reviews.ours
    days = frame["day"].to_numpy()
    for product in sorted(set(frame.loc[ours, "product_id"])):
        own, rest = _sides(read, product)
        about = frame[own].iloc[0]
        at, on = pd.factorize(days[own])
        trials = np.bincount(at)
        for hits, aspect in zip(read.complained.T, WITH_GOODS, strict=True):
            if hits[own].sum() < FEWEST_COMPLAINTS:
                continue
            found = share_change(np.bincount(at, weights=hits[own]), trials)
            if found is not None:
                yield (
                    *(product, about["product"], about["category"], aspect, int(trials.sum())),
                    *(on[found.first], on[found.low], on[found.high]),
                    *_moved(found, trials, hits[rest], days[rest] >= on[found.first]),
                )


def _sides(read: Said, product: str) -> tuple[np.ndarray, np.ndarray]:
    """Mark a product's reviews, and its category's others'; the shop's where it has none."""
    frame, ours = read.reviews.frame, read.reviews.ours
    own = ours & (frame["product_id"] == product).to_numpy()
    category = frame["category"].fillna("").to_numpy(dtype=object)
    rest = ours & ~own & (category == category[own][0])
    return own, rest if rest.any() else ours & ~own


def _moved(found: ShareChange, trials: np.ndarray, rest: np.ndarray, late: np.ndarray) -> tuple:
    """Set a break beside what the others did on the same days; see COLUMNS from before_reviews."""
    split = [rest[~late], rest[late]]
    sizes = [int(trials[: found.first].sum()), int(trials[found.first :].sum())]
    theirs = [float(s.mean()) if len(s) else np.nan for s in split]
    hit = [round(found.before * sizes[0]), round(found.after * sizes[1])]
    return (
        *(*sizes, found.before, found.after, *theirs, found.p_value),
        _farther(hit, sizes, split),
        WORSE if found.after > found.before else BETTER,
    )


def _farther(hit: list[int], sizes: list[int], rest: list[np.ndarray]) -> float:
    """Give the chance of so different a move of log-odds; 0 where there are no others to compare.

    Two-sided, by the normal approximation.
    """
    if not all(len(r) for r in rest):
        return 0.0
    yes = np.array([hit, [r.sum() for r in rest]])
    of = np.array([sizes, [len(r) for r in rest]])
    moved, error = log_odds_ratio((yes[:, 1], of[:, 1]), (yes[:, 0], of[:, 0]))
    return float(2 * special.ndtr(-abs(moved[0] - moved[1]) / np.hypot(*error)))


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    keys = ["found", "p_value", "product_id", "aspect"]
    return frame.sort_values(keys, ascending=[False, True, True, True], ignore_index=True)


def _quoted(read: Said, frame: pd.DataFrame) -> pd.DataFrame:
    reviews = read.reviews.frame
    ids, days = reviews["product_id"].to_numpy(), reviews["day"].to_numpy()
    quotes = []
    for r in frame.itertuples():
        late = days >= r.since
        rows = (ids == r.product_id) & (late if r.moved == WORSE else ~late)
        quotes.append(read.quote(rows, r.aspect, 1) if r.found else ("", ""))
    frame["quote"] = [q for q, _ in quotes]
    frame["review_id"] = [i for _, i in quotes]
    return frame[COLUMNS]
