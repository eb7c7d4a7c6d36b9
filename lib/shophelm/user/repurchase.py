"""When is a customer's next purchase of a category due, and who is due in the next weeks?"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
from scipy import special

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.proportions import wilson
from shophelm.methods.survival import kaplan_meier, reached_by, share_by
from shophelm.shop.buyers import worth_in
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.purchases import NEEDS, paces, purchase_days, waits, worth_per_purchase
from shophelm.words import Sentence, change, count, listing, money, plural, rate, sentence

YEAR, WEEK = 365, 7
INTERVAL = 0.8
EARLY, LATE = 0.25, 0.75
"""A purchase is due while a person's waits usually end, from the first quartile to the third."""
FEWEST = 20
"""Fewer repeat purchases do not tell how long they take."""
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
    "worth",
    "worth_low",
    "worth_high",
    "worth_in",
]


@question("How long does it take until a category is bought again?", *NEEDS)
def repurchase_curves(shop: Tables) -> pd.DataFrame:
    """Estimate the share of purchases of a category that are followed by another, by days since.

    Every purchase of a category begins a wait for the customer's next one of the same; a wait that
    still goes on counts for as long as it has lasted (Kaplan–Meier).

    Returns
    -------
    DataFrame
        One row per category and wait that occurs: category, day (since the purchase), happened
        (waits that ended then), at_risk, share, share_low, share_high (95 %).

    Notes
    -----
    Who buys often begins most of the waits, so that the curve is that of purchases and not of
    customers; the intervals take waits of one customer as independent and are too narrow by that.
    """
    rows = waits(shop, "category")
    counted = rows.group_by("subject", "wait").aggregate(
        happened=rows.ended.cast("int64").sum(), unfinished=(~rows.ended).cast("int64").sum()
    )
    frame = shop.frame(counted.order_by("subject", "wait"))
    curves = [
        kaplan_meier(of_one.set_index("wait"))
        .assign(category=category, happened=of_one.set_index("wait")["happened"])
        .rename_axis("day")
        .reset_index()
        for category, of_one in frame.groupby("subject")
    ]
    columns = ["category", "day", "happened", "at_risk", "share", "share_low", "share_high"]
    return (
        pd.concat(curves, ignore_index=True)[columns] if curves else pd.DataFrame(columns=columns)
    )


@carries_missing
def repurchase(curves: pd.DataFrame) -> pd.DataFrame:
    """Sum the curves up: is the category bought again at all, and how soon?

    Returns
    -------
    DataFrame
        One row per category, most often bought again first: category, bought_again (purchases
        followed by another), share_28, share_365 with share_365_low and share_365_high (of
        purchases, followed by another within so many days; null where none has been followed so
        long), quarter and median (days by which a quarter and half of them are; null where not
        reached). All but bought_again are null for categories with fewer than 20.
    """
    rows = []
    for category, of_one in curves.groupby("category"):
        curve, again = of_one.set_index("day"), int(of_one["happened"].sum())
        row = {"category": category, "bought_again": again}
        if again >= FEWEST:
            year = share_by(curve, YEAR)
            row |= {"share_28": share_by(curve, HORIZON_DAYS)["share"], "share_365": year["share"]}
            row |= {f"share_365_{end}": year[f"share_{end}"] for end in ("low", "high")}
            row |= {"quarter": reached_by(curve, 0.25), "median": reached_by(curve, 0.5)}
        rows.append(row)
    names = ["share_28", "share_365", "share_365_low", "share_365_high", "quarter", "median"]
    frame = pd.DataFrame(rows, columns=["category", "bought_again", *names])
    frame[names] = frame[names].astype("float64")
    by = ["share_365", "bought_again", "category"]
    return frame.sort_values(by, ascending=[False, False, True], ignore_index=True)


@carries_missing
def find_repurchase(summary: pd.DataFrame) -> Sentence:
    """Say which categories are bought again, how soon, and of which that is not known."""
    known = summary.dropna(subset=["share_28"])
    if known.empty:
        return sentence(
            "No category has been bought again {n} times by the same customers: how long it takes "
            "is not known, and nobody can be said to be due.",
            n=count(FEWEST),
        )
    named = []
    for r in known.itertuples():
        if r.share_365 == r.share_365:
            text = (
                f"{r.category} {rate(r.share_365, digits=0)} within a year "
                f"({rate(r.share_365_low, digits=0)} to {rate(r.share_365_high, digits=0)}"
            )
        else:
            text = f"{r.category} {rate(r.share_28, digits=0)} within 28 days ("
        usual = "" if r.median != r.median else f"; half by day {count(r.median)}"
        named.append(f"{text}{usual})".replace("(; ", "(").replace(" ()", ""))
    text, values = "Of purchases, followed by another of the category: {which}.", {}
    if few := summary[summary["share_28"].isna()]["category"].tolist():
        text += " Not known, for want of {n} repeat purchases: {few}."
        values = {"n": count(FEWEST), "few": listing(few)}
    return sentence(text, which=listing(named, most=8), **values)


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
        weeks is left out) with purchases_low and purchases_high (80 %), worth with worth_low and
        worth_high (at the mean worth of a purchase of the last 364 days), worth_in (margin or
        gmv). No rows for categories bought again fewer than 20 times.

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
    sums = calendar.groupby("category", sort=True)[["customers_due", "purchases", "worth"]].sum()
    sums = sums.sort_values("purchases", ascending=False, kind="stable")
    return sentence(
        "In the next week {n} due for another purchase, in the next four weeks {all}. Of all past "
        "customers, due or not, {expected} purchases are expected in four weeks, worth {worth} "
        "({unit}): {which}.",
        n=plural(int(first["customers_due"].sum()), "customer is", "customers are"),
        all=count(calendar["customers_due"].sum()),
        expected=count(calendar["purchases"].sum()),
        worth=money(calendar["worth"].sum(), currency=currency),
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
    if not parts:
        return pd.DataFrame(columns=CHECKED)
    pairs = pd.concat(parts, ignore_index=True)
    # likes stay together, so that the order of rows changes nothing
    rank = pairs["chance"].round(12).rank(method="average", pct=True)
    fifth = np.minimum((rank * len(FIFTHS)).astype(int), len(FIFTHS) - 1)
    sums = pairs.groupby(fifth).agg(
        customers=("bought", "size"), predicted=("chance", "sum"), bought=("bought", "sum")
    )
    shares = wilson(sums["bought"], sums["customers"]).rename(columns={"rate": "share"})
    frame = sums.assign(likelihood=[FIFTHS[i] for i in sums.index]).reset_index(drop=True)
    frame = frame.assign(share_expected=frame["predicted"] / frame["customers"])
    frame = pd.concat([frame, shares], axis=1)[CHECKED]
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
        "inside the 95 % interval. Of the fifth most likely to buy, {rate} did, where {expected} "
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
