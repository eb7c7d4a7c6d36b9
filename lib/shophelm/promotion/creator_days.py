"""What each creator's page brought by day: visits, buyers, and what was kept of their money."""

from __future__ import annotations

import ibis
import pandas as pd

from shophelm.promotion.newcomers import first_payments
from shophelm.shop.buyers import MONEY, order_worths
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.shop.visits import visit_of

LATE = ibis.interval(hours=1)
"""An order paid so soon after a visit's last event is the visit's."""
COUNTS = ("visits", "buyers", "known", "new")
SUMS = ("paid", "settled", "worth", "squares")


@once_per_shop
def creator_days(shop: Tables) -> pd.DataFrame:
    """Count the visits that met a creator's page, by day, and add up what they bought.

    Every event is read for it, so it is kept.

    Parameters
    ----------
    shop
        Needs spend by creator, and events whose page ends in the creator's name.

    Returns
    -------
    DataFrame
        One row per creator and day with visits: creator, day, visits, buyers (visits with a
        payment), known (buyers known as customers), new (of these, those who had not paid before
        the day; none before `newcomers_from`), and of the orders paid in these visits by known
        customers: paid, settled (less what was paid back by as_of), worth (see
        `shop.buyers.order_worths`) and squares (the sum of the squares of worth). Money is null
        where there are no orders of known customers. A visit that met several creators counts for
        each.
    """
    events = shop["events"].mutate(visit=visit_of(shop["events"]))
    named = events.filter(events.page.notnull())
    named = named.mutate(creator=named.page.re_replace("^.*/", ""))
    met = (
        named.semi_join(shop["spend"], "creator")
        .select("visitor_id", "visit", "creator")
        .distinct()
    )
    every = events.semi_join(met, ["visitor_id", "visit"])
    did = every.group_by("visitor_id", "visit").aggregate(
        pays=(every.kind == "pay").any(),
        customer_id=every.customer_id.max(),
        began=every.occurred_at.min(),
        ended=every.occurred_at.max(),
    )
    rows = met.inner_join(did, ["visitor_id", "visit"])
    rows = rows.select("visitor_id", "visit", "creator", "pays", "customer_id", "began", "ended")
    rows = _with_money(shop, rows)
    first = rows.first_paid
    new = rows.pays & rows.sure & (first >= rows.began.truncate("D"))
    sums = rows.group_by("creator", day=rows.began.date()).aggregate(
        visits=rows.count(),
        buyers=rows.pays.sum(),
        known=(rows.pays & first.notnull()).sum(),
        new=new.fill_null(False).sum(),
        **{name: rows[name].sum() for name in SUMS},
    )
    frame = shop.frame(sums.order_by("creator", "day"))
    return frame.assign(**{c: as_floats(frame[c]) for c in (*COUNTS, *SUMS)})


def _with_money(shop: Tables, rows: ibis.Table) -> ibis.Table:
    """Add what each visit bought, and when its customer paid for the first time."""
    if not shop.filled("orders.customer_id"):
        none = {name: ibis.null(MONEY) for name in SUMS}
        return rows.mutate(first_paid=ibis.null("timestamp(6)"), sure=False, **none)
    times = shop["orders"].filter(lambda t: t.paid_at.notnull()).select("order_id", "paid_at")
    orders = order_worths(shop).inner_join(times, "order_id")
    first = first_payments(shop).drop("first_day")
    rows = rows.left_join(first, "customer_id").drop("customer_id_right")
    bought = rows.select("visitor_id", "visit", "creator", "customer_id", "began", "ended")
    bought = bought.inner_join(orders, "customer_id")
    bought = bought.filter(bought.paid_at.between(bought.began, bought.ended + LATE))
    keys = ["visitor_id", "visit", "creator"]
    squares = (bought.worth.cast("decimal(28, 4)") * bought.worth).sum()
    sums = bought.group_by(keys).aggregate(
        **{name: bought[name].sum() for name in SUMS[:-1]}, squares=squares
    )
    rows = rows.left_join(sums, keys)
    return rows.mutate(**{name: rows[name].fill_null(0) for name in SUMS})
