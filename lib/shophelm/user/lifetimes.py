"""How long customers stay and what a purchase brings: the models that worth is read off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.methods import buy_till_you_die as btyd
from shophelm.methods import gamma_gamma
from shophelm.methods.proportions import beyond_chance
from shophelm.shop.buyers import buyers, worth_in
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.user.clock import Clock, clock
from shophelm.words import Sentence, count, listing, number, plural, rate, sentence

REST = ""
PARAMETERS = 4
YEAR = 364
UNSURE_DAYS = 56
"""Days from the shop's first on in which a first payment may not be the customer's first."""
NEW = btyd.Histories(np.zeros(1), np.zeros(1), np.zeros(1), np.ones(1, dtype=int))
"""A customer whose first purchase is today's."""


@dataclass(frozen=True)
class Lifetimes:
    """Customers' histories, and the models fitted to them.

    Attributes
    ----------
    customers
        One row per customer who has paid, not for display: customer_id, group, repeats, recency
        and age (by the clock; see `buy_till_you_die.Histories`), purchases (days with a payment)
        and mean (worth of one).
    models
        Group → its fitted model. "" is everybody who has no model of the own.
    spend
        What a purchase brings.
    worth_in
        `margin` or `gmv`.
    groups
        One row per kind of campaign in whose bursts customers first paid: kind, customers,
        repeaters, expected_year and expected_year_rest (purchases within 52 weeks of the first,
        by their own model and by that of all others), p_value (null where too few of them came
        back to tell), found.
    time
        The clock by which recency and age are told; an ordinary day takes 1.
    """

    customers: pd.DataFrame
    models: Mapping[str, btyd.Fit]
    spend: gamma_gamma.Spend
    worth_in: str
    groups: pd.DataFrame
    time: Clock

    @property
    def known(self) -> bool:
        """Whether the shop's history tells the models' parameters."""
        return self.spend.known and all(m.known for m in self.models.values())


@question(
    "How long do customers stay, and what does a purchase of theirs bring?",
    "orders.customer_id",
    order_lines="customers valued in margin",
    products="customers valued in margin",
    campaigns="newcomers of a promotion told apart from the rest",
)
def lifetimes(shop: Tables, *, apart: bool = True) -> Lifetimes:
    """Fit who stays and who leaves, and what a purchase brings.

    A purchase is a day with a payment, and time runs by the `clock`, which campaigns quicken. Of
    BG/NBD and MBG/NBD the likelier one is taken. Customers who first paid in the burst of a kind
    of campaign (Double 11) get a model of their own where a likelihood-ratio test says that they
    are unlike all others by more than the newcomers of ordinary months are, false discoveries
    kept to 5 %.

    Parameters
    ----------
    shop
        Needs orders with customers.
    apart
        False to put all customers into one model.
    """
    time = clock(shop)
    customers = _histories(shop, time)
    kinds = _first_paid_in(shop, customers["first_day"])
    months = pd.to_datetime(customers.pop("first_day")).dt.strftime("%Y-%m")
    whole = _likelier(customers)
    groups = _no_groups()
    if apart and whole.known:
        year = time.ahead(YEAR)
        groups = _unlike(customers, kinds, months.where(kinds == REST), whole, year)
    found = groups["kind"][groups["found"].astype(bool)].tolist()
    customers["group"] = kinds.where(kinds.isin(found), REST)
    models = {
        g: _likelier(rows, whole.leaves_at_once) for g, rows in customers.groupby("group")
    } or {REST: whole}
    spend = gamma_gamma.fit(customers["purchases"].to_numpy(), customers["mean"].to_numpy())
    return Lifetimes(customers, models, spend, worth_in(shop), groups, time)


@carries_missing
def find_groups(life: Lifetimes) -> Sentence:
    """Warn of newcomers who behave unlike the rest, or say that there are none."""
    if not life.known:
        return sentence(NOT_KNOWN, **counted(life))
    groups = life.groups
    if groups.empty:
        return sentence("No customer was won in a campaign's burst: there is nothing to compare.")
    found = groups["found"].astype(bool)
    few = groups["p_value"].isna()
    said, values = [], {}
    if found.any():
        said.append(
            "Customers won in the burst of {which} are unlike the rest and have a model of their "
            "own."
        )
        values["which"] = listing(
            [
                f"{g.kind} ({number(g.expected_year)} purchases to be expected in the year after "
                f"the first, where others make {number(g.expected_year_rest)})"
                for g in groups[found].itertuples()
            ]
        )
    if (alike := ~found & ~few).any():
        said.append("Those won in the burst of {alike} are not unlike the rest beyond chance.")
        values["alike"] = listing(groups["kind"][alike].tolist())
    if few.any():
        said.append("Of those won in the burst of {few} too few came back to tell.")
        values["few"] = listing(groups["kind"][few].tolist())
    return sentence(" ".join(said), **values)


NOT_KNOWN = (
    "What customers will bring cannot be known yet: of {customers}, {repeaters} ({share}) bought "
    "again, too few or too much alike for a model."
)


def counted(life: Lifetimes) -> dict[str, object]:
    """Give the values of `NOT_KNOWN`."""
    n = len(life.customers)
    again = int((life.customers["repeats"] > 0).sum())
    return {
        "customers": plural(n, "customer"),
        "repeaters": count(again),
        "share": rate(again / n if n else np.nan),
    }


def histories_of(customers: pd.DataFrame) -> tuple[btyd.Histories, np.ndarray]:
    """Give the distinct histories of some customers, and the place of each one's in them."""
    return btyd.grouped(*(customers[c].to_numpy(float) for c in ("repeats", "recency", "age")))


def _histories(shop: Tables, time: Clock) -> pd.DataFrame:
    frame = shop.frame(buyers(shop).order_by("customer_id"))
    first, last = (time.at(frame[c]) for c in ("first_day", "last_day"))
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"],
            "first_day": frame["first_day"],
            "repeats": frame["purchases"].astype("int64") - 1,
            "recency": (last - first).round(6),
            "age": (time.now - first).round(6),
            "purchases": frame["purchases"].astype("int64"),
            "mean": as_floats(frame["worth"]) / frame["purchases"].astype("int64"),
        }
    )


def _first_paid_in(shop: Tables, first_day: pd.Series) -> pd.Series:
    """Name the kind of campaign in whose burst each customer was won; "" for none or unsure."""
    kinds = pd.Series(REST, index=first_day.index, dtype=object)
    if not shop.has("campaigns"):
        return kinds
    days = pd.to_datetime(first_day)
    campaigns = shop.frame(shop["campaigns"].order_by("burst_from", "campaign_id"))
    settled = shop.first_day + timedelta(days=UNSURE_DAYS)
    for c in campaigns[[d >= settled for d in campaigns["burst_from"]]].itertuples():
        inside = (days >= pd.Timestamp(c.burst_from)) & (days < pd.Timestamp(c.afterglow_from))
        kinds = kinds.mask(inside, c.kind)
    return kinds


def _likelier(customers: pd.DataFrame, leaves_at_once: bool | None = None) -> btyd.Fit:
    """Fit the likelier of the two models, or the one asked for."""
    histories, _ = histories_of(customers)
    ways = (False, True) if leaves_at_once is None else (leaves_at_once,)
    fits = [btyd.fit(histories, leaves_at_once=way) for way in ways]
    return max(fits, key=lambda f: (f.known, np.nan_to_num(f.log_likelihood, nan=-np.inf)))


def _no_groups() -> pd.DataFrame:
    columns = ["kind", "customers", "repeaters", "expected_year", "expected_year_rest"]
    return pd.DataFrame(columns=[*columns, "p_value", "found"])


def _unlike(
    customers: pd.DataFrame, kinds: pd.Series, months: pd.Series, whole: btyd.Fit, year: float
) -> pd.DataFrame:
    """Test each kind's newcomers against all others by likelihood ratio.

    The newcomers of ordinary months differ as well, with the season they have lived through; a
    burst's have to stand out of that.
    """
    ordinary = sorted(set(months.dropna()))
    usual = [_apart(customers, (months == m).to_numpy(), whole, year)[0] for m in ordinary]
    # the median, since the oldest month holds those who had bought before the records begin
    middle = float(stats.chi2.ppf(0.5, PARAMETERS))
    inflation = max(1.0, float(np.nanmedian([*usual, middle])) / middle)
    rows = []
    for kind in sorted(set(kinds) - {REST}):
        some = (kinds == kind).to_numpy()
        ratio, *years = _apart(customers, some, whole, year)
        again = int((customers["repeats"][some] > 0).sum())
        chance = float(stats.chi2.sf(ratio / inflation, PARAMETERS))
        rows.append([kind, int(some.sum()), again, *years, chance])
    if not rows:
        return _no_groups()
    frame = pd.DataFrame(rows, columns=_no_groups().columns[:-1])
    return frame.assign(found=beyond_chance(frame["p_value"]))


def _apart(customers: pd.DataFrame, some: np.ndarray, whole: btyd.Fit, year: float) -> list[float]:
    """Give the likelihood ratio of two models to one, and either's purchases in a first year."""
    fits = [_likelier(customers[part], whole.leaves_at_once) for part in (some, ~some)]
    if not all(f.known for f in fits):
        return [np.nan] * 3
    ratio = 2 * (sum(f.log_likelihood for f in fits) - whole.log_likelihood)
    return [ratio, *(float(btyd.expected_purchases(f, NEW, horizon=year)[0]) for f in fits)]
