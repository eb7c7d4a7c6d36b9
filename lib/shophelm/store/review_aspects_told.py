"""What is said of what buyers praise and complain of."""

from __future__ import annotations

import pandas as pd

from shophelm.shop.needs import carries_missing
from shophelm.store.review_aspects import ReviewAspects
from shophelm.store.review_texts import find_set_aside
from shophelm.words import Sentence, count, listing, plural, rate, sentence

MOST = 6
"""Complaints told; the table shows the others."""


@carries_missing
def find_review_aspects(answer: ReviewAspects, *, currency: str = "") -> list[Sentence]:  # noqa: ARG001 - as every finding
    """Say what each category is praised for most, and which products draw complaints."""
    if not answer.reviews:
        return [sentence("No review of the shop's own products says anything.")]
    told = [
        sentence(
            "{n} count, {bad} of them bad.", n=plural(answer.reviews, "review"),
            bad=rate(answer.bad_reviews / answer.reviews, digits=0),
        )
    ]  # fmt: skip
    told += find_set_aside(answer.aside)
    if answer.bad_reviews in (0, answer.reviews):
        which = "good" if answer.bad_reviews else "bad"
        told.append(
            sentence(
                "No review is {which}: words cannot tell praise from complaint, only stars can.",
                which=which,
            )
        )
    return told + _categories_told(answer.categories) + _complaints_told(answer.complaints)


def _categories_told(categories: pd.DataFrame) -> list[Sentence]:
    told = []
    for category, rows in categories.groupby("category", sort=True):
        praised, complained = (
            rows[rows[c] > 0].sort_values([c, "aspect"], ascending=[False, True]).head(2)
            for c in ("praised", "complained")
        )
        told.append(
            sentence(
                "{category}: most praised for {praise}; complaints are most about {complaint}.",
                category=category,
                praise=_most(praised, "praised_share"),
                complaint=_most(complained, "complained_share"),
            )
        )
    return told


def _most(rows: pd.DataFrame, share: str) -> str:
    which = [f"{r['aspect']} ({rate(r[share], digits=0)})" for _, r in rows.iterrows()]
    return listing(which) if which else "nothing"


def _complaints_told(complaints: pd.DataFrame) -> list[Sentence]:
    if complaints.empty:
        return [sentence("No product draws more complaints than its category's others do.")]
    return [
        sentence(
            "{product}: {share} of {n} complain of {aspect}, {peers} of its category's others; "
            "held against those, {shrunk} is likely (80% interval {low} to {high}). “{quote}”.",
            product=r.product,
            share=rate(r.complained_share, digits=0),
            n=plural(r.reviews, "review"),
            aspect=r.aspect,
            shrunk=rate(r.complained_shrunk, digits=0),
            low=rate(r.complained_low, digits=0),
            high=rate(r.complained_high, digits=0),
            peers=rate(r.peers_complained_share, digits=0),
            quote=r.quote,
        )
        for r in complaints.head(MOST).itertuples()
    ] + _further(complaints)


def _further(complaints: pd.DataFrame) -> list[Sentence]:
    more = len(complaints) - MOST
    return [sentence("{n} more stand in the table.", n=count(more))] if more > 0 else []
