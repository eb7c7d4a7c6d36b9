"""What customers will bring: who is still there, and what they buy within a time from now."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from shophelm.methods import buy_till_you_die as btyd
from shophelm.methods import gamma_gamma
from shophelm.shop.needs import carries_missing
from shophelm.user.lifetimes import NEW, NOT_KNOWN, REST, YEAR, Lifetimes, counted, histories_of
from shophelm.words import Sentence, count, money, number, plural, rate, sentence

DRAWS = 60
STEP = 1e-3
INTERVAL = 0.8
ALIVE = {"likely (80% and more)": 0.8, "even (50 to 80%)": 0.5, "doubtful (20 to 50%)": 0.2}
GONE = "gone (below 20%)"
ALL = "all"
COLUMNS = [
    *("still_there", "customers", "expected_purchases", "purchases_low", "purchases_high"),
    *("to_bring", "to_bring_low", "to_bring_high", "to_bring_share", "worth_in"),
]


@carries_missing
def worth_by_customer(life: Lifetimes, *, days: int) -> pd.DataFrame:
    """Give what each customer is expected to bring within some days from now. Never shown.

    Returns
    -------
    DataFrame
        customer_id, group, alive (chance of not having left), expected_purchases, spend (expected
        worth of one purchase), worth; by customer_id. Empty where it is not known.
    """
    customers = life.customers if life.known else life.customers.head(0)
    ahead = life.time.ahead(days)
    frame = customers[["customer_id", "group"]].copy()
    alive, expected = np.zeros(len(frame)), np.zeros(len(frame))
    for group, rows in _by_group(customers):
        model, (histories, place) = life.models[group], histories_of(customers.iloc[rows])
        alive[rows] = btyd.alive(model, histories)[place]
        expected[rows] = btyd.expected_purchases(model, histories, horizon=ahead)[place]
    spend = gamma_gamma.expected_spend(
        life.spend, customers["purchases"].to_numpy(), customers["mean"].to_numpy()
    )
    return frame.assign(
        alive=alive, expected_purchases=expected, spend=spend, worth=expected * spend
    )


@carries_missing
def worth(life: Lifetimes, *, days: int) -> pd.DataFrame:
    """Add up what customers are expected to bring, by how likely they are still there.

    Parameters
    ----------
    life
        As `lifetimes.lifetimes` gives it.
    days
        How far to look ahead.

    Returns
    -------
    DataFrame
        One row per band of the chance of being still there, and all: still_there, customers,
        expected_purchases, to_bring (worth), each with its 80% interval (what the data leave
        open of the model, and customers' own chance), to_bring_share, worth_in. Empty
        where it is not known. ``attrs["alive"]``: customers to be expected still there.

    Notes
    -----
    Campaigns are in it, as far as their like was seen before (`clock.clock`); seasons are not, and
    of the weeks before the shop's best season it promises too little.
    """
    each = worth_by_customer(life, days=days)
    if each.empty:
        return pd.DataFrame(columns=COLUMNS)
    bands = _band(each["alive"].to_numpy())
    names = [*ALIVE, GONE]
    member = np.array([bands == i for i in range(len(names))] + [np.ones(len(each), dtype=bool)])
    sums = totals(life, each, member, days=days)
    sums.columns = [c.replace("worth", "to_bring") for c in sums]
    frame = sums.assign(still_there=[*names, ALL], customers=member.sum(axis=1))
    whole = frame["to_bring"].iloc[-1]
    frame["to_bring_share"] = frame["to_bring"] / whole if whole else np.nan
    frame = frame.assign(worth_in=life.worth_in)[COLUMNS]
    frame.attrs["alive"] = float(each["alive"].sum())
    return frame


def totals(
    life: Lifetimes, each: pd.DataFrame, member: np.ndarray, *, days: int, level: float = INTERVAL
) -> pd.DataFrame:
    """Add up purchases and worth of sets of customers, with intervals.

    Parameters
    ----------
    life, each
        The models, and the answer of `worth_by_customer`.
    member
        Sets × customers: who belongs to which.
    days
        As in `each`.
    level
        Of the intervals.

    Returns
    -------
    DataFrame
        One row per set: expected_purchases, purchases_low, purchases_high, worth, worth_low,
        worth_high.
    """
    rng, ahead = np.random.default_rng(0), life.time.ahead(days)
    spend = each["spend"].to_numpy()
    chance, open_ = np.zeros(len(each)), np.zeros((2, len(member)))
    for group, rows in _by_group(life.customers):
        model, (histories, place) = life.models[group], histories_of(life.customers.iloc[rows])
        drawn = [
            btyd.drawn_purchases(model, histories, horizon=ahead, rng=rng) for _ in range(DRAWS)
        ]
        chance[rows] = np.var(drawn, axis=0, ddof=1)[place]
        sizes = [_by_history(m[rows].astype(float), place, len(histories.age)) for m in member]
        money = [_by_history(m[rows] * spend[rows], place, len(histories.age)) for m in member]
        slopes = np.stack([sizes, money]) @ _slopes(model, histories, ahead).T
        open_ += np.einsum("ksi,ij,ksj->ks", slopes, model.covariance, slopes)
    # a purchase differs from the customer's mean as gamma(p) does
    own = chance * spend**2 + each["expected_purchases"].to_numpy() * spend**2 / life.spend.p
    z = special.ndtri(0.5 + level / 2)
    frame = {}
    pairs = (("expected_purchases", "purchases", chance), ("worth", "worth", own))
    for k, (name, short, variance) in enumerate(pairs):
        mean = member @ each[name].to_numpy()
        error = np.sqrt(open_[k] + member @ variance)
        frame |= {name: mean, f"{short}_low": np.maximum(mean - z * error, 0)}
        frame[f"{short}_high"] = mean + z * error
    return pd.DataFrame(frame)


@carries_missing
def find_worth(life: Lifetimes, ahead: pd.DataFrame, *, days: int, currency: str) -> Sentence:
    """Say how many customers are still there, and what they will bring."""
    if ahead.empty:
        return sentence(NOT_KNOWN, **counted(life))
    whole, likely = ahead.iloc[-1], ahead.iloc[0]
    return sentence(
        "Of {customers} about {alive} are still there. Within {days} days {purchases} purchases "
        "are to be expected of them ({low} to {high}), worth {worth} {kind} ({worth_low} to "
        "{worth_high}); {likely} of it from the {n} most likely still there.",
        customers=plural(int(whole["customers"]), "customer"),
        alive=count(round(ahead.attrs["alive"])),
        days=count(days),
        purchases=count(round(whole["expected_purchases"])),
        low=count(round(whole["purchases_low"])),
        high=count(round(whole["purchases_high"])),
        worth=money(whole["to_bring"], currency=currency),
        kind=whole["worth_in"],
        worth_low=money(whole["to_bring_low"], currency=currency),
        worth_high=money(whole["to_bring_high"], currency=currency),
        likely=rate(likely["to_bring_share"]),
        n=count(likely["customers"]),
    )


@carries_missing
def find_newcomer(life: Lifetimes, *, currency: str) -> Sentence:
    """Say what a new customer is worth in the first year: the bound for what one may cost."""
    if not life.known:
        return sentence(NOT_KNOWN, **counted(life))
    later = float(btyd.expected_purchases(life.models[REST], NEW, horizon=life.time.ahead(YEAR))[0])
    return sentence(
        "A new customer is expected to buy {more} more times in the 52 weeks after the first "
        "purchase, and to bring {worth} {kind} with it, {each} a purchase.",
        more=number(later),
        worth=money((1 + later) * life.spend.mean, currency=currency),
        kind=life.worth_in,
        each=money(life.spend.mean, currency=currency),
    )


def _by_group(customers: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    return sorted(customers.groupby("group").indices.items())


def _slopes(model: btyd.Fit, histories: btyd.Histories, ahead: float) -> np.ndarray:
    """Give how expected purchases move with the logarithm of each parameter, for each history."""
    rows = []
    for i in range(len(model.parameters)):
        sides = []
        for side in (1, -1):
            moved = model.parameters.copy()
            moved[i] *= np.exp(side * STEP)
            sides.append(btyd.expected_purchases(model, histories, horizon=ahead, parameters=moved))
        rows.append((sides[0] - sides[1]) / (2 * STEP))
    return np.stack(rows)


def _band(alive: np.ndarray) -> np.ndarray:
    return (alive[:, None] < np.array(list(ALIVE.values()))).sum(axis=1)


def _by_history(values: np.ndarray, place: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(place, weights=values, minlength=size)
