"""How long a cohort lasts: the share still buying by month, and where it is going."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.methods.shifted_beta_geometric import fit, survival
from shophelm.shop.buyers import buyers
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.purchases import waits
from shophelm.words import Sentence, count, listing, plural, rate, sentence

MONTH = 30.4375
SETTLED = 0.9
"""Share of all waits for a next purchase after which a customer's silence counts as the end."""
FEWEST = 100
LEAST_MONTHS = 4
AHEAD = 12
COLUMNS = ["month", "customers", "still_buying", "projected", "projected_before"]


@question("How long does a cohort of customers last?", "orders.customer_id")
def cohort_life(shop: Tables) -> pd.DataFrame:
    """Follow the customers old enough to be judged, and project how many will still buy.

    A customer is still buying in a month if a purchase came in it or later. Whether one comes
    later is only known in time: the months of the longest usual silence (nine of ten waits are
    shorter) before as_of are therefore left out. The projection is fitted on all months known; one
    fitted on the first half of them shows how far such a projection goes wrong.

    Returns
    -------
    DataFrame
        One row per month since the first purchase: month, customers (followed), still_buying
        (share; null for months not known), projected and projected_before (shares, by the shifted
        beta-geometric model of all months and of the first half). Empty where fewer than 100
        customers can be followed for four months. ``attrs``: fitted_months, silence_months.

    Notes
    -----
    The model is one of contracts (Fader and Hardie 2007), in which an end is seen. Here an end is
    a long silence: a season that comes once a year misleads, and so does a customer who leaves
    a while after the last purchase rather than at it. The first month is taken as it was, and the
    model begins after it: most of those who go buy once only, more than the model has room for.
    """
    frame = pd.DataFrame(columns=COLUMNS)
    ended = waits(shop, "").filter(lambda t: t.ended)
    lengths = shop.frame(ended.group_by("wait").aggregate(n=ended.count()).order_by("wait"))
    people = shop.frame(buyers(shop).select("first_day", "last_day"))
    if lengths.empty:
        return frame
    every = np.repeat(lengths["wait"].to_numpy(float), lengths["n"])
    silence = int(np.ceil(np.quantile(every, SETTLED) / MONTH))
    first, last = (pd.to_datetime(people[c]) for c in ("first_day", "last_day"))
    age = ((pd.Timestamp(shop.as_of) - first).dt.days / MONTH).to_numpy() - silence
    known = _months(age)
    if known < LEAST_MONTHS:
        return frame
    followed = age >= known
    lasted = ((last - first).dt.days / MONTH).to_numpy()[followed]
    survivors = np.array([(lasted >= m).sum() for m in range(known + 1)])
    half = known // 2
    months = np.arange(known + AHEAD + 1)
    frame = pd.DataFrame({"month": months, "customers": int(followed.sum())})
    frame["still_buying"] = pd.Series(survivors / survivors[0]).reindex(months)
    frame["projected"] = _projected(survivors, months)
    frame["projected_before"] = _projected(survivors[: half + 1], months)
    frame.attrs |= {"fitted_months": half, "silence_months": silence}
    return frame


@carries_missing
def find_cohort_life(frame: pd.DataFrame) -> Sentence:
    """Say how many still buy, what the projection had said, and what it says of the future."""
    if frame.empty:
        return sentence("The shop is too young to say how long a cohort of customers lasts.")
    known = frame.dropna(subset=["still_buying"])
    last = known.iloc[-1]
    return sentence(
        "Of {n}, {share} still bought {month} months after the first purchase or later "
        "({projected} had been projected from their first {half} months); {ahead}.",
        n=plural(int(last["customers"]), "customer"),
        share=rate(last["still_buying"], digits=1),
        month=count(last["month"]),
        half=count(frame.attrs["fitted_months"]),
        projected=rate(last["projected_before"], digits=1),
        ahead=listing(
            [
                f"after {r.month} months {rate(r.projected, digits=1)} are to be expected to"
                for r in frame[frame["month"].isin([12, 24])].itertuples()
            ]
        ),
    )


def _projected(survivors: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Give the share left after each month, where so many were left after 0, 1, 2 ... of them."""
    after_one = survivors[1] / survivors[0] * survival(fit(survivors[1:]), months[1:] - 1)
    return np.concatenate([[1.0], after_one])


def _months(age: np.ndarray) -> int:
    """Give the most months for which a quarter of the customers, at least 100, can be followed."""
    enough = max(FEWEST, len(age) / 4)
    for months in range(int(age.max(initial=0)), 0, -1):
        if (age >= months).sum() >= enough:
            return months
    return 0
