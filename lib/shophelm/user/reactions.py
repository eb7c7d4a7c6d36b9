"""How groups of customers react to a coupon, and what that makes of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from shophelm.methods.effect_shrinkage import shrink_effects
from shophelm.methods.proportions import beyond_chance
from shophelm.methods.two_sample import Arm, arm_of_sums, pooled_difference

PERSUADABLE, ANYWAY, UNMOVED = "persuadable", "would buy anyway", "not moved"
SLEEPING_DOG, NOT_KNOWN = "sleeping dog", "not known"
LEFT_OUT = (ANYWAY, UNMOVED, SLEEPING_DOG)
FALSE_CLAIMS = 0.05
FEWEST_ORDERS = 10
"""Orders of a group below which its arms' means are not normal, and nothing is claimed."""
_OFTEN = 1.645


def react(trials: pd.DataFrame, group: str, *, interval: float = 0.95) -> pd.DataFrame:
    """Measure how each group reacts to coupons, and class it.

    Parameters
    ----------
    trials
        As `coupon_trials.trials` gives them.
    group
        The column by which customers are grouped, by what was known before the grant.
    interval
        Probability the intervals hold.

    Returns
    -------
    DataFrame
        One row per group, in order: group, granted, held_out (customers, those of each coupon
        counted), base (orders per customer held out), break_even (further orders per customer
        that pay for the coupons used), orders_effect (further orders per customer granted),
        worth_effect (money brought per customer granted, the coupon paid for), each pulled
        towards the other groups' and with _low and _high, reaction, leave_out.

    Notes
    -----
    Coupons are strata: each is read out by its own lot, and counts by its customers. Persuadable:
    the effect is above break-even. Sleeping dog: it is below zero. Would buy anyway: it is below
    break-even, and customers held out buy more than the others' do; not moved: the same, and they
    do not. Each is a one-sided test on the group's own figures, and a claim only where it stands
    among all of them at a false-discovery rate of 5 %; all other groups are not known, nor is one
    with fewer than ten orders.
    """
    names = ["orders", "worth"]
    squares = (trials[names] ** 2).add_suffix("_squares")
    summed = trials[[group, "coupon_id", "held_out", *names, "subsidy"]].join(squares)
    by = summed.groupby([group, "coupon_id", "held_out"])
    cells = by.sum().assign(customers=by.size())
    given, held = (_side(cells, flag) for flag in (False, True))
    there = given.index.union(held.index)
    given, held = (side.reindex(there, fill_value=0.0) for side in (given, held))
    of = there.get_level_values(group)
    orders = pooled_difference(_arm(given, "orders"), _arm(held, "orders"), of)
    worth = pooled_difference(_arm(given, "worth"), _arm(held, "worth"), of)
    spent = given.groupby(level=group)[["subsidy", "customers"]].sum()
    per_customer = spent["subsidy"] / spent["customers"].clip(lower=1)
    frame = pd.DataFrame(
        {
            "granted": orders["treated"],
            "held_out": orders["control"],
            "base": orders["mean_control"],
            "break_even": per_customer / worth_per_order(trials),
        }
    )
    for name, measured in (("orders_effect", orders), ("worth_effect", worth)):
        shrunk = shrink_effects(measured["estimate"], measured["error"], interval=interval)
        for end, column in (("", "shrunk"), ("_low", "low"), ("_high", "high")):
            frame[name + end] = shrunk[column].to_numpy()
    enough = (given + held).groupby(level=group)["orders"].sum() >= FEWEST_ORDERS
    frame["reaction"] = _classes(
        orders["estimate"].where(enough),
        orders["error"],
        frame["break_even"],
        _buys_more(held, group),
    )
    frame["leave_out"] = frame["reaction"].isin(LEFT_OUT)
    return frame.rename_axis("group").reset_index()


def break_even(trials: pd.DataFrame) -> float:
    """Give the further orders per customer granted that pay for the coupons used."""
    given = trials[~trials["held_out"]]
    return float(given["subsidy"].mean() / worth_per_order(trials))


def worth_per_order(trials: pd.DataFrame) -> float:
    """Give what an order without a coupon is worth; null where that is nothing."""
    held = trials[trials["held_out"]]
    worth, orders = held["worth"].sum(), held["orders"].sum()
    return worth / orders if orders and worth > 0 else np.nan


def _classes(
    effect: pd.Series, error: pd.Series, needed: pd.Series, often: np.ndarray
) -> np.ndarray:
    """Class groups by three one-sided tests each, held together at one rate of false finds."""
    pays = special.ndtr((needed - effect) / error)
    loses, less = special.ndtr((effect - needed) / error), special.ndtr(effect / error)
    sure = beyond_chance(np.concatenate([pays, loses, less]), rate=FALSE_CLAIMS).reshape(3, -1)
    below = np.where(often, ANYWAY, UNMOVED)
    return np.select([sure[0], sure[2], sure[1]], [PERSUADABLE, SLEEPING_DOG, below], NOT_KNOWN)


def _buys_more(held: pd.DataFrame, group: str) -> np.ndarray:
    """Say which groups' held-out customers order more than all the others' beyond chance."""
    sums = held.groupby(level=group)[["customers", "orders", "orders_squares"]].sum()
    own, rest = (
        arm_of_sums(s["customers"], s["orders"], s["orders_squares"])
        for s in (sums, sums.sum() - sums)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(own.variance / own.n + rest.variance / rest.n)
    return own.mean - rest.mean > _OFTEN * error


def _arm(side: pd.DataFrame, name: str) -> Arm:
    return arm_of_sums(side["customers"], side[name], side[f"{name}_squares"])


def _side(cells: pd.DataFrame, held_out: bool) -> pd.DataFrame:
    flags = cells.index.get_level_values("held_out")
    return cells[flags == held_out].droplevel("held_out").astype("float64")
