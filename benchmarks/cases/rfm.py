"""RFM: every customer's recency, frequency, money and scores.

Held together by what all can agree on, the customers, purchases and money by days since the last
purchase. All score the customers too, and those scores cannot be equal: openretailscience gives
customers with the same history different scores. It reads the orders, not the lines, which is its
fastest way; here a customer orders at most once a day, so that orders and purchases are one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import purchases
from benchmarks.harness.case import Answer, Case, Contender
from benchmarks.harness.suite import AS_OF

if TYPE_CHECKING:
    import ibis

    from shophelm.shop.tables import Tables


def score(shop: Tables) -> Answer:
    from shophelm.user import rfm, thresholds

    people = rfm.members(shop, thresholds.draw(shop))
    return _by_recency(people.rename(r_score="r", f_score="f", m_score="m"))


def openretailscience(folder: Path) -> Answer:
    import ibis
    from openretailscience.segmentation.rfm import RFMSegmentation

    orders = ibis.duckdb.connect().read_parquet(folder / "orders.parquet")
    orders = orders.select(
        "customer_id",
        transaction_id="order_id",
        transaction_date="paid_at",
        unit_spend=orders.paid_amount.cast("float64"),
    )
    scored = RFMSegmentation(orders, current_date=AS_OF, r_segments=5, f_segments=5, m_segments=5)
    return _by_recency(scored.table.rename(recency="recency_days"))


def _by_recency(people: ibis.Table) -> Answer:
    """Add customers up by recency, by way of their scores: an engine skips what nobody asks for."""
    scored = people.group_by("recency", "r_score", "f_score", "m_score").aggregate(
        customers=people.count(), purchases=people.frequency.sum(), settled=people.monetary.sum()
    )
    sums = scored.group_by("recency").aggregate(
        best=scored.r_score.max() + scored.f_score.max() + scored.m_score.max(),
        **{name: scored[name].sum() for name in ("customers", "purchases", "settled")},
    )
    return sums.to_pandas().to_dict("list")


CASE = Case(
    module=__name__,
    title="RFM",
    key="recency",
    counts=("customers", "purchases"),
    money=("settled",),
    contenders=(
        *purchases.contenders(score),
        Contender(
            "openretailscience",
            openretailscience,
            ("openretailscience.segmentation.rfm", "ibis.backends.duckdb", "ibis.formats.pandas"),
            environment="openretailscience",
        ),
    ),
    made=purchases.made,
    about=purchases.about,
)
