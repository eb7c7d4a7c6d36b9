"""When is each customer's next purchase of a category due, and how far off was that last time?"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
from scipy import special

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.proportions import wilson
from shophelm.shop.buyers import worth_in
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.purchases import NEEDS, paces, purchase_days, worth_per_purchase
from shophelm.words import Sentence, change, count, listing, money, plural, rate, sentence

WEEK = 7
INTERVAL = 0.8
EARLY, LATE = 0.25, 0.75
"""A purchase is due while a person's waits usually end, from the first quartile to the third."""
FIFTHS = ("lowest fifth", "second fifth", "middle fifth", "fourth fifth", "highest fifth")
CHECKED = [
    "likelihood",
    "customers",
    "predicted",
    "bought",
    "share_expected",
    "share",
    "low",
    "high",
]
CALENDAR = [
    "category",
    "week_from",
    "week_to",
    "customers_due",
    "purchases",
    "purchases_low",
    "purchases_high",
    "purchases_worth",
    "purchases_worth_low",
    "purchases_worth_high",
    "worth_in",
]


@question("When is each customer's next purchase due?", *NEEDS)
def next_due(shop: Tables, *, by: str = "category") -> pd.DataFrame:
    """Give when each customer's next purchase of each category is due, for send lists only.

    A customer's pace is an empirical-Bayes mean between the own waits and those of everybody who
    buys the category (`methods.rhythm`); a silence longer than usual slows it down.

    Parameters
    ----------
    shop
        Needs orders with customers, lines and products.
    by
        "category" or "product_id". Subjects bought again fewer than 20 times are not in it.

    Returns
    -------
    DataFrame
        customer_id, the subject under the name of `by`, last_day, due_from and due_to (days
        between which the middle half of the waits of this customer end that end within a year;
        they may be past), probability (of a purchase within 28 days after as_of). Never to be
        shown: it names customers.
    """
    frames = []
    for subject, pace in paces(shop, by).items():
        last = pd.Timestamp(shop.as_of) - pd.to_timedelta(pace.since, unit="D")
        frame = pd.DataFrame({"customer_id": pace.customers, by: subject, "last_day": last})
        for name, share in (("due_from", EARLY), ("due_to", LATE)):
            days = np.ceil(pace.usual(share))
            frame[name] = (last + pd.to_timedelta(days, unit="D")).date
        frame["last_day"] = last.date
        frames.append(frame.assign(probability=pace.within(HORIZON_DAYS)))
    columns = ["customer_id", by, "last_day", "due_from", "due_to", "probability"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


@question("How many customers are due in the next four weeks?", *NEEDS)
def due_calendar(shop: Tables) -> pd.DataFrame:
    """Count the customers due in each of the next four weeks, and what is to be expected of all.

    Returns
    -------
    DataFrame
        One row per category and week: category, week_from, week_to, customers_due (whose usual
        wait, the median of those within a year, ends in the week), purchases (customers expected
        to buy of the category again then, due or not; a customer's second purchase in the four
        weeks is left out) with purchases_low and purchases_high (80 %), purchases_worth with
        purchases_worth_low and purchases_worth_high (at the mean worth of a purchase of the last
        364 days), worth_in (margin or gmv). No rows for categories bought again fewer than 20
        times.

    Notes
    -----
    Intervals hold the chance of who buys and not that of a season or a campaign, of which the
    model knows nothing: `due_checked` says how far off it was last time.
    """
    each = worth_per_purchase(shop, last_days(shop.as_of, days=364), "category")
    unit, z = worth_in(shop), special.ndtri(0.5 + INTERVAL / 2)
    rows = []
    for category, pace in paces(shop, "category").items():
        due = np.ceil(pace.usual(0.5)) - pace.since
        before = np.zeros(len(due))
        for week in range(HORIZON_DAYS // WEEK):
            first = week * WEEK
            by_then = pace.within(first + WEEK)
            chance, before = by_then - before, by_then
            expected, error = chance.sum(), np.sqrt((chance * (1 - chance)).sum())
            ends = [expected, max(expected - z * error, 0), expected + z * error]
            days = [shop.as_of + timedelta(days=first + d) for d in (1, WEEK)]
            worth = [e * each.get(category, np.nan) for e in ends]
            here = int(((due > first) & (due <= first + WEEK)).sum())
            rows.append([category, *days, here, *ends, *worth, unit])
    return pd.DataFrame(rows, columns=CALENDAR)


@carries_missing
def find_due_calendar(calendar: pd.DataFrame, *, currency: str) -> Sentence:
    """Say how many are due, and what all customers are expected to bring in four weeks."""
    if calendar.empty:
        return sentence("Nobody can be said to be due: no category is bought again often enough.")
    first = calendar[calendar["week_from"] == calendar["week_from"].min()]
    sums = calendar.groupby("category", sort=True)[["customers_due", "purchases"]].sum()
    sums = sums.sort_values("purchases", ascending=False, kind="stable")
    return sentence(
        "The next purchase of a category is due in the next week for {n}, in the next four weeks "
        "for {all} (who is due in two categories counts twice). Of all past "
        "customers, due or not, {expected} purchases are expected in four weeks, worth {worth} "
        "({unit}): {which}.",
        n=plural(int(first["customers_due"].sum()), "customer"),
        all=count(calendar["customers_due"].sum()),
        expected=count(calendar["purchases"].sum()),
        worth=money(calendar["purchases_worth"].sum(), currency=currency),
        unit=calendar["worth_in"].iloc[0],
        which=listing([f"{c} {count(r.purchases)}" for c, r in sums.iterrows()], most=8),
    )


@question("How far off was who was said to be due?", *NEEDS)
def due_checked(shop: Tables) -> pd.DataFrame:
    """Hold what would have been expected 28 days ago against what came.

    Returns
    -------
    DataFrame
        One row per fifth of the customers and categories, by the probability given 28 days ago:
        likelihood, customers (pairs of customer and category), predicted and bought (pairs),
        share_expected, share (that bought) with low and high (95 %). No rows where nothing could
        be predicted. ``attrs``: first and last day held against.
    """
    cut = shop.as_of - timedelta(days=HORIZON_DAYS)
    came = purchase_days(shop, "category").filter(lambda t: t.day > cut)
    came = shop.frame(came.select("customer_id", "subject").distinct())
    came = set(zip(came["customer_id"], came["subject"], strict=True))
    parts = [
        pd.DataFrame(
            {
                "chance": pace.within(HORIZON_DAYS),
                "bought": [(c, category) in came for c in pace.customers],
            }
        )
        for category, pace in paces(shop.at(cut), "category").items()
    ]
    frame = _in_fifths(pd.concat(parts)) if parts else pd.DataFrame(columns=CHECKED)
    frame.attrs = {"first": cut + timedelta(days=1), "last": shop.as_of}
    return frame


@carries_missing
def find_due_checked(checked: pd.DataFrame) -> Sentence:
    """Say how far the last prediction was off, in total and at its upper end."""
    if checked.empty:
        return sentence("28 days ago nobody could be said to be due: there is nothing to check.")
    predicted, bought = checked["predicted"].sum(), int(checked["bought"].sum())
    top = checked.iloc[-1]
    inside = (checked["share_expected"].between(checked["low"], checked["high"])).sum()
    return sentence(
        "From {first} to {last}, {bought} repeat purchases came where {predicted} were to be "
        "expected ({off}); in {inside} of {bands} bands of likelihood the expected share lies "
        "inside the 95% interval. Of the fifth most likely to buy, {rate} did, where {expected} "
        "were expected.",
        first=str(checked.attrs["first"]),
        last=str(checked.attrs["last"]),
        bought=count(bought),
        predicted=count(predicted),
        off=change(bought / predicted - 1),
        inside=count(inside),
        bands=count(len(checked)),
        rate=rate(top["share"], digits=1),
        expected=rate(top["share_expected"], digits=1),
    )


def _in_fifths(pairs: pd.DataFrame) -> pd.DataFrame:
    """Hold chance against bought, by fifths of the chance."""
    # likes stay together, so that the order of rows changes nothing
    rank = pairs["chance"].round(12).rank(method="average", pct=True)
    fifth = np.minimum((rank * len(FIFTHS)).astype(int), len(FIFTHS) - 1)
    sums = pairs.groupby(fifth).agg(
        customers=("bought", "size"), predicted=("chance", "sum"), bought=("bought", "sum")
    )
    shares = wilson(sums["bought"], sums["customers"]).rename(columns={"rate": "share"})
    frame = sums.assign(likelihood=[FIFTHS[i] for i in sums.index]).reset_index(drop=True)
    frame = frame.assign(share_expected=frame["predicted"] / frame["customers"])
    return pd.concat([frame, shares], axis=1)[CHECKED]
