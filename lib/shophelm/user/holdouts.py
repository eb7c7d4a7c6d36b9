"""What did the coupons bring, against the customers held out by lot?"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.two_sample import difference, pooled_difference
from shophelm.shop.buyers import worth_in
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.grants import arm, arm_sums, both_arms, followed
from shophelm.user.lot import ORIGIN, lots
from shophelm.words import Sentence, count, listing, money, moved_in_unit, plural, rate, sentence

NO_HOLD_OUT, RUNNING, FINISHED, TOGETHER = "no hold-out", "running", "finished", "all finished"
UNFAIR = 0.001
"""A lot this unlikely is taken for broken: many are looked at, and a fair one must not alarm."""
SHOWN = [
    *("coupon_id", "granted_on", "state", "granted", "held_out", "redemption_rate"),
    *("orders_granted", "orders_held_out", "worth_effect", "worth_effect_low"),
    *("worth_effect_high", "p_value", "incremental", "incremental_low", "incremental_high"),
    *("subsidy", "subsidy_anyway"),
]


@question("What did each coupon bring, against its hold-out?", "coupons", "orders.customer_id")
def holdouts(shop: Tables, *, days: int = HORIZON_DAYS, planned_share: float = 0.0) -> pd.DataFrame:
    """Read out the hold-out of every coupon.

    Each customer is followed for `days` from the day of the grant, and counts once that window is
    over, so that nothing is read out early. Customers who were both granted a coupon and held out
    from it are left out.

    Parameters
    ----------
    shop
        Needs coupons and orders; with customers, the lot is also checked by where they came from.
    days
        Length of the window.
    planned_share
        The share that was to be held out; 0 takes the share held out over all such coupons,
        which misleads where they were planned unlike.

    Returns
    -------
    DataFrame
        One row per coupon, latest grant first: coupon_id, kind, granted_on (first grant), known_on
        (last day of the last window), state (`no hold-out`, `running`, `finished`), redeemed,
        subsidy (what the coupons took off), redemption_rate, granted, held_out (customers whose
        window is over), orders, settled and worth each as _granted and _held_out (per customer),
        orders_effect and worth_effect (granted less held out, per customer) with _low and _high
        (95 %, Welch), p_value (of the worth), incremental (worth brought in total) with _low and
        _high, subsidy_anyway (what was taken off orders that would have been made anyway, if every
        further order used its coupon), split_p (chance of so uneven a split), balance_p (chance
        of arms so unlike before the grant), unlike (in what most). Last, where several coupons are
        finished, a row `all finished`: their effects pooled by their customers.

        attrs: worth_in (margin or gmv), days.

    Notes
    -----
    Paid amounts are net of the coupon, so the worth is too: nothing is to be taken off it. Refunds
    known by as_of are taken off in both arms alike; those of a wave just finished are still to
    come. A coupon granted anew every day and looked at every week comes out at 5 % more often
    than one time in twenty.
    """
    cells = arm_sums(shop, followed(shop, days=days), ORIGIN)
    waves = _waves(cells, days).assign(
        state=lambda w: np.where(
            ~w.pop("tried"),
            NO_HOLD_OUT,
            np.where([day <= shop.as_of for day in w["known_on"]], FINISHED, RUNNING),
        )
    )
    tried = cells[cells["coupon_id"].isin(waves.index[waves["state"] != NO_HOLD_OUT])]
    frame = waves.join(_readout(tried[tried["finished"]]))
    frame = frame.join(lots(tried, planned_share=planned_share))
    frame = frame.sort_values("granted_on", ascending=False, kind="stable")
    done = frame.index[(frame["state"] == FINISHED) & frame["worth_effect"].notna()]
    if len(done) > 1:
        frame = pd.concat([frame, _together(tried[tried["coupon_id"].isin(done)], frame.loc[done])])
    frame = _in_total(frame).rename_axis("coupon_id").reset_index()
    frame.attrs |= {"worth_in": worth_in(shop), "days": days}
    return frame


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick the columns of `holdouts` that a table shows."""
    return frame[SHOWN]


@carries_missing
def find_holdouts(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say what last time's hold-out decided, what all of them say, and what cannot be known."""
    read = frame[(frame["state"] == FINISHED) & frame["worth_effect"].notna()]
    if read.empty:
        said = [sentence("No coupon with a hold-out is over yet: what coupons bring is not known.")]
    else:
        said = [_last(read.iloc[0], frame.attrs, currency), _lot(read)]
    said += [_all(row, currency) for _, row in frame[frame["state"] == TOGETHER].iterrows()]
    running = frame[frame["state"] == RUNNING]
    if len(running):
        named = [f"{r.coupon_id} (known on {r.known_on})" for r in running.itertuples()]
        said.append(sentence("Not over yet, so not read out: {which}.", which=listing(named)))
    without = frame[frame["state"] == NO_HOLD_OUT]
    if len(without):
        said.append(_unknowable(without, currency))
    return said


def verdict(low: float, high: float) -> str:
    """Decide by an interval of money brought: ship, stop or unknown."""
    if low > 0:
        return "ship"
    return "stop" if high < 0 else "unknown"


def _waves(cells: pd.DataFrame, days: int) -> pd.DataFrame:
    """Give each coupon's days, whether it has a hold-out, and what was redeemed."""
    by = cells.groupby("coupon_id")
    frame = pd.DataFrame({"kind": by["kind"].min(), "granted_on": by["first_on"].min()})
    frame["known_on"] = by["last_on"].max() + timedelta(days=days - 1)
    frame["tried"] = by["held_out"].any() & ~by["held_out"].all()
    counted = cells["finished"] | ~cells["coupon_id"].map(frame["tried"])
    given = cells[~cells["held_out"] & counted].groupby("coupon_id")
    frame[["redeemed", "subsidy"]] = given[["redeemed", "subsidy"]].sum()
    frame["redemption_rate"] = frame["redeemed"] / given["customers"].sum()
    return frame


def _readout(cells: pd.DataFrame) -> pd.DataFrame:
    """Hold arm against arm, coupon by coupon."""
    given, held = both_arms(cells)
    frame = pd.DataFrame({"granted": given["customers"], "held_out": held["customers"]})
    for name in ("orders", "settled", "worth"):
        ours, theirs = arm(given, name), arm(held, name)
        frame[f"{name}_granted"], frame[f"{name}_held_out"] = ours.mean, theirs.mean
        if name != "settled":
            effect = difference(ours, theirs).set_axis(frame.index)
            ends = [f"{name}_effect{end}" for end in ("", "_low", "_high")]
            frame[ends] = effect[["estimate", "low", "high"]]
            frame["p_value"] = effect["p_value"]
    return frame


def _together(cells: pd.DataFrame, waves: pd.DataFrame) -> pd.DataFrame:
    """Pool the coupons that are finished, each by its customers."""
    given, held = both_arms(cells)
    row = {"kind": listing(sorted(set(waves["kind"]))), "state": TOGETHER}
    row |= waves[["redeemed", "subsidy", "granted", "held_out"]].sum().to_dict()
    row["redemption_rate"] = row["redeemed"] / row["granted"]
    for name in ("orders", "settled", "worth"):
        (pooled,) = pooled_difference(arm(given, name), arm(held, name), [0] * len(given)).to_dict(
            "records"
        )
        row[f"{name}_held_out"] = pooled["mean_control"]
        row[f"{name}_granted"] = pooled["mean_control"] + pooled["estimate"]
        if name != "settled":
            row |= {f"{name}_effect": pooled["estimate"], "p_value": pooled["p_value"]}
            row |= {f"{name}_effect_{end}": pooled[end] for end in ("low", "high")}
    return pd.DataFrame(row, index=[TOGETHER]).reindex(columns=waves.columns)


def _in_total(frame: pd.DataFrame) -> pd.DataFrame:
    """Add what was brought in total, and what was spent on orders that would have come anyway."""
    for end in ("", "_low", "_high"):
        frame[f"incremental{end}"] = frame[f"worth_effect{end}"] * frame["granted"]
    further = frame["orders_effect"] * frame["granted"]
    anyway = (1 - further / frame["redeemed"].where(frame["redeemed"] > 0)).clip(0, 1)
    return frame.assign(subsidy_anyway=frame["subsidy"] * anyway)


DO = {
    "ship": "Ship it again: it pays.",
    "stop": "Stop it: it loses money.",
    "unknown": "Whether it pays is unknown.",
}


def _last(row: pd.Series, attrs: dict, currency: str) -> Sentence:
    low, high = row["incremental_low"], row["incremental_high"]
    moved = moved_in_unit("money", currency=currency)
    return sentence(
        "Last time's hold-out: {coupon}, granted from {day} on to {granted} while {held} were held "
        "out by lot, changed the {what} over {days} days by {per} a customer after the coupon's "
        "cost: {total} in all (95% interval {low} to {high}). {verdict} It took {subsidy} off "
        "orders, about {anyway} of it off orders that would have been made anyway.",
        coupon=row["coupon_id"],
        day=str(row["granted_on"]),
        granted=plural(round(row["granted"]), "customer"),
        held=count(row["held_out"]),
        per=moved(row["worth_effect"]),
        what="margin" if attrs["worth_in"] == "margin" else "GMV",
        days=count(attrs["days"]),
        total=moved(row["incremental"]),
        low=moved(low),
        high=moved(high),
        verdict=DO[verdict(low, high)],
        subsidy=money(row["subsidy"], currency=currency),
        anyway=money(row["subsidy_anyway"], currency=currency),
    )


def _all(row: pd.Series, currency: str) -> Sentence:
    moved = moved_in_unit("money", currency=currency)
    return sentence(
        "All finished hold-outs together: the coupon was granted {granted} times and used in "
        "{rate} of them; the difference is {total} (95% interval {low} to {high}). {verdict}",
        rate=rate(row["redemption_rate"], digits=1),
        granted=count(row["granted"]),
        total=moved(row["incremental"]),
        low=moved(row["incremental_low"]),
        high=moved(row["incremental_high"]),
        verdict=DO[verdict(row["incremental_low"], row["incremental_high"])],
    )


def _lot(read: pd.DataFrame) -> Sentence:
    """Say whether the lots can be believed."""
    unfair = read[(read["split_p"] < UNFAIR) | (read["balance_p"] < UNFAIR)]
    if unfair.empty:
        return sentence(
            "The lots look fair: neither the sizes of the arms nor what was known of their "
            "customers beforehand differ beyond chance."
        )
    return sentence(
        "Do not believe the readout of {which}: the arms are too uneven or too unlike "
        "beforehand to have been drawn by lot.",
        which=listing(list(unfair["coupon_id"])),
    )


def _unknowable(without: pd.DataFrame, currency: str) -> Sentence:
    return sentence(
        "What {which} brought cannot be known: nobody was held out. {subsidy} was taken off "
        "{orders}; hold some out by lot next time.",
        which=listing(list(without["coupon_id"])),
        subsidy=money(without["subsidy"].sum(), currency=currency),
        orders=plural(round(without["redeemed"].sum()), "order"),
    )
