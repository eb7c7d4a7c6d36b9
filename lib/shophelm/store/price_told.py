"""What is said of the prices to move, and what is proposed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shophelm.actions import HORIZON_DAYS, Action, due, worth_fields
from shophelm.shop.needs import carries_missing
from shophelm.shop.tables import Tables
from shophelm.store.price_moves import NO_BETTER
from shophelm.words import Sentence, change, count, listing, money, number, plural, rate, sentence

LONGEST_TEST = 182
"""Days of a price test beyond which nobody waits for it."""


@carries_missing
def find_price_moves(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say which moves gain most, where raising pays, and what cannot be said."""
    if frame.empty:
        return [sentence("No product on sale has a known price.")]
    moves, every = frame[frame["worth"].notna()], plural(len(frame), "product")
    certain = rate(frame.attrs["certain"], digits=0)
    if moves.empty:
        template = "For none of {n} does a price that was seen earn more with {certain} certainty."
        said = [sentence(template, n=every, certain=certain)]
    else:
        said = [_best(moves, every, certain, currency), *_raised(moves)]
    edge = moves[moves["at_edge"]]
    if len(edge):
        template = "{n} of them stop at the last price seen; what lies beyond, only a test tells."
        said.append(sentence(template, n=count(len(edge))))
    return said + _unsaid(frame)


@carries_missing
def price_actions(shop: Tables, frame: pd.DataFrame, *, most: int = 5) -> list[Action]:
    """Propose the price moves that gain most, and the tests of what cannot be said.

    Parameters
    ----------
    shop
        For the day by which we will know.
    frame
        As `price_moves` gives it.
    most
        Moves, and tests, proposed. A test that would take more than half a year is none.
    """
    moves = frame[frame["worth"].notna()].head(most)
    # rows come by the money they sell for
    tests = frame[frame["price_test_days"] <= LONGEST_TEST].head(most)
    return [_to_move(shop, row) for row in moves.itertuples()] + [
        _to_test(shop, row, frame.attrs["step"]) for row in tests.itertuples()
    ]


def _to_move(shop: Tables, row: Any) -> Action:
    now, then = (money(p, currency=shop.currency, cents=True) for p in (row.price, row.move_to))
    verb = "Raise" if row.move_to > row.price else "Lower"
    return Action(
        kind="move a price",
        subject=f"product:{row.product_id}",
        action=f"{verb} {row.product} from {now} to {then} ({change(row.moved_by)}): about "
        f"{number(row.units_then, digits=0)} units in {HORIZON_DAYS} days are to be expected, "
        f"{number(row.units_now, digits=0)} at the price as it is.",
        owner_role="merchandiser",
        metric="units",
        due_on=due(shop.as_of),
        **worth_fields(row.worth, row.worth_low, row.worth_high, row.worth_in),
    )


def _to_test(shop: Tables, row: Any, step: float) -> Action:
    share = rate(step, digits=0)
    return Action(
        kind="test a price",
        subject=f"product:{row.product_id}",
        action=f"Sell {row.product} at {share} more and {share} less in turns, week by week, for "
        f"{plural(int(row.price_test_days), 'day')}: {row.why}, so that nothing can be said of it.",
        owner_role="merchandiser",
        metric="units",
        due_on=due(shop.as_of),
    )


def _best(moves: pd.DataFrame, every: str, certain: Any, currency: str) -> Sentence:
    return sentence(
        "For {k} of {n} another price that was seen earns more with {certain} certainty, together "
        "{gain} in {days} ordinary days ({kinds}). Most: {which}.",
        k=count(len(moves)),
        n=every,
        certain=certain,
        gain=money(moves["worth"].sum(), currency=currency),
        days=count(HORIZON_DAYS),
        kinds=listing([f"in {kind}" for kind in sorted(moves["worth_in"].unique())]),
        which=listing([_named(row, currency) for row in moves.itertuples()], most=3),
    )


def _named(row: Any, currency: str) -> str:
    now, then = (money(p, currency=currency, cents=True) for p in (row.price, row.move_to))
    gain, low, high = (
        money(v, currency=currency) for v in (row.worth, row.worth_low, row.worth_high)
    )
    return f"{row.product} from {now} to {then} ({gain}, 80% interval {low} to {high})"


def _raised(moves: pd.DataFrame) -> list[Sentence]:
    """Say of which products sales answer so little that a higher price brings more money."""
    stiff = moves[(moves["elasticity"] > -1) & (moves["moved_by"] > 0)]
    if stiff.empty:
        return []
    template = "Sales hardly answer to price: raising it, within what was seen, pays for {which}."
    named = [(r.product, number(r.elasticity, digits=1)) for r in stiff.itertuples()]
    which = listing([f"{product} (elasticity {slope})" for product, slope in named])
    return [sentence(template, which=which)]


def _unsaid(frame: pd.DataFrame) -> list[Sentence]:
    silent = frame[frame["worth"].isna() & frame["why"].ne(NO_BETTER)]
    if silent.empty:
        return []
    why = [f"{n} ({text})" for text, n in silent["why"].value_counts().items()]
    said = [sentence("Of others nothing can be said: {why}.", why=listing(why))]
    tests = silent[silent["price_test_days"].notna()].sort_values("price_test_days", kind="stable")
    return said + ([_soonest(tests.iloc[0], frame.attrs["step"])] if len(tests) else [])


def _soonest(row: Any, step: float) -> Sentence:
    days, share = int(row["price_test_days"]), rate(step, digits=0)
    if days > LONGEST_TEST:
        template = (
            "They sell too little for a price test: at {share} more and {share} less the soonest "
            "would take {days}."
        )
        return sentence(template, share=share, days=plural(days, "day"))
    template = (
        "A test at {share} more and {share} less would tell soonest for {product}, and take {days} "
        "at what it sells."
    )
    return sentence(template, share=share, product=row["product"], days=plural(days, "day"))
