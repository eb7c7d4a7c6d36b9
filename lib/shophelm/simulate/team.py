"""The team: who owns what, their monthly goals, and the actions of the past."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from shophelm.simulate import calendar
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.ids import stream
from shophelm.simulate.plans import PLAN
from shophelm.simulate.planted.changes import ACTIONS_DONE, ProductChange
from shophelm.simulate.planted.shop import CHANNELS
from shophelm.simulate.planted.team import CHANNEL_OWNERS, MERCHANTS, ORPHAN_GOAL, OTHERS
from shophelm.simulate.steering import Sales
from shophelm.simulate.traffic import MONTH

START_MONTH = calendar.START.astype("datetime64[M]")
_ACTION_COLUMNS = (
    "action_id", "area", "kind", "subject", "action", "owner_role", "proposed_on",
    "last_proposed_on", "worth", "metric", "due_on", "status", "decided_on", "done_on", "note",
)  # fmt: skip


def people_rows(catalogue: Catalogue) -> dict:
    """Make the `people` table: merchandisers own products, channel managers own channels."""
    ids = np.array(catalogue.ids, dtype=object)
    everyone = (*MERCHANTS, *CHANNEL_OWNERS, *OTHERS)
    owned = [";".join(ids[catalogue.owner == n]) for n in range(len(MERCHANTS))]
    return {
        "person_id": [p.person_id for p in everyone],
        "role": [p.role for p in everyone],
        "joined_on": np.array([p.joined_on for p in everyone], dtype="datetime64[D]"),
        "products": [*owned, *([None] * (len(everyone) - len(MERCHANTS)))],
        "channels": [";".join(p.channels) or None for p in everyone],
    }


def goal_rows(catalogue: Catalogue, sales: Sales, *, seed: int) -> dict:
    """Make the `goals` table: monthly GMV goals for owners, and one goal its holder can't move."""
    rng = stream(seed, "goals")
    months = (START_MONTH + np.arange(int(MONTH[-1]) + 1)).astype("datetime64[D]")
    rows = []
    for person, daily in _owned_sales(catalogue, sales):
        monthly = np.bincount(MONTH, daily / 100)
        for n, month in enumerate(months):
            usual = monthly[n] if n < 12 else monthly[n - 12] * PLAN.gmv_growth
            target = _round(usual * np.exp(rng.normal(0, 0.05)))
            rows += [(person, month, "gmv_paid", 0.7, target)]
            rows += [(person, month, "pay_conversion", 0.3, PLAN.conversion_goal)]
    shop = _round(sales.by_scope[:, 0].sum() / 100 / len(months))
    rows += [(ORPHAN_GOAL[0], month, ORPHAN_GOAL[1], 1.0, shop) for month in months]
    person, month, metric, weight, target = (np.array(c) for c in zip(*rows, strict=True))
    pays = np.round(weight * PLAN.payout_yuan * 100).astype(np.int64)
    return {
        "person_id": person, "period_from": month, "metric": metric, "weight": weight,
        "target": target, "stretch": np.round(target * 1.2, 4), "payout_at_target": pays,
        "cap": pays * 3 // 2, "floor": np.full(len(rows), 0.8),
    }  # fmt: skip


def _owned_sales(catalogue: Catalogue, sales: Sales) -> Iterator[tuple[str, np.ndarray]]:
    for n, person in enumerate(MERCHANTS):
        yield person.person_id, sales.by_product[:, catalogue.owner == n].sum(axis=1)
    for person in CHANNEL_OWNERS:
        yield (
            person.person_id,
            sales.by_scope[:, [1 + CHANNELS.index(c) for c in person.channels]].sum(axis=1),
        )


def _round(value: float) -> float:
    return float(np.round(value, -2))


def action_rows() -> dict:
    """Make the `actions` table: pages and a title that worked, gifts that did not, some undone."""
    rows = [_done(n, change) for n, change in enumerate(ACTIONS_DONE)] + list(PLAN.other_actions)
    columns = {n: list(c) for n, c in zip(_ACTION_COLUMNS, zip(*rows, strict=True), strict=True)}
    for name in ("proposed_on", "last_proposed_on", "due_on", "decided_on", "done_on"):
        columns[name] = np.array([d or "NaT" for d in columns[name]], dtype="datetime64[D]")
    worth = np.array(columns["worth"], np.int64)
    return columns | {
        "worth": worth,
        "worth_low": worth // 3,
        "worth_high": worth * 2,
        "worth_in": ["margin"] * len(rows),
    }


def _done(n: int, change: ProductChange) -> tuple:
    """One action that people did, whether it worked or not."""
    kind, text = PLAN.action_kinds[0 if change.cart != 1.0 else 1]
    proposed, decided, due = PLAN.done_actions_proposed_decided_due
    return (
        f"A{n + 1:04d}", "store", kind, f"product:{change.product_id}", text, "merchandiser",
        proposed, decided, PLAN.done_actions_worth_cents, "cart_rate", due, "done", decided,
        change.since, None,
    )  # fmt: skip
