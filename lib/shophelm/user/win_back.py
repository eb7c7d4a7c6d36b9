"""Who is leaving: silences that are long for the customer, what is at stake, and what it takes."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS, Action, due, worth_fields
from shophelm.shop.buyers import order_worths, worth_in
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.user.purchases import Pace, paces
from shophelm.words import Sentence, count, money, plural, rate, sentence

LONG = 0.9
"""A silence is long when nine in ten of a customer's waits that end within a year are over."""
GONE = 365
"""Who has been silent for longer is past winning back by what the shop knows of waits."""
BANDS = (0, 30, 60, 90, 180, 365)
FEWEST = 30
"""Bands with fewer customers who are leaving get no action of their own."""
YEAR = 364
COLUMNS = [
    "silent",
    "customers",
    "leaving",
    "back_share",
    "back",
    "at_stake",
    "at_stake_in",
]

Readout = tuple[float, float, float]
"""Worth per customer over 28 days that an offer added, and the ends of its 80% interval."""


@question("Who is leaving, and what is at stake?", "orders.customer_id")
def leaving(shop: Tables) -> pd.DataFrame:
    """Count the customers by the time since their last purchase, and those silent for too long.

    Returns
    -------
    DataFrame
        One row per band of days since the last purchase: silent, customers, leaving (whose silence
        is longer than nine in ten of their own usual waits, see `silences`; in the last band
        everybody), back_share (probability, on the mean of those leaving, to buy within 28 days
        without being asked), back (customers to be expected so), at_stake (what those leaving
        brought in 28 days on the mean of the 364 days up to their last purchase), at_stake_in
        (margin or gmv). No rows where customers bought again fewer than 20 times: what silence
        is long is not known.

    Notes
    -----
    Coming back without being asked is read off how silences of the past ended; coupons were part
    of that past. What is at stake is the most there is to win: nobody is won back in full.
    """
    pace = paces(shop, "").get("")
    if pace is None:
        return pd.DataFrame(columns=COLUMNS)
    known = _silences(shop, pace)
    gone = known[known["leaving"]]
    by_band = known.groupby("band").agg(customers=("customer_id", "size"))
    sums = gone.groupby("band").agg(
        leaving=("customer_id", "size"), back=("probability", "sum"), at_stake=("brought", "sum")
    )
    frame = by_band.join(sums).fillna(0.0).reset_index().astype({"leaving": "int64"})
    frame["back_share"] = frame["back"] / frame["leaving"].where(frame["leaving"] > 0)
    frame["silent"] = [_named(b) for b in frame["band"]]
    return frame.assign(at_stake_in=worth_in(shop))[COLUMNS]


@carries_missing
def find_leaving(bands: pd.DataFrame, *, currency: str) -> Sentence:
    """Say how many are leaving, what they brought, and how many come back by themselves."""
    if bands.empty:
        return sentence(
            "Too few customers have bought again to know which silence is long: who is leaving is "
            "not known."
        )
    # who has been silent for a year was lost before
    lately = bands[bands["silent"] != _named(GONE)]
    n = int(lately["leaving"].sum())
    lost = bands[bands["silent"] == _named(GONE)]["customers"].sum()
    text = (
        "Of {all} customers {n} silent for longer than is usual for them, and {lost} have bought "
        "nothing for a year"
    )
    if n:
        text += (
            ". The former brought {brought} ({unit}) in 28 days when they still bought; {share} of "
            "them ({back}) are to be expected back within 28 days without any offer"
        )
    return sentence(
        text + ".",
        all=count(bands["customers"].sum()),
        n=plural(n, "is", "are"),
        lost=count(lost),
        brought=money(lately["at_stake"].sum(), currency=currency),
        unit=bands["at_stake_in"].iloc[0],
        share=rate(lately["back"].sum() / n if n else None, digits=1),
        back=count(lately["back"].sum()),
    )


@question("Who is silent for longer than usual?", "orders.customer_id")
def silences(shop: Tables) -> pd.DataFrame:
    """Give the customers who are leaving, for send lists only; never to be shown.

    Returns
    -------
    DataFrame
        customer_id, last_day, silent_days, usual_days (within which nine in ten of the customer's
        waits end that end within a year), probability (to buy within 28 days unasked), brought (a
        mean 28 days of the 364 up to the last purchase). Those silent for over a year are left
        out. Longest against their own rhythm first.
    """
    pace = paces(shop, "").get("")
    columns = ["customer_id", "last_day", "silent_days", "usual_days", "probability", "brought"]
    if pace is None:
        return pd.DataFrame(columns=columns)
    known = _silences(shop, pace)
    known = known[known["leaving"] & (known["silent_days"] <= GONE)]
    known["times"] = known["silent_days"] / known["usual_days"]
    known = known.sort_values(["times", "customer_id"], ascending=[False, True], ignore_index=True)
    return known[columns]


@carries_missing
def win_back_actions(
    shop: Tables, bands: pd.DataFrame, *, readout: Readout | Missing | None
) -> list[Action]:
    """Propose whom to win back, at the worth that the last hold-out showed.

    Parameters
    ----------
    shop
        For the day by which we will know, and the unit of worth.
    bands
        The answer of `leaving`.
    readout
        What a win-back offer added per customer over 28 days, its cost taken off, with the ends of
        an 80% interval; None or Missing where no hold-out told: worth is unknown then.

    Returns
    -------
    list of Action
        One per band with at least 30 customers who are leaving, those silent for a year apart. An
        offer that lost money is proposed to be stopped.
    """
    worth = None if isinstance(readout, Missing) else readout
    chosen = bands[(bands["leaving"] >= FEWEST) & (bands["silent"] != _named(GONE))]
    return [_win_back(shop.as_of, row, worth) for row in chosen.itertuples()]


def _win_back(as_of: date, row: Any, readout: Readout | None) -> Action:
    who = (
        f"the {plural(row.leaving, 'customer')} who last bought {row.silent} ago, longer than is "
        "usual for them"
    )
    text = (
        f"Make an offer to {who}; hold half of them out by lot, since "
        f"{rate(row.back_share, digits=1)} come back unasked."
    )
    asked, each = row.leaving / 2, readout
    if each is not None and each[0] <= 0:
        text = f"Make no win-back offer to {who}: the last ones cost more than they brought."
        asked, each = row.leaving, (-each[0], -each[2], -each[1])
    worths = worth_fields(*(v * asked for v in each), row.at_stake_in) if each else {}
    return Action(
        kind="win-back",
        subject=f"silent {row.silent}",
        action=text,
        owner_role="user manager",
        metric="share who buy within 28 days, against those held out",
        due_on=due(as_of),
        **worths,
    )


def _silences(shop: Tables, pace: Pace) -> pd.DataFrame:
    """Give, per customer: silent_days, usual_days, leaving, probability, brought, band."""
    usual = np.ceil(pace.usual(LONG))
    last = pd.Timestamp(shop.as_of) - pd.to_timedelta(pace.since, unit="D")
    frame = pd.DataFrame(
        {
            "customer_id": pace.customers,
            "last_day": last.date,
            "silent_days": pace.since,
            "usual_days": usual,
            "leaving": (pace.since > usual) | (pace.since > GONE),
            "probability": pace.within(HORIZON_DAYS),
        }
    )
    frame["band"] = [BANDS[i] for i in np.searchsorted(BANDS[1:], pace.since, side="left")]
    brought = _brought(shop).reindex(frame["customer_id"]).fillna(0.0)
    return frame.assign(brought=brought.to_numpy() * HORIZON_DAYS / YEAR)


def _brought(shop: Tables) -> pd.Series:
    """Give, by customer, what the 364 days up to the last purchase left behind."""
    orders = order_worths(shop)
    last = orders.group_by("customer_id").aggregate(last_day=orders.day.max())
    orders = orders.inner_join(last, "customer_id")
    orders = orders.filter(orders.day > orders.last_day - ibis.interval(days=YEAR))
    sums = orders.group_by("customer_id").aggregate(worth=orders.worth.sum())
    return as_floats(shop.frame(sums).set_index("customer_id")["worth"])


def _named(first: int) -> str:
    """Name the band that begins after so many days."""
    if first == BANDS[-1]:
        return f"more than {first} days"
    at = BANDS.index(first)
    return f"{first + 1 if first else 0} to {BANDS[at + 1]} days"
