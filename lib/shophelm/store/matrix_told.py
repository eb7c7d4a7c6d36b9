"""What is said of the product matrix, and what it proposes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shophelm.actions import HORIZON_DAYS, Action, due
from shophelm.shop.needs import carries_missing
from shophelm.shop.tables import Tables
from shophelm.store.matrix_plan import SHORT, TOO_MUCH
from shophelm.store.product_matrix import DECLINING, HERO, POTENTIAL, UNKNOWN
from shophelm.words import Sentence, change, count, listing, money, plural, rate, sentence

_WORTH_NAMING = 0.005


@carries_missing
def find_product_matrix(matrix: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say which products carry the shop, which grow or fall, and of which it is not known."""
    if matrix.empty or not matrix.attrs["gmv"] > 0:
        return [sentence("Nothing was sold: no product carries the shop.")]
    said = [_heroes(matrix, currency)]
    certain = rate(matrix.attrs["asked"]["certain"], digits=0)
    for side, word in (("rises", "grow"), ("falls", "fall")):
        surely = matrix[matrix[side] >= matrix.attrs["asked"]["certain"]]
        said.append(_growing(surely, word, certain))
    unknown, gone = matrix[matrix["cell"] == UNKNOWN], matrix.attrs["gone_share"]
    said += [_unknown(unknown)] if len(unknown) else []
    if gone >= _WORTH_NAMING:
        template = "{share} of GMV is of products no longer on sale."
        said.append(sentence(template, share=rate(gone, digits=1)))
    return said


@carries_missing
def find_matrix_plan(plan: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say which heroes run short and what that costs, and which decliners hold too much."""
    if plan["on_hand"].isna().all():
        return [sentence("What is on hand is not known: no stock table tells it.")]
    heroes = plan[(plan["cell"] == HERO) & plan["on_hand"].notna()]
    short = plan[plan["worth"].notna()].sort_values("worth", ascending=False, kind="stable")
    said = []
    if len(heroes):
        n, bare = plural(len(heroes), "hero", "heroes"), heroes[heroes["stock"] == SHORT]
        which = listing([_lasting(r, currency) for r in bare.itertuples()]) if len(bare) else "none"
        said.append(sentence("Of {n}, short of stock: {which}.", n=n, which=which))
    if len(short):
        template = "Shelves that run empty within {days} days cost {worth} in all; most: {which}."
        days, worth = count(HORIZON_DAYS), money(short["worth"].sum(), currency=currency)
        named = [f"{r.product} ({money(r.worth, currency=currency)})" for r in short.itertuples()]
        said.append(sentence(template, days=days, worth=worth, which=listing(named, most=3)))
    said += _over(plan[plan["stock"] == TOO_MUCH], plan.attrs["cover_most"], currency)
    return said or [sentence("No product is short of stock, and none holds too much.")]


@carries_missing
def matrix_actions(
    shop: Tables, matrix: pd.DataFrame, plan: pd.DataFrame, *, most: int = 5
) -> list[Action]:
    """Propose what the cells ask for: adverts, clearances and tests.

    What to order is proposed by the supply chain, for the same money.

    Parameters
    ----------
    shop
        For the day by which we will know.
    matrix
        As `product_matrix` gives it.
    plan
        As `matrix_plan` gives it.
    most
        Actions proposed of each kind; those of most GMV first.
    """
    growth = matrix.set_index("product_id")["growth"]
    actions: list[Action] = []
    for cell, kind, owner, metric in (
        (POTENTIAL, "advertise a product", "channel manager", "gmv_paid"),
        (DECLINING, "phase out a product", "merchandiser", "units"),
        (UNKNOWN, "test a page", "merchandiser", "pay_conversion"),
    ):
        own = plan[(plan["cell"] == cell) & (plan["gmv_paid"] > 0)].head(most)
        actions += [
            Action(
                kind=kind,
                subject=f"product:{row.product_id}",
                action=_told(row, growth[row.product_id], shop.currency),
                owner_role=owner,
                metric=metric,
                due_on=due(shop.as_of),
            )
            for row in own.itertuples()
        ]
    return actions


def _heroes(matrix: pd.DataFrame, currency: str) -> Sentence:
    every, heroes = plural(len(matrix), "product"), matrix[matrix["cell"] == HERO]
    if heroes.empty:
        return sentence("No few of {n} carry the shop: they sell much alike.", n=every)
    named = [f"{r.product} ({rate(r.gmv_share, digits=1)})" for r in heroes.itertuples()]
    return sentence(
        "{k} of {n} on sale make {share} of {gmv} in {weeks} weeks: {which}.",
        k=count(len(heroes)),
        n=every,
        share=rate(heroes["gmv_share"].sum(), digits=0),
        gmv=money(matrix.attrs["gmv"], currency=currency),
        weeks=count(matrix.attrs["asked"]["weeks"]),
        which=listing(named),
    )


def _unknown(unknown: pd.DataFrame) -> Sentence:
    why = [f"{text}: {n}" for text, n in unknown["why"].value_counts().items()]
    return sentence(
        "Of {n} it is not yet known ({why}); they make {share} of GMV.",
        n=plural(len(unknown), "product"),
        why="; ".join(why),
        share=rate(unknown["gmv_share"].sum(), digits=1),
    )


def _growing(which: pd.DataFrame, word: str, certain: Any) -> Sentence:
    if which.empty:
        template = (
            "None is known to {word}, beside the others of its category, with {certain} certainty."
        )
        return sentence(template, word=word, certain=certain)
    named = [
        f"{r.product} ({change(r.growth)}, 80% interval {change(r.growth_low)} to "
        f"{change(r.growth_high)})"
        for r in which.itertuples()
    ]
    template = "Known to {word} beside the others of their category: {which}."
    return sentence(template, word=word, which=listing(named))


def _over(over: pd.DataFrame, days: int, currency: str) -> list[Sentence]:
    if over.empty:
        return []
    tied = over["tied_up"].sum(min_count=1)
    return [
        sentence(
            "Of the other cells more than {days} days' stock is there of {n}{tied}.",
            n=plural(len(over), "product"),
            days=count(days),
            tied="" if pd.isna(tied) else f", what is over for {money(tied, currency=currency)}",
        )
    ]


def _told(row: Any, growth: float, currency: str) -> str:
    if row.cell == UNKNOWN:
        return f"Send paid visits to {row.product} until it is known how it sells."
    beside = f"{change(growth)} beside the others of its category"
    if row.cell == POTENTIAL:
        return f"Advertise {row.product}: it sells {beside}, and little of it so far."
    over = ""
    if row.stock == TOO_MUCH and not pd.isna(row.tied_up):
        over = f" {count(row.over_units)} units are over ({money(row.tied_up, currency=currency)})."
    return f"Find out why {row.product} falls ({beside}), else phase it out.{over}"


def _lasting(row: Any, currency: str) -> str:
    if row.on_hand <= 0:
        return f"{row.product} (nothing on hand)"
    days, cost = plural(int(row.cover_days), "day"), money(row.empty_day, currency=currency)
    return f"{row.product} (lasts {days}; an empty day costs {cost})"
