"""Who stands in which membership tier, by the money paid so far."""

from __future__ import annotations

from decimal import Decimal

import ibis
import pandas as pd

from shophelm.methods.bunching import REACH
from shophelm.shop.buyers import MONEY, order_money
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, listing, money, plural, rate, sentence

SIZES = ["tier", "threshold", "customers", "share", "spent", "spent_share", "near", "lacking"]


def members(shop: Tables) -> ibis.Table:
    """Give every customer of the member list or of the orders, with the money paid so far.

    Returns
    -------
    Table
        customer_id, tier (as exported; null where not known), paid (with freight, refunds not
        taken off; decimal).
    """
    orders = order_money(shop)
    spent = orders.group_by("customer_id").aggregate(paid=orders.paid.sum())
    if not shop.has("customers"):
        return spent.mutate(tier=ibis.null("string"))
    both = shop["customers"].select("customer_id", "tier").outer_join(spent, "customer_id")
    return both.select(
        "tier",
        customer_id=ibis.coalesce(both.customer_id, both.customer_id_right),
        paid=both.paid.fill_null(Decimal(0)).cast(MONEY),
    )


def by_spend(people: ibis.Table, tiers: pd.DataFrame) -> ibis.Table:
    """Put everyone into the tier that the money paid so far reaches, as a column `segment`.

    Parameters
    ----------
    people
        With a column `paid`.
    tiers
        As `thresholds` gives them, all known.
    """
    falling = list(zip(tiers["tier"], tiers["threshold"], strict=True))[::-1]
    reached = [(people.paid >= _exact(least), name) for name, least in falling[:-1]]
    lowest = ibis.literal(falling[-1][0])
    return people.mutate(segment=ibis.cases(*reached, else_=lowest) if reached else lowest)


def known(tiers: pd.DataFrame) -> bool:
    """Say whether there are tiers and all their thresholds are known."""
    return len(tiers) > 1 and bool(tiers["threshold"].notna().all())


@question("Who stands in which tier, and who just below the next?", "orders.customer_id")
def sizes(shop: Tables, tiers: pd.DataFrame) -> pd.DataFrame:
    """Count the customers of each tier by what they have paid so far, and their money.

    Parameters
    ----------
    shop
        The shop.
    tiers
        As `thresholds` gives them.

    Returns
    -------
    DataFrame
        One row per tier: tier, threshold, customers, share, spent (paid so far, decimal),
        spent_share, near (customers within a tenth of the next threshold, below it), lacking (money
        that they lack, on average; null without any). Without rows where a threshold is not known.
    """
    if not known(tiers):
        return pd.DataFrame(columns=SIZES)
    people = by_spend(members(shop), tiers)
    following = dict(zip(tiers["tier"][:-1], tiers["threshold"][1:], strict=True))
    next_one = ibis.cases(
        *[(people.segment == tier, _exact(least)) for tier, least in following.items()],
        else_=ibis.null(MONEY),
    )
    lacks = next_one - people.paid
    near = (lacks <= next_one * Decimal(str(REACH))).fill_null(False)
    counted = people.group_by(tier=people.segment).aggregate(
        customers=people.count(),
        spent=people.paid.sum(),
        near=near.cast("int64").sum(),
        lacking=near.ifelse(lacks, 0).sum(),
    )
    frame = tiers[["tier", "threshold"]].merge(shop.frame(counted), "left", "tier")
    frame = frame.assign(
        spent=[Decimal(0) if pd.isna(m) else m for m in frame["spent"]],
        **{name: frame[name].fillna(0).astype("int64") for name in ("customers", "near")},
    )
    frame["share"] = _part(frame["customers"])
    frame["spent_share"] = _part(frame["spent"])
    frame["lacking"] = as_floats(frame["lacking"]) / frame["near"].where(frame["near"] > 0)
    return frame[SIZES]


@carries_missing
def find_sizes(sized: pd.DataFrame, *, currency: str) -> Sentence:
    """Say what the highest tiers bring, and how many stand just below a threshold."""
    if sized.empty:
        return sentence("Tiers cannot be counted while their thresholds are not known.")
    top, near = sized.iloc[1:], sized[sized["near"] > 0]
    text = "{n} in {first} or higher are {share} of the customers and spent {spent} of the money."
    values = {
        "n": plural(int(top["customers"].sum()), "customer"),
        "first": top["tier"].iloc[0],
        "share": rate(top["share"].sum()),
        "spent": rate(top["spent_share"].sum()),
    }
    if len(near):
        following = dict(zip(sized["tier"], sized["tier"].shift(-1), strict=True))
        text += " Within a tenth below the next threshold stand {near}."
        values["near"] = listing(
            [
                f"{plural(r.near, 'customer')} for {following[r.tier]} (lacking "
                f"{money(r.lacking, currency=currency)} on average)"
                for r in near.itertuples()
            ]
        )
    return sentence(text, **values)


def _exact(amount: float) -> ibis.Scalar:
    return ibis.literal(Decimal(str(round(amount, 4)))).cast(MONEY)


def _part(values: pd.Series) -> pd.Series:
    floats = as_floats(values)
    return floats / (floats.sum() or float("nan"))
