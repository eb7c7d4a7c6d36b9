"""How far the chance of a target can be believed: months that are over, foretold from before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from shophelm.methods.pace import BLOCK, FEWEST_BLOCKS
from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.strategy.daily_facts import DailyFacts, daily_facts
from shophelm.strategy.expected_shape import expected_shape
from shophelm.strategy.standing import outlook
from shophelm.words import Sentence, count, rate, sentence

TITLE = "Did such forecasts hold before?"
SPAN = 28
"""Days of a span."""
FEWEST = 6
"""Spans below which nothing is said of how many held."""
COLUMNS = ["origin", "expected", "low", "high", "actual", "held", "chance_of_more"]


@question(TITLE, "orders")
def replays(shop: Tables, *, country: str = "CN", span: int = SPAN) -> pd.DataFrame:
    """Foretell every span of days that is over, knowing only what was known before it.

    Parameters
    ----------
    shop
        The shop.
    country
        Whose long public holidays count.
    span
        Its days; spans end on as_of and do not overlap.

    Returns
    -------
    DataFrame
        One row per span: origin (the last day known), expected (the median), low and high (80 %),
        actual (money paid), held, chance_of_more (what was said beforehand to be the chance of more
        than that: any figure between 0 and 1 is as likely if chances are right).
    """
    facts = daily_facts(shop)
    paid = facts.gmv.sum(axis=1)
    rows = []
    known = facts.period.days - span
    while known >= BLOCK * FEWEST_BLOCKS:
        before = _cut(facts, known)
        coming = Period(
            before.period.last + timedelta(days=1), before.period.last + timedelta(days=span)
        )
        shape = expected_shape(shop.at(before.period.last), before, coming.last, country=country)
        found = outlook(before, shape, coming)
        if np.isfinite(found.to_come):
            actual = float(paid.loc[coming.every_day].sum())
            rows.append(
                (
                    before.period.last, found.to_come, found.low, found.high, actual,
                    found.low <= actual <= found.high, found.chance(actual),
                )
            )  # fmt: skip
        known -= span
    return pd.DataFrame(rows[::-1], columns=COLUMNS)


@carries_missing
def find_replays(frame: pd.DataFrame) -> list[Sentence]:
    """Say how many spans came out within what was foretold, and where the others lay."""
    if len(frame) < FEWEST:
        text = "How often such a forecast held cannot be told yet: too few months are over."
        return [sentence(text)]
    held = int(frame["held"].sum())
    below, above = (frame["actual"] < frame["low"]).sum(), (frame["actual"] > frame["high"]).sum()
    return [
        sentence(
            "Foretold from the day before each, {held} of the last {n} spans of {days} days came "
            "out within their 80% interval ({share}); {below} lay below it and {above} above.",
            held=count(held),
            n=count(len(frame)),
            days=count(SPAN),
            share=rate(held / len(frame), digits=0),
            below=count(below),
            above=count(above),
        )
    ]


def _cut(facts: DailyFacts, known: int) -> DailyFacts:
    """Give the facts as they were when so many days were known; visits are of no use here."""
    period = Period(facts.period.first, facts.period.first + timedelta(days=known - 1))
    return replace(
        facts, period=period, visits=None, by_category=None,
        buyers=facts.buyers.iloc[:known], gmv=facts.gmv.iloc[:known],
    )  # fmt: skip
