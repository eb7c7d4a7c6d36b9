"""Which first purchase makes customers stay?"""

from __future__ import annotations

import ibis
import pandas as pd

from shophelm.methods.proportions import beyond_chance
from shophelm.methods.survival import kaplan_meier, log_rank, share_by
from shophelm.shop.buyers import purchases
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables
from shophelm.user.purchases import wait_counts
from shophelm.words import Sentence, count, listing, plural, rate, sentence

MARK = 180
FEWEST = 20
"""Groups of which fewer came back are not judged."""
COLUMNS = ["by", "group", "customers", "back", "share", "low", "high", "share_rest", "p_value"]
GROUPS = {"category": "first category", "acquired_by": "acquired by"}


@question(
    "Which first purchase makes customers stay?",
    "orders.customer_id",
    "order_lines|customers.acquired_by",
    customers="second purchases by the channel that brought the customer",
    products="second purchases by the category of the first",
)
def second_purchase_by_first(shop: Tables) -> pd.DataFrame:
    """Compare how many customers buy a second time, by category and channel of their first.

    A purchase is a day with a paid order. The first category is the one with most money on that
    day. Who has not come back counts for the days since (Kaplan–Meier), and each group's waits are
    held against all other customers' of the same kind of grouping (log-rank).

    Returns
    -------
    DataFrame
        by ("first category" or "acquired by"), group, customers, back (who bought again so far),
        share with low and high (95 %; of customers, back within 180 days), share_rest (all other
        groups together), p_value and found (beyond chance, at a false-discovery rate of 5 % over
        all groups). Shares and p_value are null for groups of which fewer than 20 came back, and
        where nobody has been followed for 180 days. By grouping, most back first.

    Notes
    -----
    It says who comes back, not why: who begins with snacks may be another kind of customer.
    """
    first = _first_waits(shop)
    parts = []
    if shop.filled("order_lines") and shop.filled("products.category"):
        parts.append(
            _compared(shop, "category", first.inner_join(_category(shop, first), "customer_id"))
        )
    if shop.filled("customers.acquired_by"):
        who = shop["customers"].filter(lambda t: t.acquired_by.notnull())
        who = who.select("customer_id", subject=who.acquired_by)
        parts.append(_compared(shop, "acquired_by", first.inner_join(who, "customer_id")))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    frame["found"] = beyond_chance(frame["p_value"])
    keys = ["by", "share", "customers", "group"]
    return frame.sort_values(keys, ascending=[False, False, False, True], ignore_index=True)


@carries_missing
def find_second_purchase_by_first(groups: pd.DataFrame) -> Sentence:
    """Name the groups whose customers stay or leave beyond chance, and those not known."""
    known = groups.dropna(subset=["share"])
    if known.empty:
        return sentence(
            "Of no group {n} customers have bought again and been followed for {days} days: which "
            "first purchase makes customers stay is not known.",
            n=count(FEWEST),
            days=count(MARK),
        )
    found = known[known["found"]]
    text = "Within {days} days of the first purchase, no group of {n} comes back unlike the others"
    values = {"days": count(MARK), "n": count(len(known))}
    if len(found):
        text = "Within {days} days of the first purchase, beyond chance: {which}"
        values["which"] = listing(
            [
                f"{r.group} ({r.by}) {rate(r.share, digits=1)} for {rate(r.share_rest, digits=1)}"
                for r in found.itertuples()
            ],
            most=6,
        )
    if few := len(groups) - len(known):
        text += ". Not known: {few}, of which too few came back"
        values["few"] = plural(few, "group")
    return sentence(text + ".", **values)


def _first_waits(shop: Tables) -> ibis.Table:
    """Give each customer's first day, the wait since, and whether it has ended."""
    days = purchases(shop).filter(lambda t: t.nth == 0)
    wait = ibis.coalesce(days.next_day, ibis.literal(shop.as_of)).delta(days.day, unit="day")
    return days.select("customer_id", "day", wait=wait, ended=days.next_day.notnull())


def _category(shop: Tables, first: ibis.Table) -> ibis.Table:
    """Give the category with most money on each customer's first day; of equals the first name."""
    orders = paid_orders(shop).select("order_id", "customer_id", "day")
    orders = orders.semi_join(first, ["customer_id", "day"])
    products = shop["products"].select("product_id", "category")
    lines = shop["order_lines"].inner_join(orders, "order_id").inner_join(products, "product_id")
    spent = lines.group_by("customer_id", "category").aggregate(paid=lines.paid_amount.sum())
    largest = ibis.window(
        group_by=spent.customer_id, order_by=[spent.paid.desc(), spent.category.asc()]
    )
    ranked = spent.mutate(nth=ibis.row_number().over(largest))
    ranked = ranked.filter(ranked.nth == 0)
    return ranked.select("customer_id", subject=ranked.category)


def _compared(shop: Tables, by: str, waits: ibis.Table) -> pd.DataFrame:
    counts = wait_counts(shop, waits).set_index("wait")
    rows = []
    for group, mine in counts.groupby("subject"):
        mine, rest = mine[["happened", "unfinished"]], counts[counts["subject"] != group]
        rest = rest[["happened", "unfinished"]]
        row = {"by": GROUPS[by], "group": group, "customers": int(mine.sum().sum())}
        row |= {"back": int(mine["happened"].sum()), "share": None, "p_value": None}
        if row["back"] >= FEWEST and rest["happened"].sum() >= FEWEST:
            share = share_by(kaplan_meier(mine), MARK)
            row |= {"share": share["share"], "low": share["share_low"], "high": share["share_high"]}
            row["share_rest"] = share_by(kaplan_meier(rest), MARK)["share"]
            row["p_value"] = log_rank(mine, rest)
        rows.append(row)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    unjudged = frame["share"].isna()
    frame.loc[unjudged, "p_value"] = None
    return frame.astype(dict.fromkeys(COLUMNS[4:], "float64"))
