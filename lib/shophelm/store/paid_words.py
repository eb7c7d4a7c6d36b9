"""Which words do we pay for and would get anyway?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.spend_pauses import clicks_without
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.store.keywords import keywords
from shophelm.store.search_words import brands_of, plain
from shophelm.words import Sentence, listing, money, number, plural, rate, sentence

WINDOW = 168
FIRST = 1.5
"""A mean position up to this is the first place on most days."""
INTERVAL = 0.8
COLUMNS = [
    *("keyword", "product_id", "product", "position", "first_place", "brand_word", "clicks_on"),
    *("cost_month", "days_on", "days_off", "lost_share", "lost_share_low"),
    *(
        "lost_share_high",
        "stop_saves",
        "stop_saves_low",
        "stop_saves_high",
        "stop_saves_in",
        "verdict",
    ),
]
ANYWAY, WORKS, PERHAPS, UNSURE, UNTRIED = (
    "would come anyway",
    "brings clicks",
    "within chance",
    "probably anyway: untried",
    "not known: untried",
)


@question(
    "Which words do we pay for and would get anyway?",
    "keywords.cost",
    "keywords.clicks",
    products="brand words; margin of the clicks at stake",
)
def paid_words(shop: Tables, *, days: int = WINDOW, first: float = FIRST) -> pd.DataFrame:
    """Judge every word that cost money by what its clicks did while it was switched off.

    Parameters
    ----------
    shop
        Needs keywords with their cost.
    days
        Length of the period that ends on as_of.
    first
        Mean position up to which a word is taken to stand first.

    Returns
    -------
    DataFrame
        One row per word with cost: position, first_place, brand_word (it names the product's, or
        the shop's, own brand), clicks_on (all clicks of days with cost; exports do not part bought
        ones from others), cost_month (over 28 days with spend), days_on and days_off (see
        `methods.spend_pauses`), lost_share (of the clicks, lost without the spend) with its
        80% interval, stop_saves (cost less what the lost clicks earn, over 28 days) with its 80 %
        interval, stop_saves_in, and verdict. Null where no weeks without can be compared: then only
        place and brand speak, and what would be saved is not known, though at most cost_month.
        Dearest first.

    Notes
    -----
    Days of more spend are not held against days of less: by the click, cost follows clicks.
    """
    period = last_days(shop.as_of, days=days)
    words = keywords(shop, days=days)
    rows = words[words["cost"].fillna(0) > 0]
    laid, demand = _by_day(shop, period)
    brands = brands_of(shop)
    records = [_judged(r, laid, demand, brands, first) for r in rows.itertuples()]
    frame = pd.DataFrame(records, columns=COLUMNS)
    order = ["cost_month", "keyword"]
    return frame.sort_values(order, ascending=[False, True], ignore_index=True)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick what a table of the paid words shows."""
    hidden = ["product_id", "stop_saves_in"]
    return frame.drop(columns=hidden).dropna(axis=1, how="all")


@carries_missing
def find_paid_words(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say which paid words would come anyway, how far that is known, and what stopping saves."""
    if frame.empty:
        return [sentence("No word cost money in this period.")]
    said = [
        sentence(
            "{n} cost {cost} over 28 days.",
            n=plural(len(frame), "word"),
            cost=money(frame["cost_month"].sum(), currency=currency),
        )
    ]
    likely = frame[frame["verdict"] == UNSURE]
    if len(likely):
        which = [
            f"{r.keyword} (at place {number(r.position, digits=1)})" for r in likely.itertuples()
        ]
        said.append(
            sentence(
                "{which}: our own brand, and first already. Probably the clicks would come anyway, "
                "but there are no weeks without the spend to compare: what it adds is not known.",
                which=listing(which),
            )
        )
    said += [_told(r, currency) for r in frame.itertuples() if r.lost_share == r.lost_share]
    untried = frame[frame["verdict"] == UNTRIED]
    if len(untried):
        said.append(
            sentence(
                "What the spend adds is not known for {which}: there are no weeks without it to "
                "compare.",
                which=listing(list(untried["keyword"])),
            )
        )
    return said


def _told(row: Any, currency: str) -> Sentence:
    return sentence(
        "{word}: without the spend {share} of its clicks were lost (80% interval {low} to {high}); "
        "stopping would save {saved} over 28 days ({saved_low} to {saved_high}): {verdict}.",
        word=row.keyword,
        share=rate(row.lost_share, digits=0),
        low=rate(row.lost_share_low, digits=0),
        high=rate(row.lost_share_high, digits=0),
        saved=money(row.stop_saves, currency=currency),
        saved_low=money(row.stop_saves_low, currency=currency),
        saved_high=money(row.stop_saves_high, currency=currency),
        verdict=row.verdict,
    )


def _by_day(shop: Tables, period: Period) -> tuple[dict[tuple, np.ndarray], np.ndarray]:
    """Lay clicks and cost of each paid word out by day, and sum the clicks of all others."""
    words = shop["keywords"]
    words = words.filter(inside(words.day, period.every_day))
    words = words.mutate(product_id=words.product_id.fill_null(""))
    paid = words.filter(words.cost > 0).select("keyword", "product_id").distinct()
    own = words.semi_join(paid, ["keyword", "product_id"])
    rows = shop.frame(own.select("keyword", "product_id", "day", "clicks", "cost"))
    rest = words.anti_join(paid, ["keyword", "product_id"])
    rest = shop.frame(rest.group_by("day").aggregate(clicks=lambda t: t.clicks.sum()))
    laid = {
        key: np.array([_filled(part, period, c) for c in ("clicks", "cost")])
        for key, part in rows.groupby(["keyword", "product_id"], sort=True)
    }
    return laid, _filled(rest, period, "clicks")


def _filled(rows: pd.DataFrame, period: Period, column: str) -> np.ndarray:
    """Give a column by day, 0 where there is no row."""
    days = np.zeros(period.days)
    at = np.array([(d - period.first).days for d in rows["day"]], dtype=int)
    np.add.at(days, at, as_floats(rows[column]).fillna(0).to_numpy())
    return days


def _judged(
    word: Any,
    laid: dict[tuple, np.ndarray],
    demand: np.ndarray,
    brands: dict[str, str],
    first: float,
) -> dict[str, Any]:
    product = word.product_id if isinstance(word.product_id, str) else ""
    clicks, cost = laid[word.keyword, product]
    seen = clicks_without(clicks, cost, demand, level=INTERVAL)
    own = {brands[product]} if product in brands else set() if product else set(brands.values())
    brand = any(b in plain(word.keyword) for b in own)
    stands_first = bool(word.position <= first) if word.position == word.position else False
    off = cost == 0
    month = cost.sum() / max(seen.on, 1) * HORIZON_DAYS
    row = {
        "keyword": word.keyword,
        "product_id": product or None,
        "product": word.product,
        "position": word.position,
        "first_place": stands_first,
        "brand_word": brand,
        "clicks_on": clicks[~off].sum(),
        "cost_month": month,
        "days_on": seen.on,
        "days_off": seen.off,
        "lost_share": seen.share,
        "lost_share_low": seen.low,
        "lost_share_high": seen.high,
    }
    return row | _saved(word, row, clicks.sum() / len(clicks) * HORIZON_DAYS)


def _saved(word: Any, row: dict[str, Any], clicks_month: float) -> dict[str, Any]:
    """Price the clicks that would be lost, and judge."""
    if np.isnan(row["lost_share"]):
        anyway = row["first_place"] and row["brand_word"]
        return {"stop_saves_in": "unknown", "verdict": UNSURE if anyway else UNTRIED}
    share = (word.left + word.cost) / word.gmv if word.gmv and word.gmv == word.gmv else 1.0
    each = word.uv_shrunk * share * clicks_month
    lost = {e: np.clip(row[f"lost_share_{e}"], 0, 1) for e in ("low", "high")}
    saved = {
        "stop_saves": row["cost_month"] - np.clip(row["lost_share"], 0, 1) * each,
        "stop_saves_low": row["cost_month"] - lost["high"] * each,
        "stop_saves_high": row["cost_month"] - lost["low"] * each,
    }
    verdict = PERHAPS
    if row["lost_share_low"] > 0:
        verdict = WORKS
    elif saved["stop_saves_low"] > 0:
        verdict = ANYWAY
    return saved | {"stop_saves_in": word.worth_in, "verdict": verdict}
