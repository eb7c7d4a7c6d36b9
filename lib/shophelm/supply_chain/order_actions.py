"""The order proposal in words and as actions, one for each supplier."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from shophelm.actions import Action, due, worth_fields
from shophelm.shop.needs import carries_missing
from shophelm.shop.tables import Tables
from shophelm.supply_chain.order_lines import ORDER
from shophelm.supply_chain.replenishment import Proposal
from shophelm.words import Sentence, listing, money, plural, rate, sentence

LIKELY = 0.5


@carries_missing
def find_order_proposal(proposal: Proposal, *, as_of: date, currency: str) -> list[Sentence]:
    """Say what to order, what that saves, what the budget leaves out, and what is not known."""
    lines = proposal.lines
    said = [_ordered(proposal, currency)]
    short = lines[lines["left_out"] > 0]
    if len(short):
        said.append(
            sentence(
                "The budget leaves {n} short, or without an order: {which}.",
                n=plural(len(short), "product"),
                which=listing(short["title"].tolist(), most=3),
            )
        )
    late = lines[(lines["empty_chance"] >= LIKELY) & lines["why"].isin([ORDER, "enough"])]
    if len(late):
        said.append(
            sentence(
                "For {n} any order comes too late: more likely than not the shelf is empty before "
                "it arrives ({which}).",
                n=plural(len(late), "product"),
                which=listing(late["title"].tolist(), most=3),
            )
        )
    return said + _gaps(proposal, as_of)


@carries_missing
def order_actions(shop: Tables, proposal: Proposal) -> list[Action]:
    """Make one action of each supplier's order.

    Its worth is what is saved until the next chance to order, in margin where the costs of all its
    products are known, with an 80% interval from the draws; its upper end is at least the mean,
    which rare and large losses may lift above nine in ten draws. Products of no known supplier
    make an action of their own.
    """
    lines = proposal.lines
    placed = lines[lines["quantity"] > 0]
    return [
        _action(shop, str(supplier), own, proposal.saved[own.index])
        for supplier, own in placed.groupby(placed["supplier_id"].fillna(""))
    ]


def _action(shop: Tables, supplier: str, own: pd.DataFrame, saved: np.ndarray) -> Action:
    known = (own["saved_in"] == "margin").all()
    low, high = np.quantile(saved.sum(axis=0), [0.1, 0.9])
    worth = own["saved"].sum()
    of = f" from {supplier}" if supplier else ", of no known supplier,"
    first = own.sort_values(["saved", "product_id"], ascending=[False, True])["title"]
    return Action(
        kind="order",
        subject=f"supplier:{supplier}" if supplier else "products without a supplier",
        action=(
            f"Order {plural(int(own['quantity'].sum()), 'unit')} of {plural(len(own), 'product')}"
            f"{of} for {money(own['amount'].sum(), currency=shop.currency)}, first of all "
            f"{listing(first.tolist(), most=3)}."
        ),
        owner_role="buyer",
        metric="days with an empty shelf",
        due_on=due(shop.as_of),
        **worth_fields(worth, low, max(high, worth), "margin" if known else "gmv"),
    )


def _ordered(proposal: Proposal, currency: str) -> Sentence:
    placed = proposal.lines[proposal.lines["quantity"] > 0]
    if placed.empty:
        return sentence("Nothing needs to be ordered now.")
    low, high = np.quantile(proposal.saved.sum(axis=0), [0.1, 0.9])
    most = placed.iloc[0]
    return sentence(
        "Order {n} for {amount} now: until the next chance in {days} that saves {saved} "
        "({unit}; 80% interval {low} to {high}), most of it {title} ({share}).",
        n=plural(len(placed), "product"),
        amount=money(placed["amount"].sum(), currency=currency),
        days=plural(max(proposal.review_days, 1), "day"),
        saved=money(placed["saved"].sum(), currency=currency),
        unit=listing(sorted(set(placed["saved_in"]))),
        low=money(low, currency=currency),
        high=money(high, currency=currency),
        title=most["title"],
        share=rate(most["saved"] / placed["saved"].sum() if most["saved"] else None, digits=0),
    )


def _gaps(proposal: Proposal, as_of: date) -> list[Sentence]:
    lines, said = proposal.lines, []
    if proposal.stock_day.date() < as_of:
        said.append(
            sentence(
                "Stock is known as of {day} only: what has been sold since is still counted as "
                "there.",
                day=str(proposal.stock_day.date()),
            )
        )
    alive = lines[lines["why"] != "not on sale"]
    gaps = {why: int((lines["why"] == why).sum()) for why in ("stock not known", "no forecast")}
    gaps |= {f"no {g}": int(alive["unknown"].str.contains(g).sum()) for g in ("supplier", "cost")}
    told = [f"{why}: {n:,}" for why, n in gaps.items() if n]
    if told:
        said.append(sentence("Not all is known of every product ({told}).", told=listing(told)))
    return said
