"""How the estimate of a page test ran from day to day, with intervals that may be looked at."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.always_valid import SHARPEST_AT
from shophelm.methods.cuped import Sums, cuped
from shophelm.shop.needs import carries_missing
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables
from shophelm.store.page_test_metrics import BY_NAME, FLOAT, WIDE, Metric
from shophelm.store.page_test_people import KINDS, people, since, visitors
from shophelm.store.page_tests import PageTests, arm_at, held_against

PARTS = ("n", "y", "yy", "x", "xx", "xy")
COLUMNS = ["experiment_id", "variant", "figure", "day", "people", "lift"]
ENDS = ["lift_low", "lift_high", "always_low", "always_high"]


@carries_missing
def estimate_by_day(
    shop: Tables, tests: PageTests, *, experiment_id: str = "", sharpest_at: int = SHARPEST_AT
) -> pd.DataFrame:
    """Give what a look on each day of a test would have shown.

    Parameters
    ----------
    shop
        The shop the tests are of.
    tests
        As `page_tests` gives them.
    experiment_id
        Which; the latest one if empty.
    sharpest_at
        As in `page_tests`.

    Returns
    -------
    DataFrame
        One row per arm and day on which the band can be drawn: experiment_id, variant, figure,
        day, people (of both arms so far), lift, lift_low, lift_high (for who looks on this day
        only), always_low, always_high (for who looks every day). Amounts are not cut. No rows
        where the test is decided by a figure that is not a plain mean of what happened: a ratio,
        a quantile, or money that refunds change afterwards.
    """
    every = tests.metrics[tests.metrics["primary"]]
    wanted = experiment_id or next(iter(every["experiment_id"]), "")
    own = every[every["experiment_id"] == wanted]
    empty = pd.DataFrame(columns=[*COLUMNS, *ENDS])
    if own.empty:
        return empty
    metric = BY_NAME[own["metric"].iloc[0]]
    happened = _happened(shop, metric, wanted)
    if happened is None:
        return empty
    sums = _cumulated(_daily(shop, metric, wanted, happened))
    days = [_against(sums, row, sharpest_at) for row in own.itertuples()]
    return pd.concat(days, ignore_index=True)[[*COLUMNS, *ENDS]]


def _happened(shop: Tables, metric: Metric, test: str) -> ibis.Table | None:
    """Give what each person did by day: person, day, value (decimal where it is money)."""
    if metric.kind not in ("share", "mean"):
        return None
    seen = visitors(shop).filter(lambda t: t.experiment_id == test)
    if metric.of in KINDS:
        events = shop["events"].filter(lambda t: t.kind == KINDS[metric.of])
        rows = events.select("visitor_id", at="occurred_at").inner_join(seen, "visitor_id")
        value = ibis.literal(1)
    elif metric.of in ("orders", "paid"):
        orders = paid_orders(shop).select("customer_id", "paid_amount", at="paid_at")
        person = seen.filter(seen.leads)
        rows = orders.inner_join(person, orders.customer_id == person.person)
        value = rows.paid_amount if metric.of == "paid" else ibis.literal(1)
    else:
        return None
    rows = rows.filter(since(rows, rows["at"])).mutate(day=rows["at"].date(), value=value)
    return rows.group_by("person", "day").aggregate(value=rows["value"].sum())


def _daily(shop: Tables, metric: Metric, test: str, happened: ibis.Table) -> pd.DataFrame:
    """Give what each day adds to the sums of each arm.

    A person's square grows from Y² to (Y + v)², so that sums of squares can be added up by day.
    """
    everybody = people(shop).filter(lambda t: (t.experiment_id == test) & t.variant.notnull())
    x = everybody[f"{metric.of}_before"]
    x = (x > 0).cast("int64") if metric.kind == "share" else x
    x = x.cast(WIDE) if metric.of == "paid" else x
    everybody = everybody.select("person", "people", "variant", x=x, day="first_seen_on")
    came = everybody.group_by("variant", "day").aggregate(
        n=everybody.people.sum(), x=_total(everybody.x), xx=_total(everybody.x * everybody.x)
    )
    rows = happened.inner_join(everybody.drop("day"), "person")
    so_far = ibis.window(group_by="person", order_by="day", preceding=None, following=0)
    after = rows["value"].sum().over(so_far).cast(rows["value"].type())
    rows = rows.mutate(after=after, before=after - rows["value"])
    if metric.kind == "share":
        rows = rows.mutate(after=ibis.least(rows.after, 1), before=ibis.least(rows.before, 1))
    kind = WIDE if metric.of == "paid" else "int64"
    rows = rows.mutate(**{c: rows[c].cast(kind) for c in ("after", "before")})
    more = rows.after - rows.before
    did = rows.group_by("variant", "day").aggregate(
        y=_total(more),
        yy=_total(rows.after * rows.after) - _total(rows.before * rows.before),
        xy=_total(rows.after * rows.x) - _total(rows.before * rows.x),
    )
    frames = [shop.frame(t).set_index(["variant", "day"]) for t in (came, did)]
    return frames[0].join(frames[1], how="outer").fillna(0.0)


def _total(values: ibis.Value) -> ibis.Value:
    return values.sum().cast(FLOAT)


def _cumulated(daily: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Add the days up, arm by arm, over all days of the test."""
    days = pd.Index(sorted(set(daily.index.get_level_values("day"))), name="day")
    arms = daily.index.get_level_values("variant").unique()
    return {a: daily.loc[a].reindex(days).fillna(0.0).cumsum() for a in arms}


def _against(sums: dict[str, pd.DataFrame], row: tuple, sharpest_at: int) -> pd.DataFrame:
    """Hold one arm against the control, day by day."""
    both = [sums[row.variant], sums[row.control]]
    days = np.arange(len(both[0]))
    stacked = {p: np.concatenate([s[p].to_numpy(FLOAT) for s in both]) for p in PARTS}
    arm = cuped(Sums(**stacked), np.concatenate([days, days])).arm
    ours, theirs = (arm_at(arm, at) for at in (days, days + len(days)))
    frame = held_against(ours, theirs, sharpest_at).assign(
        day=both[0].index, people=ours.n + theirs.n, experiment_id=row.experiment_id,
        variant=row.variant, figure=row.figure,
    )  # fmt: skip
    return frame[frame["always_low"].notna()]
