"""What each person's goals came to: month by month, of what they own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

import numpy as np
import pandas as pd

from shophelm.shop.calendar import Period, next_month
from shophelm.shop.definitions import TERMS
from shophelm.shop.measures import measure
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.paid_lines import refunded_lines
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables
from shophelm.team.ownership import CHANNEL, PRODUCT, parted, titled_term
from shophelm.words import Sentence, begun, listing, rate, sentence

TITLE = "What did each person's goals come to?"
COUNTS = (
    *("visitors", "page_views", "cart_visitors", "paying_visitors", "buyers", "new_buyers"),
    *("returning_buyers", "orders", "returned_orders", "units", "gmv_paid"),
)
MONTHS = 6
COLUMNS = [
    *("person_id", "role", "month", "until", "over", "metric", "weight", "target", "due", "actual"),
    *("attainment", "settled", "settled_attainment"),
]


class Plan(Protocol):
    """A year's plan, as `strategy.cascade` gives it: `cells` with day and gmv."""

    cells: pd.DataFrame


@question(TITLE, "goals", "people", "orders", refunds="what is left once refunds are taken off")
def attainment(
    shop: Tables, plan: Plan | Missing | None = None, *, months: int = MONTHS
) -> pd.DataFrame:
    """Hold every goal of the last months, the running one included, against what came of it.

    Parameters
    ----------
    shop
        The shop.
    plan
        Says what part of the running month's goals is due by now; by days alike if None or missing.
    months
        How many months, the running one included.

    Returns
    -------
    DataFrame
        One row per goal: person_id, role, month (its first day), until (the last day counted), over
        (the month has ended), metric, weight, target, due (of it by then: of the running month in
        part, for counts and money), actual (null where the person owns nothing that it is counted
        of), attainment (actual / due), settled and settled_attainment (the same once
        refunds known at as_of are taken off; of goals in money).

    Notes
    -----
    What people own is counted product by product, or channel by channel, and added up: a visitor of
    two products counts for both. What several own counts for each in equal parts, as in the plan by
    person; who owns products and channels is measured on products (`ownership.parted`). Money of
    products is that of the order lines, freight left out.
    """
    goals = shop.frame(shop["goals"])
    role = shop.frame(shop["people"].select("person_id", "role")).set_index("person_id")["role"]
    firsts = sorted(goals.loc[goals["period_from"] <= shop.as_of, "period_from"].unique())
    if not firsts:
        return pd.DataFrame(columns=COLUMNS)
    goals = goals[goals["period_from"].isin(firsts[-months:])]
    spans = {first: _month(first, shop.as_of) for first in firsts[-months:]}
    part = {first: _part_due(days, whole, plan) for first, (days, whole) in spans.items()}
    sums = _of_people(shop, spans)
    rows = []
    for goal in goals.sort_values(["period_from", "person_id", "metric"]).itertuples():
        days, whole = spans[goal.period_from]
        mine = sums.get((goal.person_id, goal.period_from), {})
        actual = _value(mine, goal.metric)
        settled = mine.get("gmv_settled", np.nan) if _is_money(goal.metric) else np.nan
        is_ratio = goal.metric in TERMS and TERMS[goal.metric].of is not None
        due = float(goal.target) * (1.0 if is_ratio else part[goal.period_from])
        rows.append(
            (
                goal.person_id, role.get(goal.person_id, ""), goal.period_from, days.last,
                days.days == whole, goal.metric, float(goal.weight), float(goal.target), due,
                actual, actual / due if due > 0 else np.nan, settled,
                settled / due if due > 0 else np.nan,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


@carries_missing
def latest_over(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the goals of the last month that is over, best attainment first."""
    over = frame[frame["over"].astype(bool)]
    last = over[over["month"] == over["month"].max()]
    return last.sort_values("attainment", ascending=False, kind="stable", ignore_index=True)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay out the last month that is over, and the running one."""
    is_over = frame["over"].astype(bool)
    over = frame[is_over]
    rows = frame[~is_over | (frame["month"] == over["month"].max())]
    columns = ["month", "person_id", "metric", "target", "actual", "attainment"]
    rows = rows[[*columns, "settled_attainment"]]
    unit = [TERMS[m].unit if m in TERMS else "number" for m in rows["metric"]]
    rows = rows.assign(unit=unit, metric=rows["metric"].map(titled_term))
    rows = rows.rename(columns={"metric": "goal_of", "target": "goal", "actual": "came_to"})
    return rows.sort_values(["month", "person_id", "goal_of"], ignore_index=True)


@carries_missing
def find_attainment(frame: pd.DataFrame) -> list[Sentence]:
    """Say who reached their goals of the last month that is over, and who did not."""
    last = latest_over(frame).dropna(subset="attainment")
    if last.empty:
        return [sentence("No month with goals is over.")]
    month = last["month"].iloc[0].strftime("%Y-%m")
    said = []
    for metric, rows in last.groupby("metric", sort=True):
        each = [f"{r.person_id} {rate(r.attainment, digits=0)}" for r in rows.itertuples()]
        text = "{metric} in {month}, of the goal: {each}."
        title = begun(titled_term(str(metric)))
        said.append(sentence(text, metric=title, month=month, each=listing(each, most=12)))
    return said


def _month(first: date, as_of: date) -> tuple[Period, int]:
    """Give the days of a month that are known, and how many it has."""
    last = next_month(first) - timedelta(days=1)
    return Period(first, min(last, as_of)), (last - first).days + 1


def _part_due(days: Period, whole: int, plan: Plan | Missing | None) -> float:
    """Give the part of a month that is due by its days so far: of the plan's money, or of days."""
    if days.days == whole or plan is None or isinstance(plan, Missing):
        return days.days / whole
    month = Period(days.first, days.first + timedelta(days=whole - 1))
    planned = plan.cells.groupby("day")["gmv"].sum()
    of_month = planned[planned.index.isin(month.every_day)].sum()
    so_far = planned[planned.index.isin(days.every_day)].sum()
    return float(so_far / of_month) if of_month > 0 else days.days / whole


def _is_money(metric: str) -> bool:
    return metric in ("gmv_paid", "gmv_settled")


def _value(mine: dict[str, float], metric: str) -> float:
    """Give a term of what somebody owns: a sum, or a ratio of sums."""
    of = TERMS[metric].of if metric in TERMS else None
    if of is None:
        return mine.get(metric, np.nan)
    top, bottom = (mine.get(name, np.nan) for name in of)
    return top / bottom if bottom > 0 else np.nan


def _of_people(
    shop: Tables, months: dict[date, tuple[Period, int]]
) -> dict[tuple[str, date], dict[str, float]]:
    """Add up what each person's own came to in each month: person and month to terms."""
    rows = parted(shop)
    rows = rows[rows["measured"]]
    spans = {str(first): days.every_day for first, (days, _) in months.items()}
    names = {str(first): first for first in months}
    found: dict[tuple[str, date], dict[str, float]] = {}
    for kind, by in ((PRODUCT, "product_id"), (CHANNEL, CHANNEL)):
        mine = rows[rows["kind"] == kind]
        if mine.empty:
            continue
        counted = measure(shop, spans, by=(by,))
        if not counted.index.get_level_values(by).notna().any():
            # no table tells them apart: what came of them is not known
            continue
        terms = [t for t in COUNTS if t in counted]
        counted = counted[terms].apply(as_floats)
        settled = _settled(shop, months, kind)
        for person, group in mine.groupby("person_id"):
            weight = group.set_index("name")["weight"]
            own = counted[counted.index.get_level_values(by).isin(weight.index)]
            own = own.mul(weight.reindex(own.index.get_level_values(by)).to_numpy(), axis=0)
            # what was neither seen nor sold in a month came to nothing, and that is known
            sums = own.groupby(level="span").sum().reindex(list(spans), fill_value=0.0)
            for span, values in sums.iterrows():
                terms_of = values.to_dict()
                if settled is not None:
                    part = settled[(settled["span"] == span) & settled["name"].isin(weight.index)]
                    mine_of = weight.reindex(part["name"]).to_numpy()
                    terms_of["gmv_settled"] = float(part["value"].to_numpy() @ mine_of)
                found[person, names[span]] = terms_of
    return found


def _settled(
    shop: Tables, months: dict[date, tuple[Period, int]], kind: str
) -> pd.DataFrame | None:
    """Give money less refunds by month and product, or channel: span, name and value."""
    if not shop.filled("refunds") or (kind == PRODUCT and not shop.filled("order_lines")):
        return None
    first, last = min(months), max(days.last for days, _ in months.values())
    if kind == CHANNEL:
        orders = paid_orders(shop).filter(lambda t: t.day.between(first, last))
        rows = orders.mutate(
            name=orders.channel, left=orders.paid_amount - orders.refunded.fill_null(0)
        )
    else:
        lines = refunded_lines(shop, Period(first, last))
        days = paid_orders(shop).select("order_id", "day")
        lines = lines.inner_join(days, "order_id")
        rows = lines.mutate(name=lines.product_id, left=lines.paid_amount - lines.refunded)
    sums = rows.group_by("name", month=rows.day.truncate("M").cast("date"))
    frame = shop.frame(sums.aggregate(value=lambda t: t.left.sum()))
    return frame.assign(span=frame.pop("month").astype(str), value=as_floats(frame["value"]))
