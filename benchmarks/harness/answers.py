"""Answers in one form, whoever gave them, and where two of them part."""

from __future__ import annotations

import numbers
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from benchmarks.harness import BenchmarkError
from benchmarks.harness.case import Answer, Case

Rows = dict[str, dict[str, str]]
"""Key → column → value, as text."""


def canonical(case: Case, answer: Answer) -> Rows:
    """Write an answer as text: counts as whole numbers, money in cents, rows by key.

    Fitted figures keep all their digits: `difference` says how near they are.
    """
    wanted = [case.key, *case.counts, *case.money, *case.near, *case.scores]
    if missing := [c for c in wanted if c not in answer]:
        raise BenchmarkError(f"the answer has no column {', '.join(missing)}")
    texts = {c: [_count(v) for v in answer[c]] for c in case.counts}
    texts |= {c: [_money(v) for v in answer[c]] for c in case.money}
    texts |= {c: [repr(float(v)) for v in answer[c]] for c in (*case.near, *case.scores)}
    keys = [str(k)[:10] if hasattr(k, "isoformat") else str(k) for k in answer[case.key]]
    if len(set(keys)) < len(keys):
        raise BenchmarkError(f"the answer has two rows for one {case.key}")
    return {k: {c: texts[c][i] for c in texts} for i, k in enumerate(keys)}


def difference(case: Case, expected: Rows, found: Rows) -> str:
    """Say where an answer first parts from the one expected; "" where they are equal."""
    for key in sorted(expected.keys() | found.keys()):
        if key not in found and case.scores and found:
            continue
        if key not in found:
            return f"it has no row for {case.key} {key}"
        if key not in expected:
            return f"it has a row too many, for {case.key} {key}"
        for column, value in expected[key].items():
            if column not in case.scores and not _agree(
                value, found[key][column], case.near.get(column)
            ):
                return f"on {case.key} {key}, {column} is {found[key][column]} instead of {value}"
    return ""


def _agree(expected: str, found: str, near: float | None) -> bool:
    if near is None:
        return found == expected
    return abs(float(found) - float(expected)) <= near * abs(float(expected))


def _count(value: Any) -> str:
    whole = isinstance(value, numbers.Real | Decimal) and value == value // 1
    return str(int(value)) if whole else str(value)


def _money(value: Any) -> str:
    amount = Decimal(str(value))
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN) if amount.is_finite() else value)
