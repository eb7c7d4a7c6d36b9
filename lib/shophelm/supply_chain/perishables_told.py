"""What is said of the plan for what spoils, and what it proposes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shophelm.actions import Action, due, worth_fields
from shophelm.shop.needs import carries_missing
from shophelm.shop.tables import Tables
from shophelm.supply_chain.perishable_regions import TOO_OLD
from shophelm.supply_chain.perishables import Perishables
from shophelm.words import Sentence, count, listing, money, number, plural, rate, sentence


@carries_missing
def find_perishables(found: Perishables, *, currency: str) -> list[Sentence]:
    """Say what to order, what is wasted and short of it, and where not to ship."""
    said = [_orders(found, currency), *_too_long(found), *_past(found.orders)]
    if found.orders.empty:
        said = []
    if found.unplanned:
        which = [f"{p} ({why})" for p, why in sorted(found.unplanned.items())]
        said.append(sentence("Not planned: {which}.", which=listing(which)))
    return [*said, *_regions(found, currency)] or [sentence("Nothing that spoils is sold.")]


@carries_missing
def perishable_actions(shop: Tables, found: Perishables, *, most: int = 5) -> list[Action]:
    """Propose the orders of what spoils, and the regions to leave out.

    Parameters
    ----------
    shop
        For the day by which we will know.
    found
        As `perishables` gives it.
    most
        Products and regions proposed, of each.
    """
    orders, regions = found.orders, found.regions
    asked = orders[orders["order_quantity"] > 0].head(most)
    out = regions[~regions["ship"]].sort_values("worth", ascending=False, kind="stable")
    actions = [_to_order(shop, row) for row in asked.itertuples()]
    return actions + [_not_to_ship(shop, row, found) for row in out.head(most).itertuples()]


def _to_order(shop: Tables, row: Any) -> Action:
    return _action(
        shop,
        row,
        kind="order perishables",
        subject=f"product:{row.product_id}",
        action=f"Order {count(row.order_quantity)} units of {row.product} now: "
        f"{number(row.sold, digits=1)} are expected to be sold until the next order comes, "
        f"{number(row.wasted, digits=1)} to spoil.",
        owner_role="buyer",
        metric="units",
    )


def _not_to_ship(shop: Tables, row: Any, found: Perishables) -> Action:
    return _action(
        shop,
        row,
        kind="where not to ship",
        subject=f"region:{row.region}",
        action=f"Stop sending what spoils to {row.region}, or mend the way there: "
        f"{_why(row, found.fresh_days, shop.currency)}.",
        owner_role="logistics manager",
        metric="return_rate",
    )


def _orders(found: Perishables, currency: str) -> Sentence:
    orders = found.orders
    return sentence(
        "For the {days} days between two orders {wanted} units of {n} that spoil are wanted. With "
        "{units} units ordered now, {sold} are expected to be sold, {wasted} to spoil, {short} to "
        "be wanted in vain. Ordering what is expected to be wanted instead would cost {worth} over "
        "28 days.",
        days=count(found.order_every),
        wanted=count(orders["expected_demand"].sum()),
        n=plural(len(orders), "product"),
        units=count(orders["order_quantity"].sum()),
        sold=number(orders["sold"].sum(), digits=1),
        wasted=number(orders["wasted"].sum(), digits=1),
        short=number(orders["short"].sum(), digits=1),
        worth=money(orders["worth"].sum(), currency=currency),
    )


def _too_long(found: Perishables) -> list[Sentence]:
    """Say where goods cannot last from one order to the next."""
    orders = found.orders
    brief = orders[orders["sellable_days"] < found.order_every]
    if brief.empty:
        return []
    return [
        sentence(
            "{n} can be sent for {days} days or fewer after coming, and the next order comes after "
            "{every}: the shelf is bare, or holds what is too old, for the rest.",
            n=plural(len(brief), "product"),
            days=count(brief["sellable_days"].max()),
            every=count(found.order_every),
        )
    ]


def _past(orders: pd.DataFrame) -> list[Sentence]:
    past = orders["past_units"].sum()
    if not past:
        return []
    return [
        sentence(
            "{n} on the stock list are too old to be sent anywhere, and are not counted on.",
            n=plural(int(past), "unit"),
        )
    ]


def _regions(found: Perishables, currency: str) -> list[Sentence]:
    regions = found.regions
    if regions.empty:
        return []
    out = regions[~regions["ship"]]
    which = [f"{r.region} ({_why(r, found.fresh_days, currency)})" for r in out.itertuples()]
    said = [sentence("Of {n} none loses money beyond doubt.", n=plural(len(regions), "region"))]
    if which:
        said = [sentence("Not to be shipped to: {which}.", which=listing(which, most=5))]
    if regions["return_share"].notna().any():
        said.append(_worst(regions, currency))
    if regions["transit_days"].isna().all():
        said.append(
            sentence(
                "How old goods are when they come is not known: no regions table tells the days "
                "on the way. They are taken to come on the day they leave, which is too kind."
            )
        )
    return said


def _worst(regions: pd.DataFrame, currency: str) -> Sentence:
    worst = regions.sort_values(["return_share", "region"], ascending=[False, True]).iloc[0]
    return sentence(
        "Most comes back from {region}: {share} of the lines (80% interval {low} to {high}), an "
        "order there earns {margin} after refunds and waste.",
        region=worst["region"],
        share=rate(worst["return_share"], digits=1),
        low=rate(worst["return_low"], digits=1),
        high=rate(worst["return_high"], digits=1),
        margin=money(worst["margin_per_order"], currency=currency),
    )


def _why(row: Any, fresh_days: int, currency: str) -> str:
    if row.why == TOO_OLD:
        return (
            f"{plural(int(row.life_left), 'day')} of life left on arrival at best, "
            f"{fresh_days} demanded"
        )
    lost, parcel = (money(v, currency=currency) for v in (-row.margin_per_order, row.parcel_cost))
    why = [] if pd.isna(row.parcel_cost) else [f"a parcel costs {parcel}"]
    if not pd.isna(row.return_share):
        why.append(f"{rate(row.return_share, digits=0)} of the lines come back")
    return f"an order loses {lost}: {listing(why)}"


def _action(shop: Tables, row: Any, **said: str) -> Action:
    worth = worth_fields(row.worth, row.worth_low, row.worth_high, "margin")
    return Action(due_on=due(shop.as_of), **worth, **said)
