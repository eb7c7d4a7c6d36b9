"""From deposit to balance: how presale orders are paid, and what is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.shop.campaigns import Campaign, a_year_before, listed_campaigns
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, money, number, plural, rate, sentence

TITLE = "How are presale balances paid, and what is still to come?"
TIERS = ("lower third", "middle third", "upper third")
EARLY = 2
"""Hours in which most balances are paid."""
CONFIDENCE = 0.8
_SHOWN = {
    "tier": "price_tier",
    "due": "balance_due",
    "paid": "balances_paid",
    "paid_share": "balances_paid_share",
    "last_year_share": "balances_paid_last_year",
    "still": "balances_open",
    "chance": "balance_chance",
    "expected": "balance_to_come",
    "low": "balance_to_come_low",
    "high": "balance_to_come_high",
}
_STILL_AT = 5
_PRIOR = 1.0
"""Deposits of a tier that stand for what all of them do, before its own are seen."""


@dataclass(frozen=True, slots=True)
class Presale:
    """A campaign's presale.

    Attributes
    ----------
    campaign, before
        It, and the one a year before; None where that had no presale, or is not known.
    tiers
        One row per price tier (by balance) and one for all: tier, deposits, due (money of the
        balances), paid and paid_share (so far), last_year_share (in the end), still (deposits not
        paid that may be), chance (of each to be paid, from last year's), expected, low, high (80 %
        interval of the money still to come).
    hours
        One row per hour since balances could be paid: hour, now and last_year (share of balances
        paid by its end; null for hours to come).
    over
        Whether balances can no longer be paid.
    odds
        What last year's say of a deposit not paid by this hour: a and b of a beta distribution of
        its chance; 0 and 0 where nothing is known.
    """

    campaign: Campaign
    before: Campaign | None
    tiers: pd.DataFrame
    hours: pd.DataFrame
    over: bool
    odds: tuple[float, float] = (0.0, 0.0)


@question(TITLE, "presales", "campaigns", "orders")
def presale(shop: Tables, *, campaign: str = "") -> Presale | Missing:
    """Follow a campaign's deposits to their balances, beside those of the year before.

    Parameters
    ----------
    shop
        The shop.
    campaign
        Its id; the latest one with deposits if empty, or if it has none.

    Returns
    -------
    Presale
        What is still to come is forecast from last year's deposits: of those not paid by the same
        hour, the share that was paid in the end. Its interval holds what so few say of that share
        and the chance of each deposit.

    Notes
    -----
    Whether a reminder helps cannot be told: no table says who was reminded.
    """
    rows = _deposits(shop)
    listed = [c for c in listed_campaigns(shop) if len(_of(rows, c))]
    if not listed:
        return Missing(TITLE, "presales", "No deposit belongs to a campaign of the shop.")
    now = next((c for c in listed if c.campaign_id == campaign), listed[-1])
    earlier = a_year_before(now, listed)
    before = earlier[-1] if earlier else None
    mine = _of(rows, now)
    then = _of(rows, before) if before else mine.iloc[:0]
    reached = datetime.combine(shop.as_of + timedelta(days=1), time())
    hour = min(
        max((reached - mine["due_from"].min()).total_seconds() / 3600, 0.0), mine["open"].max()
    )
    over = bool((mine["due_to"] < reached).all())
    cuts = np.quantile(mine["balance"], [1 / 3, 2 / 3])
    tiers = [
        _tier(name, mine[_in_tier(mine, cuts, i)], then[_in_tier(then, cuts, i)], then, hour, over)
        for i, name in enumerate(TIERS)
    ]
    tiers.append(_tier("all", mine, then, then, hour, over))
    frame = pd.DataFrame(tiers)
    odds = _came_later(then, hour) if len(then) else (0.0, 0.0)
    kept = frame[frame["deposits"] > 0]
    return Presale(now, before, kept, _hours(mine, then, hour), over, odds)


@carries_missing
def shown(found: Presale) -> pd.DataFrame:
    """Lay the tiers out, without what is over or not known."""
    frame = found.tiers.rename(columns=_SHOWN)
    hidden = list(_SHOWN.values())[_STILL_AT:] if found.over else []
    return frame.drop(columns=hidden).dropna(axis=1, how="all")


@carries_missing
def hours(found: Presale) -> pd.DataFrame:
    """Give the balances hour by hour as the figure draws them."""
    return found.hours


@carries_missing
def find_presale(found: Presale, *, currency: str) -> list[Sentence]:
    """Say how many balances are paid, how soon, and what is still to come."""
    whole = found.tiers.iloc[-1]
    said = [
        sentence(
            "{n} of {name} were paid, {due} of balances; {share} of them are paid{last}.",
            n=plural(int(whole["deposits"]), "deposit"),
            name=found.campaign.name,
            due=money(whole["due"], currency=currency),
            share=rate(whole["paid_share"], digits=0),
            last=""
            if found.before is None
            else f", beside {rate(whole['last_year_share'], digits=0)} in the end a year before",
        )
    ]
    early = found.hours[found.hours["hour"] == EARLY]
    if len(early) and np.isfinite(early["now"].iloc[0]) and whole["paid"]:
        template = "{share} of those paid came in the first {hours}."
        share = early["now"].iloc[0] / whole["paid_share"]
        said.append(sentence(template, share=rate(share, digits=0), hours=plural(EARLY, "hour")))
    if not found.over:
        said.append(_to_come(found, whole, currency))
    said.append(sentence("Whether reminders help is not known: no table says who was reminded."))
    return said


def _to_come(found: Presale, whole: pd.Series, currency: str) -> Sentence:
    if found.before is None:
        return sentence(
            "What is still to come is not known: no presale of the year before is there to say "
            "how many deposits are never paid up."
        )
    return sentence(
        "Of {still} not paid up, each has a chance of {chance} to be: {expected} are to be "
        "expected (80% interval {low} to {high}), and about {lost} deposits are at risk.",
        still=plural(int(whole["still"]), "deposit"),
        chance=rate(whole["chance"], digits=0),
        expected=money(whole["expected"], currency=currency),
        low=money(whole["low"], currency=currency),
        high=money(whole["high"], currency=currency),
        lost=number(whole["still"] * (1 - whole["chance"]), digits=0),
    )


def _deposits(shop: Tables) -> pd.DataFrame:
    sales = shop["presales"]
    frame = shop.frame(
        sales.select(
            "order_id",
            due_from=sales.balance_due_from,
            due_to=sales.balance_due_to,
            balance=sales.balance_amount,
            paid_at=sales.balance_paid_at,
        ).order_by("order_id")
    )
    frame["balance"] = as_floats(frame["balance"])
    for name in ("due_from", "due_to", "paid_at"):
        frame[name] = pd.to_datetime(frame[name])
    frame["after"] = (frame["paid_at"] - frame["due_from"]).dt.total_seconds() / 3600
    frame["open"] = (frame["due_to"] - frame["due_from"]).dt.total_seconds() / 3600
    return frame.drop(columns="order_id")


def _of(rows: pd.DataFrame, campaign: Campaign) -> pd.DataFrame:
    due = rows["due_from"].dt.date
    return rows[(due >= campaign.warmup_from) & (due <= campaign.ends_on)]


def _in_tier(rows: pd.DataFrame, cuts: np.ndarray, tier: int) -> np.ndarray:
    return np.searchsorted(cuts, rows["balance"], side="left") == tier


def _tier(
    name: str,
    mine: pd.DataFrame,
    then: pd.DataFrame,
    every: pd.DataFrame,
    hour: float,
    over: bool,
) -> dict:
    paid = mine["paid_at"].notna()
    still = 0 if over else int((~paid).sum())
    row = {
        "tier": name,
        "deposits": len(mine),
        "due": mine["balance"].sum(),
        "paid": int(paid.sum()),
        "paid_share": paid.mean() if len(mine) else np.nan,
        "last_year_share": then["paid_at"].notna().mean() if len(then) else np.nan,
        "still": still,
    }
    if not len(every):
        return row | dict.fromkeys(("chance", "expected", "low", "high"), np.nan)
    a, b = _came_later(then, hour, prior=_came_later(every, hour))
    low, high = stats.betabinom(still, a, b).ppf([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    each = mine.loc[~paid, "balance"].mean() if still else 0.0
    chance = a / (a + b)
    return row | {
        "chance": chance,
        "expected": still * chance * each,
        "low": low * each,
        "high": high * each,
    }


def _came_later(
    then: pd.DataFrame, hour: float, prior: tuple[float, float] | None = None
) -> tuple[float, float]:
    """Give what last year's say of a deposit not paid by an hour: paid later, and never."""
    open_then = then[~(then["after"] <= hour)]
    later = float(open_then["paid_at"].notna().sum())
    a, b = (0.5, 0.5) if prior is None else prior
    weight = 1.0 if prior is None else _PRIOR / (a + b)
    return a * weight + later, b * weight + len(open_then) - later


def _hours(mine: pd.DataFrame, then: pd.DataFrame, hour: float) -> pd.DataFrame:
    """Give the share of balances paid by the end of each hour."""
    last = int(np.ceil(max([mine["open"].max(), *then["open"]])))
    hours = np.arange(1, last + 1)
    frame = pd.DataFrame({"hour": hours})
    for name, rows in (("now", mine), ("last_year", then)):
        after = np.sort(rows["after"].dropna())
        share = np.searchsorted(after, hours, side="right") / max(len(rows), 1)
        frame[name] = share if len(rows) else np.nan
    frame.loc[frame["hour"] > np.ceil(hour), "now"] = np.nan
    return frame
