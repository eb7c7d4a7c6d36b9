"""The ways out for each slow mover, what each brings against doing nothing, and the cheapest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS, Action, due, worth_fields
from shophelm.methods.markdown import Goods, do_nothing, elasticity_draws
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.supply_chain.clearance_facts import (
    Hero,
    goods_in_time,
    heroes_of,
    member_shares,
    selling_facts,
)
from shophelm.supply_chain.clearance_kinds import BUNDLE, KINDS, RETURN
from shophelm.supply_chain.clearance_ways import Offer, Told, ways_of
from shophelm.supply_chain.outlook import Outlook
from shophelm.supply_chain.write_off import WRITE_OFF_DAYS, batches
from shophelm.words import Sentence, count, listing, money, plural, sentence

CENT = 0.01
"""A way worth less is none."""
COLUMNS = [
    *("product_id", "product", "way", "terms", "hero", "cleared", "cleared_low", "cleared_high"),
    *("clearance_share", "cleared_anyway", "worth", "worth_low", "worth_high", "worth_in"),
    *("given_away", "chosen", "why"),
]


@question(
    "What is the cheapest way out for each slow mover?",
    "order_lines",
    "stock",
    products="what the stock has cost",
    customers="which share of the buyers a members' price reaches",
)
def ways_out(
    shop: Tables,
    outlook: Outlook,
    slow: pd.DataFrame,
    elasticities: pd.DataFrame,
    *,
    offer: Offer | None = None,
    write_off_days: int = WRITE_OFF_DAYS,
) -> pd.DataFrame:
    """Hold the ways to clear each slow mover against leaving it as it is.

    Parameters
    ----------
    shop
        Needs order_lines and stock.
    outlook
        The demand to come.
    slow
        As `slow_movers.slow_movers` gives it.
    elasticities
        By product_id: elasticity, elasticity_low, elasticity_high (80 %); demand moves as
        price ** elasticity.
    offer
        What the shop may do.
    write_off_days
        As for `slow`.

    Returns
    -------
    DataFrame
        One row per slow mover and way, the ways of a product together: product_id, product, way,
        terms, hero (of a bundle), cleared (units gone in 28 days) with cleared_low and
        cleared_high (80 %), clearance_share (of what is in time), cleared_anyway (without it),
        worth with worth_low and worth_high (80 %): money beyond doing nothing that four weeks of
        it bring, in the end: what is sold in them and what is written off later, less what is
        given away, and the cost of money tied up; given_away (discount on what would have been
        bought anyway), chosen (the way that is worth most, where one is worth anything), why (it
        is not known, or not open). Products whose best way is worth most first.

    Notes
    -----
    The goods' cost is spent whatever is done, so money received is margin. An elasticity is
    taken to hold for members and in bundles too; that being shown beside a hero sells more by
    itself is not counted, since only a test tells that. Units whose day comes within the four
    weeks are taken to have until the last batch's day, or the end of the four weeks.
    """
    offer = offer or Offer()
    slow = slow[slow["slow"]]
    facts = selling_facts(shop)
    rows = batches(shop, write_off_days=write_off_days)
    rows = rows[rows["product_id"].isin(slow["product_id"])]
    goods = goods_in_time(rows, outlook, facts, holding_rate=offer.holding_rate)
    draws, members = _draws(elasticities), member_shares(shop)
    heroes = heroes_of(shop, list(goods))
    laid = []
    for product in slow[slow["product_id"].isin(goods)].itertuples():
        one, hero = goods[product.product_id], heroes.get(product.product_id)
        cost = facts.loc[product.product_id, "unit_cost"]
        told = ways_of(
            one,
            offer,
            elasticity=draws.get(product.product_id),
            hero=hero,
            member_share=members.get(product.category),
            unit_cost=cost,
        )
        laid += _laid_out(product, one, told, hero, "gmv" if np.isnan(cost) else "margin")
    return _best_first(pd.DataFrame(laid, columns=COLUMNS).astype({"chosen": bool}))


@carries_missing
def chosen(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick the cheapest way out of each product that has one."""
    hidden = ["product_id", "why", "chosen"]
    return frame[frame["chosen"]].drop(columns=hidden).reset_index(drop=True)


@carries_missing
def find_ways_out(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say what the cheapest ways bring, and what is not known."""
    if frame.empty:
        return [sentence("No slow mover has a unit that can still be sold in time.")]
    products, best = plural(frame["product_id"].nunique(), "slow mover"), frame[frame["chosen"]]
    said = [
        sentence("For none of {n} is a way out known to be worth more than leaving it.", n=products)
    ]
    if len(best):
        said = [_best(best, products, currency)]
    unknown = frame[frame["worth"].isna()].drop_duplicates(["way", "why"])
    if len(unknown):
        told = [f"{r.way}: {r.why}" for r in unknown.itertuples()]
        said.append(sentence("Not known, or not open: {what}.", what="; ".join(told)))
    return said


@carries_missing
def clearance_actions(shop: Tables, frame: pd.DataFrame, *, most: int = 10) -> list[Action]:
    """Propose the cheapest way out of the products for which it is worth most.

    Parameters
    ----------
    shop
        For the day by which we will know.
    frame
        As `ways_out` gives it.
    most
        Actions proposed.
    """
    return [
        Action(
            kind=KINDS[row.way],
            subject=f"product:{row.product_id}",
            action=f"Clear {row.product} by {row.way}: {row.terms}. In {HORIZON_DAYS} days "
            f"{plural(round(row.cleared), 'unit')} should go, {count(row.cleared_anyway)} "
            "without it.",
            owner_role="merchandiser" if row.way != RETURN else "buyer",
            metric="units",
            due_on=due(shop.as_of),
            **worth_fields(row.worth, row.worth_low, row.worth_high, row.worth_in),
        )
        for row in frame[frame["chosen"]].head(most).itertuples()
    ]


def _best(best: pd.DataFrame, products: str, currency: str) -> Sentence:
    return sentence(
        "For {k} of {n} there is a way out that is worth more than leaving it: together {worth} "
        "({ways}). Worth most: {which}.",
        k=count(len(best)),
        n=products,
        worth=money(best["worth"].sum(), currency=currency),
        ways=listing([f"{n} by {way}" for way, n in best["way"].value_counts().items()]),
        which=listing([_named(r, currency) for r in best.itertuples()], most=3),
    )


def _named(row: Any, currency: str) -> str:
    worth, low, high = (
        money(v, currency=currency) for v in (row.worth, row.worth_low, row.worth_high)
    )
    return (
        f"{row.product} by {row.way}, {row.terms} ({plural(round(row.cleared), 'unit')} in "
        f"{HORIZON_DAYS} days where {count(row.cleared_anyway)} go anyway; {worth}, 80% interval "
        f"{low} to {high})"
    )


def _draws(elasticities: pd.DataFrame) -> dict[str, np.ndarray]:
    names = ["elasticity", "elasticity_low", "elasticity_high"]
    known = elasticities[names].dropna()
    return {i: elasticity_draws(*row) for i, row in zip(known.index, known.to_numpy(), strict=True)}


def _laid_out(
    product: Any, goods: Goods, told: dict[str, Told], hero: Hero | None, worth_in: str
) -> list[dict[str, Any]]:
    anyway = do_nothing(goods)[0].mean()
    rows = [
        {
            "product_id": product.product_id,
            "product": product.product,
            "way": way,
            "terms": one.terms,
            "hero": hero.title if hero and way == BUNDLE else None,
            "cleared_anyway": anyway,
            "worth_in": worth_in,
            "why": one.why,
            "chosen": False,
        }
        | _figures(one, goods.units)
        for way, one in told.items()
    ]
    best = max(rows, key=lambda r: -np.inf if np.isnan(r["worth"]) else r["worth"])
    best["chosen"] = bool(best["worth"] >= CENT)
    return rows


def _figures(told: Told, units: float) -> dict[str, float]:
    way = told.way
    if way is None:
        names = ("cleared", "worth")
        unknown = [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
        return dict.fromkeys([*unknown, "clearance_share", "given_away"], np.nan)
    return {
        "cleared": way.sold,
        "cleared_low": way.sold_low,
        "cleared_high": way.sold_high,
        "clearance_share": way.sold / units,
        "worth": way.gain,
        "worth_low": way.gain_low,
        "worth_high": way.gain_high,
        "given_away": way.given_away,
    }


def _best_first(frame: pd.DataFrame) -> pd.DataFrame:
    best = frame["worth"].where(frame["chosen"]).groupby(frame["product_id"]).transform("max")
    frame = frame.assign(best=best.fillna(-np.inf))
    keys = ["best", "product_id", "chosen", "worth", "way"]
    order = frame.sort_values(keys, ascending=[False, True, False, False, True], ignore_index=True)
    return order.drop(columns="best")
