"""Plans: targets by period and scope, and the tasks before the next season."""

from __future__ import annotations

import numpy as np

from shophelm.simulate import calendar
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.ids import stream
from shophelm.simulate.orders import Orders
from shophelm.simulate.plans import PLAN
from shophelm.simulate.planted.shop import CATEGORIES, CHANNELS
from shophelm.simulate.sessions import Visits
from shophelm.simulate.traffic import MONTH, WEEK, Traffic

SCOPES = ("shop", *(f"channel:{c}" for c in CHANNELS), *(f"category:{c.name}" for c in CATEGORIES))
_LAST_PLANNED = np.datetime64("2026-12-31")


class Sales:
    """Cents paid by day and scope, and by day and product, added up block by block."""

    def __init__(self, products: int) -> None:
        self.by_scope = np.zeros((calendar.DAYS, len(SCOPES)), np.int64)
        self.by_product = np.zeros((calendar.DAYS, products), np.int64)

    def add(self, orders: Orders, visits: Visits, catalogue: Catalogue) -> None:
        """Count one block's paid orders; categories share by lines, freight apart."""
        paid = np.flatnonzero(orders.paid >= 0)
        day = orders.paid[paid] // 86_400
        np.add.at(self.by_scope, (day, 0), orders.amount[paid])
        np.add.at(self.by_scope, (day, 1 + visits.channel[orders.visit[paid]]), orders.amount[paid])
        lines = np.flatnonzero(orders.paid[orders.line_order] >= 0)
        day, product = orders.paid[orders.line_order[lines]] // 86_400, orders.lines.product[lines]
        np.add.at(
            self.by_scope,
            (day, 1 + len(CHANNELS) + catalogue.category[product]),
            orders.line_paid[lines],
        )
        np.add.at(self.by_product, (day, product), orders.line_paid[lines])


def target_rows(traffic: Traffic, sales: Sales, *, seed: int) -> dict:
    """Make the `targets` table: months and Monday-to-Sunday weeks, and the year 2026 for the shop.

    From the second year on, last year's period times the planned growth; before that, what a
    planner would have guessed: the period itself, off by chance. GMV is the product of the rest.
    """
    rng = stream(seed, "targets")
    parts = [
        _period_targets(rng, traffic, sales, "month", MONTH, 12),
        _period_targets(rng, traffic, sales, "week", WEEK, 52),
    ]
    first, last, scope, metric, value = (np.concatenate(c) for c in zip(*parts, strict=True))
    months = (first >= np.datetime64("2026-01-01")) & ((last - first).astype(int) > 26)
    year = value[months & (scope == "shop") & (metric == "gmv_paid")].sum()
    return {
        "period_from": np.append(first, np.datetime64("2026-01-01")),
        "period_to": np.append(last, _LAST_PLANNED),
        "scope": np.append(scope, "shop"),
        "metric": np.append(metric, "gmv_paid"),
        "value": np.round(np.append(value, year), 4),
    }


def _period_targets(
    rng: np.random.Generator,
    traffic: Traffic,
    sales: Sales,
    name: str,
    period: np.ndarray,
    year: int,
):
    """Rows of one kind of period: visitors × pay conversion × spend per buyer = GMV."""
    count, width = int(period[-1]) + 1, len(SCOPES)
    visitors = traffic.periods[f"{name}_visitors"].reshape(count, width).astype(float)
    buyers = traffic.periods[f"{name}_buyers"].reshape(count, width).astype(float)
    gmv = np.zeros((count, width))
    np.add.at(gmv, period, sales.by_scope / 100)
    firsts, lasts = _bounds(name, count)
    whole = np.array([_is_whole(f, last) for f, last in zip(firsts, lasts, strict=True)])
    rows = []
    for p in np.flatnonzero(lasts <= _LAST_PLANNED):
        before = p - year
        known = before >= 0 and before < count and whole[before]
        if not known and (p >= count or not whole[p]):
            continue
        source, growth = (before, PLAN.growth) if known else (p, np.exp(rng.normal(0.02, 0.05, 3)))
        chain = _chain(visitors[source], buyers[source], gmv[source]) * np.asarray(growth)[:, None]
        rows.append((firsts[p], lasts[p], chain))
    return _flat(rows)


def _chain(visitors: np.ndarray, buyers: np.ndarray, gmv: np.ndarray) -> np.ndarray:
    """Visitors, conversion and spend per buyer of a period by scope, rounded as plans are."""
    visitors, buyers = np.maximum(visitors, 1), np.maximum(buyers, 1)
    return np.stack([visitors, buyers / visitors, gmv / buyers])


def _flat(rows: list) -> tuple[np.ndarray, ...]:
    out = []
    for first, last, (visitors, conversion, spend) in rows:
        visitors, conversion, spend = (
            np.round(visitors),
            np.round(conversion, 4),
            np.round(spend, 2),
        )
        for metric, values in (
            ("gmv_paid", visitors * conversion * spend), ("visitors", visitors),
            ("pay_conversion", conversion), ("spend_per_buyer", spend),
        ):  # fmt: skip
            size = len(SCOPES)
            out.append(
                (
                    np.full(size, first),
                    np.full(size, last),
                    np.array(SCOPES),
                    np.full(size, metric),
                    values,
                )
            )
    return tuple(np.concatenate(c) for c in zip(*out, strict=True))


def _bounds(name: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """First and last day of each period, planned ones beyond the data included."""
    if name == "week":
        monday = calendar.START - np.timedelta64(int(calendar.WEEKDAY[0]), "D")
        firsts = monday + 7 * np.arange(count + 7)
        return firsts, firsts + 6
    months = calendar.START.astype("datetime64[M]") + np.arange(count + 1)
    return months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]") - 1


def _is_whole(first: np.datetime64, last: np.datetime64) -> bool:
    return bool(first >= calendar.DATES[0] and last <= calendar.DATES[-1])


def launch_rows() -> dict:
    """Make the `launches` table: the tasks before the spring season of 2027 opens."""
    names = (
        "launch_id",
        "task",
        "season",
        "duration_days",
        "after",
        "owner_role",
        "hours",
        "due_on",
    )
    columns = dict(zip(names, zip(*_launch_tasks(), strict=True), strict=True))
    columns["duration_days"] = np.array(columns["duration_days"], float)
    columns["hours"] = np.array(columns["hours"], float)
    columns["due_on"] = np.array(columns["due_on"], dtype="datetime64[D]")
    return {n: list(v) if isinstance(v, tuple) else v for n, v in columns.items()}


def _launch_tasks() -> list[tuple]:
    launch, season = "launch_spring_2027", "spring 2027"
    return [
        (launch, task, season, days, after, role, hours, due)
        for task, days, after, role, hours, due in PLAN.launch_tasks
    ]
