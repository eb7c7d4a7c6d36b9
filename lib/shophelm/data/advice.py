"""What to do about the numbers: slices whose conversion lags the rest, and data worth mending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
from scipy import special, stats

from shophelm.actions import HORIZON_DAYS, Action, due, worth_fields
from shophelm.data.gaps import LOG_MISSES
from shophelm.data.hints import bundle_actions, unmet_actions
from shophelm.data.opportunities import opportunity_actions
from shophelm.data.slices import SLICES
from shophelm.methods.relative_rate import COLUMNS, lag_behind_rest
from shophelm.shop.calendar import Period
from shophelm.shop.measures import measure
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, listing, money, plural, rate, sentence

LOOK_BACK = 56
FALSE_DISCOVERY = 0.05
INTERVAL = 0.8
FEWEST_PAYING = 10
"""Slices with fewer payments in the weeks before are left alone: chance rules them."""
SHORT = {"paying_visitors": "yes", "visitors": "all"}
LAGGING = [
    "by",
    "slice",
    "visitors",
    "rate_now",
    "rate_expected",
    "p_value",
    "worth",
    "worth_low",
    "worth_high",
]


@question("Whose conversion lags behind the rest of the shop?", "events|traffic")
def lagging(shop: Tables, period: Period) -> pd.DataFrame:
    """Find channels and categories whose conversion fell more than the rest of the shop's.

    The period is held against the windows of its length in the 56 days before it, in which a
    person counts once each; what moved the whole shop cancels out. Slices with fewer than ten
    payments in those weeks stay out: chance rules them.

    Returns
    -------
    DataFrame
        by, slice, visitors, rate_now, rate_expected, p_value, found (kept at a false-discovery
        rate of 5 % over all slices), and worth, worth_low, worth_high: GMV over 28 days of
        reaching the expected rate at this period's visitors and the slice's own spend per buyer,
        with an 80% interval; null without money. Smallest p_value first.
    """
    frames = [
        f for by in ("channel", "category") if (f := _against_rest(shop, period, by)) is not None
    ]
    if not frames:
        return pd.DataFrame(columns=[*LAGGING, "found"])
    frame = pd.concat(frames, ignore_index=True).dropna(subset=["p_value"])
    if len(frame):
        adjusted = stats.false_discovery_control(frame["p_value"])
        frame["found"] = adjusted <= FALSE_DISCOVERY
    return frame.sort_values(["p_value", "by", "slice"]).reset_index(drop=True)


@carries_missing
def find_lagging(slow: pd.DataFrame, *, currency: str) -> Sentence:
    """Name the slices that lag, or say that none does beyond chance."""
    if slow.empty:
        return sentence(
            "No slices to compare: the tables name neither channels nor categories, or too few "
            "people paid in them."
        )
    found = slow[slow["found"]]
    if found.empty:
        return sentence(
            "Of {n} with enough payments to tell, no conversion fell behind the rest of the shop "
            "beyond chance, against the {days} days before.",
            n=plural(len(slow), "channel or category", "channels and categories"),
            days=count(LOOK_BACK),
        )
    return sentence(
        "Against the {days} days before, conversion fell behind the rest of the shop in {which}.",
        days=count(LOOK_BACK),
        which=listing(
            [
                f"{r.slice} ({rate(r.rate_now)} for {rate(r.rate_expected)}, "
                f"{money(r.worth, currency=currency)} over 28 days)"
                for r in found.itertuples()
            ]
        ),
    )


def steps(
    shop: Tables,
    *,
    rows: pd.DataFrame,
    broken: pd.DataFrame,
    seen: pd.DataFrame | Missing,
    slow: pd.DataFrame | Missing,
    dead: pd.DataFrame | Missing,
    gaps: pd.DataFrame | Missing,
    pairs: pd.DataFrame | Missing,
    wanted: pd.DataFrame | Missing,
) -> list[Action]:
    """Turn this notebook's findings into actions.

    Parameters
    ----------
    shop
        For the day by which we will know.
    rows, broken, seen, slow, dead, gaps, pairs, wanted
        The answers of `trust.rows_read`, `trust.promises`, `gaps.orders_seen`, `lagging`,
        `hours.dead_hours`, `opportunities.opportunities`, `bundles.bundles` and `unmet.unmet`.
    """
    actions = [_mend_rows(shop, r) for r in rows[rows["rejected"] > 0].itertuples()]
    actions += [_mend_promise(shop, b) for b in broken.itertuples()]
    if not isinstance(seen, Missing) and seen["missed"].sum() > LOG_MISSES * seen["orders"].sum():
        actions.append(_mend_log(shop, seen))
    if not isinstance(slow, Missing) and len(slow):
        actions += [_catch_up(shop, s) for s in slow[slow["found"]].itertuples()]
    if not isinstance(dead, Missing):
        actions += [_find_fault(shop, d) for d in dead.itertuples()]
    if not isinstance(gaps, Missing):
        actions += opportunity_actions(shop, gaps)
    if not isinstance(pairs, Missing):
        actions += bundle_actions(shop, pairs)
    if not isinstance(wanted, Missing):
        actions += unmet_actions(shop, wanted)
    return actions


def _against_rest(shop: Tables, period: Period, by: str) -> pd.DataFrame | None:
    windows = {"now": period.every_day}
    for i in range(max(1, LOOK_BACK // period.days)):
        windows[f"before{i}"] = period.shifted(-timedelta(days=(i + 1) * period.days)).every_day
    counted = measure(shop, windows, by=[by])
    if "paying_visitors" not in counted or counted.index.get_level_values(by).isna().all():
        return None
    counted = counted[counted.index.get_level_values(by).notna()]
    # a person counts once a window: over a longer one who comes back makes conversion higher
    now = counted.index.get_level_values("span") == "now"
    people = counted[["paying_visitors", "visitors"]].groupby([now, by]).sum().unstack(0).fillna(0)
    groups = people.set_axis(
        [f"{SHORT[term]}_{'now' if is_now else 'before'}" for term, is_now in people.columns],
        axis=1,
    ).reindex(columns=list(COLUMNS), fill_value=0)
    result = lag_behind_rest(groups)[groups["yes_before"] >= FEWEST_PAYING]
    spend = _spend(counted)
    per_rate = groups["all_now"] * spend.reindex(groups.index) * HORIZON_DAYS / period.days
    z = special.ndtri(0.5 + INTERVAL / 2)
    for name, side in (("worth", 0), ("worth_low", -z), ("worth_high", z)):
        result[name] = (result["gap"] + side * result["gap_error"]) * per_rate
    result = result.assign(by=by, visitors=groups["all_now"])
    return result.rename_axis("slice").reset_index()[LAGGING]


def _spend(counted: pd.DataFrame) -> pd.Series:
    """Give each slice's spend per buyer in a window, over all windows."""
    by = counted.index.names[1]
    if "gmv_paid" not in counted or "buyers" not in counted:
        return pd.Series(float("nan"), index=counted.index.get_level_values(by).unique())
    sums = counted[["gmv_paid", "buyers"]].apply(as_floats).groupby(level=by).sum()
    return sums["gmv_paid"] / sums["buyers"].where(sums["buyers"] > 0)


def _catch_up(shop: Tables, slow: Any) -> Action:
    return Action(
        kind="lagging conversion",
        subject=f"{SLICES[slow.by]}:{slow.slice}",
        action=f"Find out why {SLICES[slow.by]} {slow.slice} converts {rate(slow.rate_now)} where "
        f"{rate(slow.rate_expected)} was to be expected, and bring it back.",
        owner_role=f"{SLICES[slow.by]} manager",
        metric="pay_conversion",
        due_on=due(shop.as_of),
        **worth_fields(slow.worth, slow.worth_low, slow.worth_high, "gmv"),
    )


def _find_fault(shop: Tables, dead: Any) -> Action:
    when = f"{dead.first:%Y-%m-%d %H:%M}"
    return Action(
        kind="payments failed",
        subject=f"hours from {when}",
        action=f"Find out why {count(dead.paid)} of {count(dead.wanted)} who wanted to pay from "
        f"{when} on did, and have the checkout watched.",
        owner_role="shop engineer",
        metric="hours without payments",
        due_on=due(shop.as_of),
    )


def _mend_rows(shop: Tables, row: Any) -> Action:
    return Action(
        kind="rejected rows",
        subject=row.table,
        action=f"Mend the {plural(row.rejected, 'rejected row')} of {row.table}; `shophelm check` "
        "lists them with their reasons.",
        owner_role="data analyst",
        metric=f"rejected rows of {row.table}",
        due_on=due(shop.as_of),
    )


def _mend_promise(shop: Tables, promise: Any) -> Action:
    return Action(
        kind="broken promise",
        subject=f"{promise.table}: {promise.promise}",
        action=f"In {promise.table}, “{promise.promise}” fails on "
        f"{plural(promise.broken, 'row')} (for example {promise.example}): mend the export.",
        owner_role="data analyst",
        metric=f"rows of {promise.table} that break it",
        due_on=due(shop.as_of),
    )


def _mend_log(shop: Tables, seen: pd.DataFrame) -> Action:
    missed, orders = seen["missed"].sum(), seen["orders"].sum()
    return Action(
        kind="event log",
        subject="orders the event log missed",
        action=f"Find out why the event log missed {count(missed)} of {count(orders)} paid "
        "orders; until then conversion is understated by that share.",
        owner_role="data analyst",
        metric="log_coverage",
        due_on=due(shop.as_of),
    )
