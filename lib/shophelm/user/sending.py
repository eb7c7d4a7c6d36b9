"""To whom an offer can go, and who of them is held out by lot."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta

import ibis
import pandas as pd

from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables

CONTACT_DAYS, BOUGHT_DAYS = 28, 14
"""Nobody is sent an offer so soon after another one, or after buying."""


def reachable(shop: Tables, customers: pd.DataFrame) -> pd.DataFrame:
    """Keep the customers to whom an offer can go; not for display.

    A customer who was granted a coupon in the last 28 days is left alone, since the two could not
    be told apart, and so is one who paid in the last 14. Who agreed to be written to is in no
    table of the contract: the tool that sends must know.

    Parameters
    ----------
    shop
        Needs orders; contacts are known by its coupons.
    customers
        With a column customer_id.
    """
    orders = paid_orders(shop)
    since = ibis.literal(shop.as_of - timedelta(days=BOUGHT_DAYS))
    away = orders.filter((orders.day > since) & orders.customer_id.notnull()).select("customer_id")
    if shop.has("coupons"):
        given = shop["coupons"]
        since = ibis.literal(shop.as_of - timedelta(days=CONTACT_DAYS))
        given = given.filter((given.granted_at.date() > since) & ~given.held_out)
        away = away.union(given.select("customer_id"))
    ids = shop.frame(away.distinct())["customer_id"]
    return customers[~customers["customer_id"].isin(ids)].reset_index(drop=True)


def draw(
    customers: pd.DataFrame, shop: Tables, held_out: Mapping[str, float], *, salt: str = ""
) -> pd.DataFrame:
    """Draw each segment's hold-out by lot; not for display.

    Parameters
    ----------
    customers
        With customer_id and segment.
    shop
        For the day, which is part of the lot.
    held_out
        Segment → customers to hold out; null for none.
    salt
        Another salt, another lot.

    Returns
    -------
    DataFrame
        The customers by segment and customer_id, with in_holdout: those whose hash of salt, day
        and id is smallest. The order of rows changes nothing, and neither do other segments.
    """
    frame = customers.sort_values(["segment", "customer_id"], ignore_index=True)
    lot = pd.Series([_hash(f"{salt}|{shop.as_of}|{c}") for c in frame["customer_id"]], dtype=str)
    place = lot.groupby(frame["segment"]).rank(method="first")
    return frame.assign(in_holdout=place <= frame["segment"].map(held_out).fillna(0))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
