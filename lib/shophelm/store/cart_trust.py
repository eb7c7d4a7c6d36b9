"""Signs of lost trust that stand in reviews and refunds."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.odds_ratio import log_odds_ratio
from shophelm.shop.paid_lines import refunded_lines
from shophelm.shop.tables import Tables
from shophelm.store.cart_evidence import sign_table
from shophelm.store.carts import Carts

BAD_RATING = 3
"""Reviews of so many stars or fewer are bad."""
LEAD_DAYS = 14
"""Bad reviews and returns may come so long before the carts are left because of them."""
_FEWEST = 3


def trust_signs(shop: Tables, carts: Carts) -> dict[str, pd.DataFrame]:
    """Measure bad reviews, returns and slow refunds since shortly before the break.

    Returns
    -------
    dict
        `bad reviews` and `returns` (of order lines paid then): log odds ratio of since the break
        to before it, less that of the category's other products; against these alone where the
        product has nothing before. `slow refunds`: mean log of the days from payment to refund
        since the break, less that of the category's others. `here` and `elsewhere` are shares
        since the break (days, for refunds), the category's others beside.
    """
    return {
        "bad reviews": _turned(carts, _reviews(shop, carts)),
        "returns": _turned(carts, _returns(shop, carts)),
        "slow refunds": _slow(carts, _refund_days(shop, carts)),
    }


def _turned(carts: Carts, rows: pd.DataFrame) -> pd.DataFrame:
    """Hold the share of `yes` since the break against before it, and against the category's."""
    found = sign_table(carts)
    for number, own, others, first in _beside(carts, rows):
        ours, theirs = (_sums(side, first) for side in (own, others))
        if ours["late"][1] < _FEWEST or not theirs["late"][1]:
            continue
        found.loc[number, ["here", "elsewhere"]] = [
            side["late"][0] / side["late"][1] for side in (ours, theirs)
        ]
        pairs = [(ours["late"], theirs["late"])]
        if ours["early"][1] >= _FEWEST and theirs["early"][1]:
            pairs = [(side["late"], side["early"]) for side in (ours, theirs)]
        ratios = [log_odds_ratio(*pair) for pair in pairs]
        value = ratios[0][0] - (ratios[1][0] if len(ratios) > 1 else 0)
        found.loc[number, ["value", "error"]] = [value, np.hypot.reduce([e for _, e in ratios])]
    return found


def _slow(carts: Carts, rows: pd.DataFrame) -> pd.DataFrame:
    found = sign_table(carts)
    for number, own, others, first in _beside(carts, rows):
        ours, theirs = (np.log(s.loc[s["day"] >= first, "days"]) for s in (own, others))
        if min(len(ours), len(theirs)) < _FEWEST:
            continue
        spread = np.sqrt(pd.concat([ours - ours.mean(), theirs - theirs.mean()]).pow(2).mean())
        error = spread * np.sqrt(1 / len(ours) + 1 / len(theirs))
        gap = ours.mean() - theirs.mean()
        found.loc[number] = [gap, error, np.exp(ours.mean()), np.exp(theirs.mean())]
    return found


def _beside(carts: Carts, rows: pd.DataFrame) -> list[tuple[int, pd.DataFrame, pd.DataFrame, int]]:
    """Give each product's rows, its category's others, and the first day that counts as since."""
    if rows.empty:
        return []
    products = carts.products
    number = pd.Index(products["product_id"]).get_indexer(rows["product_id"])
    rows = rows[number >= 0].assign(number=number[number >= 0])
    rows["day"] = np.array([(d - carts.period.first).days for d in rows["day"]], dtype=np.int64)
    group = products["group"].to_numpy()[rows["number"]]
    found = []
    for n, own in rows.groupby("number"):
        others = rows[(group == products["group"][n]) & (rows["number"] != n)]
        first = products["at"][n] if products["by"][n] != "peers" else 0
        found.append((int(n), own, others, max(int(first) - LEAD_DAYS, 0)))
    return found


def _sums(rows: pd.DataFrame, first: int) -> dict[str, tuple[float, float]]:
    late = rows["day"] >= first
    return {
        name: (float(rows["yes"][side].sum()), float(side.sum()))
        for name, side in (("late", late), ("early", ~late))
    }


def _reviews(shop: Tables, carts: Carts) -> pd.DataFrame:
    if not shop.has("reviews"):
        return pd.DataFrame(columns=["product_id", "day", "yes"])
    reviews = shop["reviews"].mutate(day=lambda t: t.written_at.date())
    reviews = reviews.filter(reviews.day >= ibis.literal(carts.period.first))
    return shop.frame(reviews.select("product_id", "day", yes=reviews.rating <= BAD_RATING))


def _returns(shop: Tables, carts: Carts) -> pd.DataFrame:
    if not shop.has("refunds", "orders", "order_lines"):
        return pd.DataFrame(columns=["product_id", "day", "yes"])
    lines = refunded_lines(shop, carts.period)
    orders = shop["orders"].select("order_id", day=lambda t: t.paid_at.date())
    lines = lines.inner_join(orders, "order_id")
    return shop.frame(lines.select("product_id", "day", yes="returned"))


def _refund_days(shop: Tables, carts: Carts) -> pd.DataFrame:
    """Days from payment to refund, of single lines or of orders of one line, by day of payment."""
    if not shop.has("refunds", "orders", "order_lines"):
        return pd.DataFrame(columns=["product_id", "day", "days"])
    refunds = shop["refunds"].select("order_id", "refunded_at", refunded_line="line_no")
    orders = shop["orders"].select("order_id", "paid_at")
    lines = shop["order_lines"].select("order_id", "line_no", "product_id")
    rows = refunds.inner_join(orders, "order_id").inner_join(lines, "order_id")
    day = rows.paid_at.date()
    rows = rows.filter(
        (rows.refunded_line.isnull() | (rows.refunded_line == rows.line_no))
        & (day >= ibis.literal(carts.period.first))
    )
    waited = (rows.refunded_at.epoch_seconds() - rows.paid_at.epoch_seconds()) / 86_400
    return shop.frame(
        rows.select("product_id", day=rows.paid_at.date(), days=ibis.greatest(waited, 0.1))
    )
