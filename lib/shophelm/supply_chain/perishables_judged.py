"""The plan for what spoils, judged by days that came: waste and empty shelves, with real demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from shophelm.methods.shelf_life import best_order, play
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.product_days import product_days
from shophelm.shop.tables import Tables
from shophelm.supply_chain.outlook import Outlook
from shophelm.supply_chain.perishable_facts import (
    SHORT_LIFE,
    perishable_products,
    region_sales,
    what_is_lacking,
)
from shophelm.supply_chain.perishable_orders import (
    case_of,
    groups_of,
    lead_of,
    opening_of,
    quantities_of,
)
from shophelm.supply_chain.perishable_regions import judged_regions
from shophelm.supply_chain.perishables import FRESH_DAYS, ORDER_EVERY
from shophelm.supply_chain.write_off import batches
from shophelm.words import Sentence, count, money, rate, sentence

PLAN, OWN = "this plan", "what the shop was sent"
COUNTS = ["received", "sold", "wasted", "short", "margin"]


@question(
    "Would the plan have wasted less, and sold more?",
    "order_lines",
    "products.shelf_life_days",
    "products.unit_cost",
    "stock",
    "purchase_orders.received_on",
)
def perishables_judged(
    shop: Tables,
    forecast: Callable[[date], Outlook],
    *,
    days: int = 56,
    order_every: int = ORDER_EVERY,
    fresh_days: int = FRESH_DAYS,
    short_life: int = SHORT_LIFE,
    lead_days: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Replay the last weeks with this plan's orders, and with what the shop was really sent.

    Parameters
    ----------
    shop
        Needs deliveries.
    forecast
        Gives the outlook as it was known at the end of a day.
    days
        Days replayed, up to as_of.
    order_every, fresh_days, short_life, lead_days
        As in `perishables.perishables`.

    Returns
    -------
    DataFrame
        policy, received (units), sold, wasted, short, margin (of what was sold, after refunds,
        less the cost of what was wasted), fill_rate (sold of what was wanted), waste_share (of
        what was received).

    Notes
    -----
    Both begin with the shop's stock and meet the units that it sold; both spoil by the rules of
    the plan. A stock list on which nothing ever spoils cannot be held against either. What was
    wanted of an empty shelf is in no table, which favours what the shop was sent, whose shelf
    it was.
    """
    start = shop.as_of - timedelta(days=days)
    early = shop.at(start)
    ordered_on = {k: start + timedelta(days=k) for k in range(0, days, order_every)}
    outlooks = {k: forecast(day) for k, day in ordered_on.items()}
    facts = perishable_products(early, short_life=short_life, lead_days=lead_days)
    facts = facts.drop(index=list(what_is_lacking(facts, outlooks[0])))
    sales = region_sales(early, facts.index)
    life = (facts["shelf_life_days"] - facts["transit_in"]).max()
    regions = judged_regions(sales, life=life, fresh_days=fresh_days, waste_per_unit=0.0)
    came, ages = product_days(shop), batches(early)
    rows = []
    for row in facts.itertuples():
        groups = groups_of(row, regions, fresh_days=fresh_days)
        place = came.products.get_indexer([row.Index])[0]
        if groups.empty or place < 0:
            continue
        opening = opening_of(ages[ages["product_id"] == row.Index], int(groups["life"].max()))
        wanted = came.units[place, -days:, None] * groups["part"].to_numpy()
        received = np.nan_to_num(came.received[place, -days:])
        planned = _planned(row, groups, wanted, opening, received, outlooks, order_every)
        for policy, arrivals in ((PLAN, planned), (OWN, received)):
            rows.append({"policy": policy} | _outcome(row, groups, wanted, opening, arrivals))
    sums = pd.DataFrame(rows, columns=["policy", *COUNTS]).groupby("policy")[COUNTS].sum()
    sums = sums.reindex([PLAN, OWN]).dropna().reset_index()
    sums["fill_rate"] = sums["sold"] / (sums["sold"] + sums["short"])
    sums["waste_share"] = sums["wasted"] / sums["received"].where(sums["received"] > 0)
    sums.attrs["days"] = days
    return sums


@carries_missing
def find_perishables_judged(frame: pd.DataFrame, *, currency: str) -> Sentence:
    """Say what the plan would have made of the last weeks, beside what the shop was sent."""
    if frame.empty:
        return sentence("No product that spoils was there to be replayed.")
    plan, own = (frame[frame["policy"] == p].iloc[0] for p in (PLAN, OWN))
    return sentence(
        "Over the last {days} days this plan would have been sent {received} units, sold {sold} "
        "and let {wasted} spoil, a margin of {margin}; what the shop was sent, {own_received} "
        "units, would have sold {own_sold} and let {own_wasted} spoil by the same rules, "
        "{own_margin}. It would have met {fill} of what was bought, instead of {own_fill}. The "
        "stock list knows of no spoiling, so both are reckoned.",
        days=count(frame.attrs["days"]),
        fill=rate(plan["fill_rate"], digits=0),
        own_fill=rate(own["fill_rate"], digits=0),
        **{name: count(plan[name]) for name in ("received", "sold", "wasted")},
        **{f"own_{name}": count(own[name]) for name in ("received", "sold", "wasted")},
        margin=money(plan["margin"], currency=currency),
        own_margin=money(own["margin"], currency=currency),
    )


def _planned(
    row: Any,
    groups: pd.DataFrame,
    wanted: np.ndarray,
    opening: np.ndarray,
    received: np.ndarray,
    outlooks: Mapping[int, Outlook],
    order_every: int,
) -> np.ndarray:
    """Give what the plan would have been sent: until its first order comes, what the shop was."""
    lead = lead_of(row)
    coming = np.zeros(len(wanted) + lead + order_every + int(groups["life"].max()))
    coming[:lead] = received[:lead]
    for day, outlook in outlooks.items():
        place = outlook.products.get_indexer([row.Index])[0]
        if place >= 0:
            spread = outlook.spread[place]
            case = case_of(row, groups, spread, opening, coming[day:], order_every=order_every)
            most = case.demand.sum(axis=(1, 2)).max()
            coming[day + lead] += best_order(case, quantities_of(row, most)).quantity
        week = slice(day, day + order_every)
        met = wanted[None, week]
        opening = play(met, coming[week], life=groups["life"].tolist(), opening=opening).left[0]
    return coming[: len(wanted)]


def _outcome(
    row: Any, groups: pd.DataFrame, wanted: np.ndarray, opening: np.ndarray, arrivals: np.ndarray
) -> dict[str, float]:
    shelf = play(wanted[None], arrivals, life=groups["life"].tolist(), opening=opening)
    sold = shelf.sold[0].sum(axis=0)
    wasted = shelf.wasted.sum()
    each = row.price * (1 - groups["back"].to_numpy()) - row.unit_cost
    return {
        "received": arrivals.sum(),
        "sold": sold.sum(),
        "wasted": wasted,
        "short": shelf.short.sum(),
        "margin": float(sold @ each) - row.unit_cost * wasted,
    }
