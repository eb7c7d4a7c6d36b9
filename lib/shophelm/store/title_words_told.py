"""What is said of titles and the words searched for."""

from __future__ import annotations

import pandas as pd

from shophelm.shop.needs import carries_missing
from shophelm.store.title_words import TitleWords
from shophelm.words import Sentence, count, listing, money, plural, rate, sentence


@carries_missing
def missing_shown(found: TitleWords) -> pd.DataFrame:
    """Pick what a table of the words to add shows."""
    columns = ["adds", "product", "keyword", "origin", "letters", "fits", "impressions", "clicks"]
    columns += ["buyers", "extra_visitors", "extra_visitors_high", "worth", "worth_low"]
    return found.missing[[*columns, "worth_high", "worth_in"]]


@carries_missing
def coverage_shown(found: TitleWords) -> pd.DataFrame:
    """Lay out each title's coverage, and what of it nobody searches for."""
    idle = found.idle.groupby("product_id")["idle_words"].agg("; ".join)
    frame = found.coverage.assign(idle_words=found.coverage["product_id"].map(idle))
    return frame.drop(columns=["product_id", "category"])


@carries_missing
def find_title_words(found: TitleWords, *, currency: str) -> list[Sentence]:
    """Say how far titles cover the words that bring buyers, and what could come in and go out."""
    rows = found.coverage
    if rows.empty:
        return [sentence("No product has search words of its own in this period.")]
    said = [
        sentence(
            "The titles of {n} hold {covered} of the {words} that people found them by, and "
            "{clicks} of the clicks.",
            n=plural(len(rows), "product"),
            covered=count(rows["covered_words"].sum()),
            words=plural(int(rows["words"].sum()), "word"),
            clicks=rate(_weighted(rows), digits=0),
        ),
        _to_add(found, currency),
    ]
    if len(found.idle):
        some = found.idle.drop_duplicates("product_id").head(3)
        said.append(
            sentence(
                "{n} of these titles hold words that are in nobody's search, {letters} letters on "
                "average, which could make room: {which}.",
                n=count(found.idle["product_id"].nunique()),
                letters=count(found.idle.groupby("product_id")["letters"].sum().mean()),
                which=listing([f"{r.idle_words} in {r.product}" for r in some.itertuples()]),
            )
        )
    if not found.searched:
        said.append(
            sentence(
                "Searches are those of the search-word export: a word it does not list may be "
                "searched for all the same."
            )
        )
    return said


def _to_add(found: TitleWords, currency: str) -> Sentence:
    if found.missing.empty:
        return sentence("No word that brought buyers is missing from a title it belongs to.")
    best = found.missing.head(3)
    return sentence(
        "{n} with buyers could be added where true of the product; first {which}.",
        n=plural(len(found.missing), "word"),
        which=listing(
            [
                f"{r.adds} to {r.product} (up to {count(r.extra_visitors_high)} visitors and "
                f"{money(r.worth_high, currency=currency)} in 28 days)"
                for r in best.itertuples()
            ]
        ),
    )


def _weighted(rows: pd.DataFrame) -> float:
    clicks = rows.attrs["clicks"]
    covered = (rows["covered_clicks"].fillna(0) * clicks).sum()
    return float(covered / clicks.sum()) if clicks.sum() else float("nan")
