"""Does the forecast of customers' purchases hold? Fitted on an earlier day, checked since."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from shophelm.shop.buyers import order_worths
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.user.lifetimes import REST, lifetimes
from shophelm.user.worth import totals, worth_by_customer
from shophelm.words import Sentence, change, count, listing, plural, sentence

MOST_REPEATS = 7
LEVEL = 0.95
ALL = "all"
COLUMNS = [
    *("earlier", "customers", "predicted", "predicted_low", "predicted_high", "bought"),
    *("predicted_as_one", "worth_predicted", "worth_predicted_low", "worth_predicted_high"),
    "worth_brought",
]


@question("Do forecasts of customers' purchases hold?", "orders.customer_id")
def worth_checked(shop: Tables, *, days: int = 182) -> pd.DataFrame:
    """Forecast purchases from the shop as it was some days ago, and count what came since.

    Parameters
    ----------
    shop
        Needs orders with customers.
    days
        How long ago.

    Returns
    -------
    DataFrame
        One row per number of purchases after the first that a customer had made by then (0 to 6,
        7 and more), per group with a model of its own (won in double11 ...), and all: earlier,
        customers, predicted (purchases) with _low and _high (95 %), bought, predicted_as_one (with
        all customers in one model), worth_predicted with _low and _high, worth_brought. Empty
        where the models were not known then. ``attrs`` holds days.
    """
    then = shop.as_of - timedelta(days=days)
    frame = pd.DataFrame(columns=COLUMNS)
    frame.attrs["days"] = days
    if then < shop.first_day:
        return frame
    earlier = shop.at(then)
    life, one = (lifetimes(earlier, apart=apart) for apart in (True, False))
    if not (life.known and one.known):
        return frame
    each, as_one = (worth_by_customer(m, days=days) for m in (life, one))
    came = _since(shop, then).reindex(each["customer_id"]).fillna(0)
    repeats = np.minimum(life.customers["repeats"].to_numpy(), MOST_REPEATS)
    own = sorted(set(life.models) - {REST})
    member = np.array(
        [
            *(repeats == n for n in range(MOST_REPEATS + 1)),
            *(life.customers["group"].to_numpy() == group for group in own),
            repeats >= 0,
        ]
    )
    sums = totals(life, each, member, days=days, level=LEVEL)
    names = [*map(str, range(MOST_REPEATS)), f"{MOST_REPEATS} and more"]
    names += [*(f"won in {group}" for group in own), ALL]
    frame = pd.DataFrame(
        {
            "earlier": names,
            "customers": member.sum(axis=1),
            "predicted": sums["expected_purchases"],
            "predicted_low": sums["purchases_low"],
            "predicted_high": sums["purchases_high"],
            "bought": member @ came["purchases"].to_numpy(),
            "predicted_as_one": member @ as_one["expected_purchases"].to_numpy(),
            "worth_predicted": sums["worth"],
            "worth_predicted_low": sums["worth_low"],
            "worth_predicted_high": sums["worth_high"],
            "worth_brought": member @ came["worth"].to_numpy(),
        }
    )
    frame.attrs["days"] = days
    return frame


@carries_missing
def find_worth_checked(frame: pd.DataFrame) -> Sentence:
    """Say how far off the forecast was, and whether its intervals held."""
    if frame.empty:
        return sentence(
            "Forecasts cannot be checked yet: {days} days ago too few had come back for a model.",
            days=count(frame.attrs["days"]),
        )
    whole, rows, apart = frame.iloc[-1], frame.iloc[: MOST_REPEATS + 1], frame.iloc[:-1]
    rows, apart = rows[rows["customers"] > 0], apart.iloc[MOST_REPEATS + 1 :]
    held = rows["bought"].between(rows["predicted_low"], rows["predicted_high"])
    text = (
        "Forecast {days} days ago, {predicted} purchases were to be expected of the customers of "
        "then ({low} to {high}); {bought} came ({off}). In {held} of {n} by number of earlier "
        "purchases what came lies inside the 95% interval."
    )
    if not whole["predicted_low"] <= whole["bought"] <= whole["predicted_high"]:
        text += (
            " The whole lies outside: season, campaigns or a change of the shop moved more than "
            "the model knows, so do not trust the interval of a forecast further than that."
        )
    if len(apart):
        text += " Of those with a model of their own: {apart}."
    return sentence(
        text,
        days=count(frame.attrs["days"]),
        predicted=count(round(whole["predicted"])),
        low=count(round(whole["predicted_low"])),
        high=count(round(whole["predicted_high"])),
        bought=count(whole["bought"]),
        off=change(whole["bought"] / whole["predicted"] - 1),
        held=count(int(held.sum())),
        n=plural(len(rows), "group"),
        **({"apart": listing([_told(a) for a in apart.itertuples()])} if len(apart) else {}),
    )


def _told(group: Any) -> str:
    return (
        f"{group.earlier}, {count(round(group.predicted))} expected and {count(group.bought)} "
        f"came, where one model for all had said {count(round(group.predicted_as_one))}"
    )


def _since(shop: Tables, then: date) -> pd.DataFrame:
    """Count each customer's purchases after a day, and what they left behind."""
    orders = order_worths(shop).filter(lambda t: t.day > then)
    days = orders.group_by("customer_id", "day").aggregate(worth=orders.worth.sum())
    sums = days.group_by("customer_id").aggregate(purchases=days.count(), worth=days.worth.sum())
    frame = shop.frame(sums).set_index("customer_id")
    return frame.apply(as_floats)
