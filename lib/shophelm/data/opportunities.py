"""Where a product or page falls behind its peers beyond chance, and what that would be worth."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shophelm.actions import Action, due, worth_fields
from shophelm.data.chain import ANY_CHAIN
from shophelm.data.conversion_gaps import (
    CART_NOT_PAID,
    VIEW_NOT_CARTED,
    WINDOW,
    carted_not_paid,
    viewed_not_carted,
)
from shophelm.data.landing_pages import PAGE_LOSES, pages_not_carting
from shophelm.data.peers import COLUMNS
from shophelm.data.price_bands import CHEAP, DEAR, priced_above, priced_below
from shophelm.data.return_gaps import HIGH_RETURNS, returned
from shophelm.data.shortages import OUT_OF_STOCK, wanted_out_of_stock
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, begun, count, listing, money, number, plural, rate, sentence

PRICES = ["price", "rivals_price"]
SHOWN = [
    *("kind", "title", "found", "trials", "rate", "rate_shrunk", "peers_rate", "probability"),
    *("worth", "worth_low", "worth_high", "worth_in", "area"),
]
DO = {
    CART_NOT_PAID: "Find out why {title} is paid by {rate} of those who cart it where its peers' "
    "share is {peers}: look at price, reviews, freight and rivals.",
    VIEW_NOT_CARTED: "Rework the page of {title}: {rate} of its visitors cart it where its peers' "
    "share is {peers}.",
    HIGH_RETURNS: "Find out why {title} comes back in {rate} of its paid order lines where its "
    "peers' share is {peers}, and mend the goods or what the page promises.",
    OUT_OF_STOCK: "Order {title} earlier: {trials} visits met an empty shelf and {rate} bought, "
    "where {own} do in stock.",
    DEAR: "Test a lower price of {title}: it costs {ratio} times its dearest look-alike, "
    "and {rate} of its visitors pay where its peers' share is {peers}.",
    CHEAP: "Test a higher price of {title}: it costs {ratio} times its cheapest look-alike, "
    "and yet only {rate} of its visitors pay where its peers' share is {peers}.",
    PAGE_LOSES: "Rework {title}: {rate} of its visits cart something where similar pages' share "
    "is {peers}.",
}

IN_STORE = (CART_NOT_PAID, DEAR)
"""Kinds whose causes the store notebook weighs, and of which it proposes what to do."""
STORE_NEEDS = "events.product_id"


@question("Which products and pages fall behind their peers, and what is it worth?", ANY_CHAIN)
def opportunities(shop: Tables, *, days: int = WINDOW) -> pd.DataFrame:
    """Gather every kind of opportunity that the shop's tables allow.

    Parameters
    ----------
    shop
        Any of orders, events or traffic; each further table allows another kind.
    days
        Length of the window that ends on as_of; returns, which are rare and late, are counted
        over a year that ends when they have come (see `return_gaps.returned`).

    Returns
    -------
    DataFrame
        The rows more likely worse than their peers than not, in `peers.COLUMNS`, with price and
        rivals_price where prices were compared. Those found (false discoveries kept to 5 % of
        each kind's finds, and so of all of them) come first, the worth most on top. Money is that
        of 28 days with an 80% interval.

        attrs: looked_at (kind → rows judged), lacking (kind → why it could not be looked for).

    Notes
    -----
    Worths do not add up: a product may be in several kinds, and "priced above its rivals" is the
    same money as the conversion it explains.
    """
    windowed = {
        CART_NOT_PAID: carted_not_paid,
        VIEW_NOT_CARTED: viewed_not_carted,
        OUT_OF_STOCK: wanted_out_of_stock,
        DEAR: priced_above,
        CHEAP: priced_below,
        PAGE_LOSES: pages_not_carting,
    }
    answers = {kind: ask(shop, days=days) for kind, ask in windowed.items()}
    answers[HIGH_RETURNS] = returned(shop)
    given = {kind: a for kind, a in answers.items() if not isinstance(a, Missing)}
    rows = [frame[frame["probability"] > 0.5] for frame in given.values()]
    filled = [r for r in rows if len(r)]
    frame = pd.concat(filled) if filled else pd.DataFrame(columns=COLUMNS)
    frame = frame.reindex(columns=[*COLUMNS, *PRICES])
    frame = frame.sort_values(
        ["found", "worth", "kind", "subject"], ascending=[False, False, True, True]
    )
    frame = frame.reset_index(drop=True)
    frame.attrs["looked_at"] = {kind: len(a) for kind, a in given.items()}
    frame.attrs["lacking"] = {k: str(a) for k, a in answers.items() if isinstance(a, Missing)}
    return frame


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick the columns of `opportunities` that a table shows."""
    return frame[SHOWN]


@carries_missing
def find_opportunities(frame: pd.DataFrame, *, currency: str) -> Sentence:
    """Name what stands out, kind by kind, and the kinds that could not be looked for."""
    looked_at, lacking = frame.attrs["looked_at"], frame.attrs["lacking"]
    found = frame[frame["found"].astype(bool)]
    text = "Nothing could be held against peers"
    values: dict[str, Any] = {}
    if any(looked_at.values()):
        text = "Of {n} comparisons with peers none stands out beyond chance"
        values["n"] = count(sum(looked_at.values()))
    if len(found):
        text = "Of {n} comparisons with peers {k} beyond chance. {found}"
        values["k"] = plural(len(found), "stands out", "stand out")
        values["found"] = ". ".join(
            f"{begun(kind)}: {_named(rows, currency)}"
            for kind, rows in found.groupby("kind", sort=False)
        )
    if lacking:
        text += ". For want of tables nothing was looked for of: {lacking}"
        values["lacking"] = "; ".join(sorted(lacking))
    return sentence(text + ".", **values)


@carries_missing
def opportunity_actions(shop: Tables, frame: pd.DataFrame, *, most: int = 10) -> list[Action]:
    """Turn what was found into actions, at most one per subject and area: the worth most.

    What the store notebook goes into it proposes itself, where the shop has what that needs.

    Parameters
    ----------
    shop
        For the day by which we will know.
    frame
        As `opportunities` gives it.
    most
        Actions proposed.
    """
    elsewhere = IN_STORE if shop.filled(STORE_NEEDS) else ()
    found = frame[frame["found"].astype(bool) & ~frame["kind"].isin(elsewhere)]
    found = found.drop_duplicates(["subject", "area"])
    return [_action(shop, row) for row in found.head(most).itertuples()]


def _named(rows: pd.DataFrame, currency: str) -> str:
    return listing(
        [
            f"{r.title} ({rate(r.rate)} for {rate(_aim(r))}, {_told_worth(r, currency)})"
            for r in rows.itertuples()
        ],
        most=3,
    )


def _told_worth(row: Any, currency: str) -> str:
    if row.worth != row.worth:
        return "worth unknown"
    return f"{money(row.worth, currency=currency)} over 28 days"


def _aim(row: Any) -> float:
    """Give the rate a row is held against: of an empty shelf, the product's own in stock."""
    return row.rate_shrunk if row.kind == OUT_OF_STOCK else row.peers_rate


def _action(shop: Tables, row: Any) -> Action:
    told = DO[row.kind].format(
        title=row.title,
        rate=rate(row.rate),
        peers=rate(row.peers_rate),
        own=rate(row.rate_shrunk),
        trials=count(row.trials),
        ratio=number(row.price / row.rivals_price),
    )
    return Action(
        kind=row.kind,
        subject=row.subject,
        action=told,
        owner_role=row.owner_role,
        metric=row.metric,
        due_on=due(shop.as_of),
        **worth_fields(row.worth, row.worth_low, row.worth_high, row.worth_in),
    )
