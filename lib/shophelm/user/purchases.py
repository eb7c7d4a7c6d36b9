"""When each customer bought of each category, and how long it took to the next time."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.rhythm import Rhythm, chance_within, fit_rhythm, usual_wait
from shophelm.shop.buyers import order_worths
from shophelm.shop.calendar import Period
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables

NEEDS = ("orders.customer_id", "order_lines", "products.category")


def purchase_days(shop: Tables, by: str) -> ibis.Table:
    """Give the days on which each customer paid for something: customer_id, subject, day.

    Parameters
    ----------
    shop
        Needs orders with customers, order lines and products.
    by
        "category" or "product_id": what the subject is; "" for all purchases together, which
        takes orders only.
    """
    orders = paid_orders(shop).filter(lambda t: t.known).select("order_id", "customer_id", "day")
    if not by:
        return orders.select("customer_id", "day", subject=ibis.literal("")).distinct()
    lines = shop["order_lines"].select("order_id", "product_id").inner_join(orders, "order_id")
    products = shop["products"].select("product_id", "category")
    lines = lines.inner_join(products, "product_id")
    return lines.select("customer_id", "day", subject=lines[by]).distinct()


def waits(shop: Tables, by: str) -> ibis.Table:
    """Give every wait from a purchase of a subject to the customer's next one of the same.

    Returns
    -------
    Table
        customer_id, subject, day (of the purchase), wait (days; up to as_of where it has not
        ended), ended. Of each customer and subject exactly one wait, the last, has not ended.
    """
    days = purchase_days(shop, by)
    in_order = ibis.window(group_by=[days.customer_id, days.subject], order_by=days.day)
    days = days.mutate(then=days.day.lead().over(in_order))
    wait = ibis.coalesce(days.then, ibis.literal(shop.as_of)).delta(days.day, unit="day")
    return days.select("customer_id", "subject", "day", wait=wait, ended=days.then.notnull())


def wait_counts(shop: Tables, rows: ibis.Table) -> pd.DataFrame:
    """Count waits by subject and length: subject, wait, happened (ended so), unfinished."""
    counted = rows.group_by("subject", "wait").aggregate(
        happened=rows.ended.cast("int64").sum(), unfinished=(~rows.ended).cast("int64").sum()
    )
    return shop.frame(counted.order_by("subject", "wait"))


@dataclass(frozen=True, slots=True)
class Pace:
    """How one subject is bought again, and how each of its customers does.

    Attributes
    ----------
    rhythm
        What all its customers have in common.
    customers
        Ids, sorted.
    happened, exposure
        Waits of each that ended, and the common hazard added up over them.
    since
        Days since each one's last purchase.
    """

    rhythm: Rhythm
    customers: np.ndarray
    happened: np.ndarray
    exposure: np.ndarray
    since: np.ndarray

    def within(self, days: float) -> np.ndarray:
        """Give each customer's probability to buy again in the next days."""
        return chance_within(self.rhythm, self.happened, self.exposure, self.since, days)

    def usual(self, share: float) -> np.ndarray:
        """Give the days within which a share of each one's waits end, of those within a year."""
        return usual_wait(self.rhythm, self.happened, self.exposure, share)


def paces(shop: Tables, by: str) -> dict[str, Pace]:
    """Fit the rhythm of each subject; those bought again fewer than 20 times are not in it.

    Parameters
    ----------
    shop
        As `purchase_days` needs it.
    by
        "category", "product_id", or "" for all purchases together.
    """
    ordered = waits(shop, by).order_by("subject", "customer_id", "day")
    frame = shop.frame(ordered.select("subject", "customer_id", "wait", "ended"))
    found = {}
    for subject, of_one in frame.groupby("subject", sort=True):
        wait, ended = of_one["wait"].to_numpy(), of_one["ended"].to_numpy()
        # each customer's last wait is the one that goes on
        last = np.flatnonzero(~ended)
        person = np.repeat(np.arange(len(last)), np.diff(last, prepend=-1))
        rhythm = fit_rhythm(person, wait, ended)
        if rhythm is None:
            continue
        found[str(subject)] = Pace(
            rhythm,
            of_one["customer_id"].to_numpy(dtype=object)[last],
            np.bincount(person, weights=ended),
            np.bincount(person, weights=rhythm.hazard_up_to(wait) * ended),
            wait[last],
        )
    return found


def worth_per_purchase(shop: Tables, period: Period, by: str) -> pd.Series:
    """Give what a purchase of each subject left behind on the mean of a period.

    Margin after refunds where costs are known, otherwise settled money (see
    `shop.buyers.order_worths`); an order's worth is shared out by its lines' money.
    """
    orders = order_worths(shop)
    orders = orders.filter(inside(orders.day, period.every_day))
    lines = shop["order_lines"].select("order_id", "product_id", "paid_amount")
    sums = lines.group_by("order_id").aggregate(whole=lines.paid_amount.sum())
    products = shop["products"].select("product_id", "category")
    lines = lines.inner_join(products, "product_id")
    parts = lines.group_by("order_id", subject=lines[by]).aggregate(part=lines.paid_amount.sum())
    parts = parts.inner_join(sums, "order_id").inner_join(
        orders.select("order_id", "customer_id", "day", "worth"), "order_id"
    )
    share = parts.part.cast("float64") / parts.whole.cast("float64").nullif(0)
    worth = (parts.worth.cast("float64") * share).fill_null(0).round(4).cast("decimal(18, 4)")
    parts = parts.select("subject", "customer_id", "day", worth=worth)
    days = parts.group_by("subject", "customer_id", "day").aggregate(worth=parts.worth.sum())
    total = days.group_by("subject").aggregate(worth=days.worth.sum(), n=days.count())
    frame = shop.frame(total.order_by("subject")).set_index("subject").apply(as_floats)
    return frame["worth"] / frame["n"]
