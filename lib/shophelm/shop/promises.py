"""A checked table held against its promises: a row that breaks one stays in use, and is counted."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import pandas as pd

from shophelm.shop.checks import Checked, first_row


def broken_promises(checked: Checked, others: Mapping[str, ibis.Table]) -> pd.DataFrame:
    """Count, per promise, the accepted rows that break it.

    Parameters
    ----------
    checked
        The table.
    others
        Accepted rows of the shop's tables, for columns that refer to them and for totals.

    Returns
    -------
    DataFrame
        table, promise, rows, broken, example. One row per promise that could be checked; rows
        are the table's rows, for a total the parents that have any.
    """
    rows = checked.accepted
    found = _count(rows, [*_row_tests(checked), *_reference_tests(checked, others)])
    for total in checked.contract.totals:
        column, parent = checked.contract.parent
        if parent in others:
            sums = rows.group_by(column).aggregate(_total=rows[total.column].sum())
            joined = sums.inner_join(others[parent], column)
            found += _count(joined, [(total.sentence, ~total.kept(joined, joined["_total"]))])
    return pd.DataFrame(found, columns=["promise", "rows", "broken", "example"]).assign(
        table=checked.contract.name
    )[["table", "promise", "rows", "broken", "example"]]


def _count(
    rows: ibis.Table, tests: list[tuple[str, ibis.BooleanValue]]
) -> list[tuple[str, int, int, str]]:
    """Count in one pass the rows that fail each test, with the least id of one that does."""
    if not tests:
        return []
    label = rows[rows.columns[0]].cast("string")
    count, *broken = first_row(
        rows.aggregate(
            rows=rows.count(),
            **{f"b{i}": fails.sum() for i, (_, fails) in enumerate(tests)},
            **{f"e{i}": label.min(where=fails) for i, (_, fails) in enumerate(tests)},
        )
    )
    examples = broken[len(tests) :]
    return [
        (sentence, int(count), int(n or 0), f"{rows.columns[0]}={e}" if n else "")
        for (sentence, _), n, e in zip(tests, broken, examples, strict=False)
    ]


def _row_tests(checked: Checked) -> list[tuple[str, ibis.BooleanValue]]:
    rows, tests = checked.accepted, []
    for c in checked.contract.columns:
        if c.name not in checked.present:
            continue
        if c.values:
            words = ", ".join(c.values)
            tests.append((f"{c.name} is one of {words}", rows[c.name].notin(c.values)))
        if c.least is not None:
            tests.append((f"{c.name} is at least {c.least:g}", rows[c.name] < c.least))
        if c.most is not None:
            tests.append((f"{c.name} is at most {c.most:g}", rows[c.name] > c.most))
    return tests + [(p.sentence, ~p.kept(rows)) for p in checked.contract.promises]


def _reference_tests(
    checked: Checked, others: Mapping[str, ibis.Table]
) -> list[tuple[str, ibis.BooleanValue]]:
    rows, tests = checked.accepted, []
    for c in checked.contract.columns:
        named = [r.partition(".") for r in c.refers_to.split("|")]
        there = {table: others[table][column] for table, _, column in named if table in others}
        if there and c.name in checked.present:
            lost = [rows[c.name].notin(known) for known in there.values()]
            sentence = f"{c.name} is in {' or '.join(there)}"
            tests.append((sentence, rows[c.name].notnull() & ibis.and_(*lost)))
    return tests
