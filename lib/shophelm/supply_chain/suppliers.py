"""How well suppliers keep their promises: lead times, lateness, on time in full."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.methods.empirical_bayes import shrink_rates
from shophelm.methods.proportions import wilson
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.supply_chain.deliveries import YEAR, deliveries, moments, spread
from shophelm.words import Sentence, listing, number, plural, rate, sentence

COLUMNS = [
    *("supplier_id", "supplier", "deliveries", "waiting", "overdue", "promised_days"),
    *("lead_mean", "lead_median", "lead_sd", "lead_p90", "days_late", "days_late_low"),
    *("days_late_high", "due", "on_time", "in_full", "kept", "otif", "otif_low", "otif_high"),
    *("otif_shrunk", "units_filled"),
]


@question("Who delivers on time and in full?", "purchase_orders", suppliers="the suppliers' names")
def suppliers(shop: Tables, *, days: int = YEAR) -> pd.DataFrame:
    """Hold each supplier's deliveries against what was promised.

    Parameters
    ----------
    shop
        Needs purchase_orders.
    days
        Only orders of the last so many days.

    Returns
    -------
    DataFrame
        One row per supplier, the latest on the mean first: supplier_id, supplier (name),
        deliveries (that have arrived; a delivery is what came of one order in one day), waiting
        (not arrived), overdue (of these, past their day), promised_days (mean), lead_mean,
        lead_median, lead_sd, lead_p90 (days from order to arrival), days_late (mean past the
        promise, early ones negative) with its 95% interval, due (deliveries promised for as_of or
        before), on_time (share of them), in_full (share of deliveries that arrived), kept (due
        ones on time and in full), otif (kept / due) with its 95% interval, otif_shrunk (drawn
        towards the other suppliers', the more the fewer deliveries), units_filled (of units
        ordered in deliveries that arrived).

    Notes
    -----
    Open orders must not make a late supplier seem quick: they count as waits that have lasted so
    long (Kaplan & Meier), and as not on time once their day has passed. An order whose day is
    still to come is not judged by on_time, even if it arrived: only the early ones of its kind
    have. The interval of days_late takes deliveries as independent: misleads where one event held
    up many of them.
    """
    seen = deliveries(shop, days=days)
    rows = [{"supplier_id": s, **_judge(own)} for s, own in seen.groupby("supplier_id")]
    frame = pd.DataFrame(rows, columns=["supplier_id", *_JUDGED])
    shares = wilson(frame["kept"], frame["due"]).rename(
        columns={"rate": "otif", "low": "otif_low", "high": "otif_high"}
    )
    counts = frame[["kept", "due"]].set_axis(["yes", "trials"], axis=1)
    shrunk = shrink_rates(counts)["shrunk"] if len(frame) else pd.Series(dtype="float64")
    frame = frame.assign(
        **shares, otif_shrunk=shrunk.fillna(shares["otif"]), supplier=_names(shop, frame)
    )
    frame = frame.sort_values(["days_late", "supplier_id"], ascending=[False, True])
    return frame[COLUMNS].reset_index(drop=True)


@carries_missing
def find_suppliers(frame: pd.DataFrame) -> Sentence:
    """Say who is late beyond chance, by how much, and how the others do."""
    if frame.empty:
        return sentence("Nothing was ordered from suppliers in this time.")
    late = frame[frame["days_late_low"] > 1]
    values = {
        "deliveries": plural(int(frame["deliveries"].sum()), "delivery", "deliveries"),
        "n": plural(len(frame), "supplier"),
    }
    if late.empty:
        return sentence(
            "No supplier is late by more than a day on the mean, as far as {deliveries} of {n} "
            "can tell.",
            **values,
        )
    who = listing(
        [
            f"{r.supplier_id} by {number(r.days_late, digits=1)} days (95% interval "
            f"{number(r.days_late_low, digits=1)} to {number(r.days_late_high, digits=1)}; "
            f"{rate(r.otif, digits=0)} on time in full)"
            for r in late.itertuples()
        ]
    )
    others = frame.drop(late.index)
    owed = others["due"].sum()
    text = "Of {n} with {deliveries}, {late} late by more than a day on the mean: {who}."
    if owed:
        text += " Of what the others owed by now, {otif} came on time and in full."
    return sentence(
        text,
        **values,
        late="one is" if len(late) == 1 else f"{len(late)} are",
        who=who,
        otif=rate(others["kept"].sum() / owed if owed else None, digits=0),
    )


_JUDGED = [
    *("deliveries", "waiting", "overdue", "promised_days", "lead_mean", "lead_median", "lead_sd"),
    *("lead_p90", "days_late", "days_late_low", "days_late_high", "on_time", "in_full"),
    *("units_filled", "due", "kept"),
]


def _judge(own: pd.DataFrame) -> dict[str, float]:
    times, arrived = own["deliveries"], own["arrived"].to_numpy(bool)
    lead = spread(own["wait_days"].to_numpy(), arrived, times.to_numpy())
    late = spread((own["wait_days"] - own["promised_days"]).to_numpy(), arrived, times.to_numpy())
    n = times[arrived].sum()
    due = (own["promised_days"] <= own["age_days"]).to_numpy()
    on_time = due & arrived & (own["wait_days"] <= own["promised_days"]).to_numpy()
    full = own["full"].to_numpy(bool)
    lead_mean, lead_sd = moments(lead) if n else (np.nan, np.nan)
    days_late, late_sd = moments(late) if n else (np.nan, np.nan)
    half = stats.t.ppf(0.975, n - 1) * late_sd / np.sqrt(n - 1) if n > 1 else np.nan
    return {
        "deliveries": n,
        "waiting": times[~arrived].sum(),
        "overdue": times[due & ~arrived].sum(),
        "promised_days": np.average(own["promised_days"], weights=times),
        "lead_mean": lead_mean,
        "lead_median": _by(lead, 0.5) if n else np.nan,
        "lead_sd": lead_sd,
        "lead_p90": _by(lead, 0.9) if n else np.nan,
        "days_late": days_late,
        "days_late_low": days_late - half,
        "days_late_high": days_late + half,
        "on_time": _share(times[on_time], times[due]),
        "in_full": _share(times[arrived & full], times[arrived]),
        "units_filled": _share(own["received"], own.loc[arrived, "ordered"]),
        "due": times[due].sum(),
        "kept": times[on_time & full].sum(),
    }


def _by(mass: pd.Series, share: float) -> float:
    return float(mass.index[np.searchsorted(mass.cumsum(), share - 1e-9)])


def _share(part: pd.Series, whole: pd.Series) -> float:
    return part.sum() / whole.sum() if whole.sum() else np.nan


def _names(shop: Tables, frame: pd.DataFrame) -> pd.Series:
    if not shop.has("suppliers"):
        return frame["supplier_id"]
    named = shop.frame(shop["suppliers"].select("supplier_id", "name")).set_index("supplier_id")
    return frame["supplier_id"].map(named["name"]).fillna(frame["supplier_id"])
