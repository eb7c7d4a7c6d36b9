"""Who comes back: cohorts, new against returning buyers, and how long it takes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
import pandas as pd

from shophelm.methods.survival import kaplan_meier
from shophelm.shop.buyers import purchases
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid, paid_orders
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, listing, money, number, plural, rate, sentence

MARKS = (30, 90, 180)


@question("Which customers of each month come back, and how long after?", "orders.customer_id")
def cohorts(shop: Tables) -> pd.DataFrame:
    """Follow the customers of each month of first payment through the months after it.

    Returns
    -------
    DataFrame
        One row per cohort and month since, from 0 up to the number of months that the oldest
        cohort has had: cohort (first day of the month), size, month, buyers (of the cohort that
        paid an order in that month), share. A month not over at as_of is null, never 0, and so
        is the size of a cohort that is still growing.

    Notes
    -----
    Customers who had bought before the orders begin count as new in the first months.
    """
    orders = paid(shop).filter(lambda t: t.customer_id.notnull())
    bought = orders.select("customer_id", bought=orders.day.truncate("M")).distinct()
    first = bought.bought.min().over(group_by="customer_id")
    followed = bought.select("bought", cohort=first)
    counted = followed.group_by("cohort", "bought").aggregate(buyers=followed.count())
    frame = shop.frame(counted.order_by("cohort", "bought"))
    if frame.empty:
        return pd.DataFrame(columns=["cohort", "size", "month", "buyers", "share"])
    return _triangle(frame, shop.as_of)


@question("How do new and returning buyers share the months?", "orders.customer_id")
def new_and_returning(shop: Tables) -> pd.DataFrame:
    """Split each whole month's buyers, orders and GMV paid by whether they were new in it.

    Returns
    -------
    DataFrame
        One row per month that was over at as_of: month (first day), then new_buyers,
        returning_buyers, new_orders, returning_orders, new_gmv, returning_gmv (decimal) and
        returning_share (of that money). A customer is new in the month of the first payment, with
        all its orders. Orders without a customer are left out.
    """
    orders = paid_orders(shop).filter(lambda t: t.customer_id.notnull())
    first = orders.group_by("customer_id").aggregate(cohort=orders.day.min().truncate("M"))
    orders = orders.mutate(month=orders.day.truncate("M")).inner_join(first, "customer_id")
    people = orders.group_by("month", "customer_id").aggregate(
        new=(orders.cohort == orders.month).any(),
        orders=orders.count(),
        gmv=orders.paid_amount.sum(),
    )
    sums = {}
    for name, who in (("new", people.new), ("returning", ~people.new)):
        sums |= {
            f"{name}_buyers": who.cast("int64").sum(),
            f"{name}_orders": who.ifelse(people.orders, 0).sum(),
            f"{name}_gmv": who.ifelse(people.gmv, 0).sum(),
        }
    frame = shop.frame(people.group_by("month").aggregate(**sums).order_by("month"))
    frame = frame[[_month_end(m) <= shop.as_of for m in frame["month"]]].reset_index(drop=True)
    returning = as_floats(frame["returning_gmv"])
    total = returning + as_floats(frame["new_gmv"])
    return frame.assign(returning_share=returning / total.where(total > 0))


@question("How long does it take until a customer buys again?", "orders.customer_id")
def second_purchase(shop: Tables) -> pd.DataFrame:
    """Estimate the share of customers who have bought a second time by each day after the first.

    A purchase is a day with a paid order, so that an order split in two is one. Who has not come
    back counts for the days since the first purchase, and not as never (Kaplan–Meier).

    Returns
    -------
    DataFrame
        One row per day on which someone came back or was last seen: day (since the first
        purchase), at_risk (customers followed at least that long), share, share_low, share_high
        (95 %).
    """
    gaps = purchases(shop).filter(lambda t: t.nth == 0)
    wait = ibis.coalesce(gaps.next_day, ibis.literal(shop.as_of)).delta(gaps.day, unit="day")
    rows = gaps.select(day=wait, back=gaps.next_day.notnull())
    counted = rows.group_by("day").aggregate(
        happened=rows.back.cast("int64").sum(), unfinished=(~rows.back).cast("int64").sum()
    )
    return kaplan_meier(shop.frame(counted).set_index("day")).reset_index()


@question("How far apart are a customer's purchases?", "orders.customer_id")
def repurchase_interval(shop: Tables) -> pd.DataFrame:
    """Give the quartiles of the days between a customer's consecutive purchases.

    Returns
    -------
    DataFrame
        One row: intervals, quartile_1, median, quartile_3 (days; null without intervals). Only
        finished intervals are in it, so that it is too short, the more the younger the shop;
        `second_purchase` counts the unfinished ones as well.
    """
    gaps = purchases(shop).filter(lambda t: t.next_day.notnull())
    days = gaps.select(days=gaps.next_day.delta(gaps.day, unit="day"))
    counted = shop.frame(days.group_by("days").aggregate(n=days.count()).order_by("days"))
    every = counted["days"].repeat(counted["n"]).astype("float64")
    quartiles = every.quantile([0.25, 0.5, 0.75])
    names = ("quartile_1", "median", "quartile_3")
    values = dict(zip(names, quartiles, strict=True))
    return pd.DataFrame([{"intervals": len(every), **values}])


@carries_missing
def find_cohorts(followed: pd.DataFrame) -> Sentence:
    """Say what share of a cohort comes back in the month after, over all and at its ends."""
    later = followed[(followed["month"] == 1) & followed["buyers"].notna()]
    if later.empty:
        return sentence("No month after a cohort's first is over yet: there is nothing to follow.")
    best, worst = (later.loc[later["share"].astype(float).agg(f)] for f in ("idxmax", "idxmin"))
    return sentence(
        "Of {n} customers in {cohorts}, {share} bought again in the month after their first; most "
        "of {best} ({high}), fewest of {worst} ({low}).",
        n=count(later["size"].sum()),
        cohorts=plural(len(later), "cohort"),
        share=rate(later["buyers"].sum() / later["size"].sum()),
        best=f"{best['cohort']:%Y-%m}",
        high=rate(best["share"]),
        worst=f"{worst['cohort']:%Y-%m}",
        low=rate(worst["share"]),
    )


@carries_missing
def find_new_and_returning(months: pd.DataFrame, *, currency: str) -> Sentence:
    """Say what returning buyers brought in the last whole month, and a year before."""
    if months.empty:
        return sentence("No month is over yet: new and returning buyers cannot be compared.")
    now = months.iloc[-1]
    text = (
        "In {month}, {returning} brought {money}, {share} of GMV paid by known customers; there "
        "were {new}"
    )
    values = {
        "month": f"{now['month']:%Y-%m}",
        "returning": plural(int(now["returning_buyers"]), "returning buyer"),
        "money": money(now["returning_gmv"], currency=currency),
        "share": rate(now["returning_share"]),
        "new": plural(int(now["new_buyers"]), "new buyer"),
    }
    if len(months) > 12:
        text += ". A year before, the share of returning buyers was {then}"
        values["then"] = rate(months.iloc[-13]["returning_share"])
    return sentence(text + ".", **values)


@carries_missing
def find_repurchase(curve: pd.DataFrame, interval: pd.DataFrame) -> Sentence:
    """Say how far apart purchases are, and how many come back within 30, 90 and 180 days."""
    one = interval.iloc[0]
    if not one["intervals"]:
        return sentence("No customer has bought twice yet: how long it takes is not known.")
    text = (
        "Between two purchases of a customer lie {median} days at the median of {n} (half of them "
        "between {low} and {high})."
    )
    values: dict[str, Any] = {
        "n": plural(int(one["intervals"]), "pair"),
        "median": number(one["median"], digits=0),
        "low": number(one["quartile_1"], digits=0),
        "high": number(one["quartile_3"], digits=0),
    }
    back = [
        f"{rate(s)} bought again within {d}" for d in MARKS if (s := _by_day(curve, d)) is not None
    ]
    if back:
        text += " Of all first buyers, counting those who may yet return, {back} days."
        values["back"] = listing(back)
    return sentence(text, **values)


def _by_day(curve: pd.DataFrame, day: int) -> float | None:
    """Give the share back by a day; None where nobody has been followed so long."""
    if curve["day"].max() < day:
        return None
    reached = curve[curve["day"] <= day]
    return float(reached["share"].iloc[-1]) if len(reached) else 0.0


def _triangle(counted: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Fill every cohort × month: 0 where nobody came, null where the month is not over."""
    start, last = counted["cohort"].min(), as_of.replace(day=1)
    months = pd.date_range(start, last, freq="MS")
    known = {(r.cohort, r.bought): r.buyers for r in counted.itertuples()}
    sizes = {c: n for (c, b), n in known.items() if c == b}
    rows = []
    for i, cohort in enumerate(m.date() for m in months):
        size = sizes.get(cohort, 0) if _month_end(cohort) <= as_of else None
        for since in range(len(months)):
            month = months[i + since].date() if i + since < len(months) else None
            over = month is not None and _month_end(month) <= as_of
            rows.append((cohort, size, since, known.get((cohort, month), 0) if over else None))
    frame = pd.DataFrame(rows, columns=["cohort", "size", "month", "buyers"])
    frame = frame.astype({"size": "float64", "buyers": "float64"})
    return frame.assign(share=frame["buyers"] / frame["size"].where(frame["size"] > 0))


def _month_end(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
