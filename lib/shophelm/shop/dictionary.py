"""The contract and the definitions as pages people read; generated, so that they cannot drift."""

from __future__ import annotations

from shophelm.shop.contract import TABLES, Column, Table
from shophelm.shop.definitions import CHAIN, TERMS, Term
from shophelm.shop.needs import unlocks


def dictionary() -> str:
    """Write every table as Markdown: grain, key, columns, promises, and what it unlocks."""
    head = (
        "A shop is a folder with these tables as `.csv`, `.csv.gz`, `.xlsx` or `.parquet` files "
        "(or the same tables in a DuckDB file or behind an Ibis URL). Any one of `orders`, "
        "`events` or `traffic` is enough to start; every other table opens its own questions. "
        "Columns marked ? may be empty or absent.\n"
    )
    return head + "\n" + "\n".join(_table(t) for t in TABLES.values())


def sample_readme() -> str:
    """Write the README of data/sample."""
    return (
        "# The sample shop\n\n"
        "Simulated: no person, product or supplier in it exists. `shophelm simulate --to FOLDER` "
        "makes it again, byte for byte, or a larger one. `truth.json` holds what was planted, so "
        "that a method can be held against it; no question reads that file.\n\n"
        f"## The tables\n\n{dictionary()}"
    )


def glossary() -> str:
    """Write docs/glossary.md."""
    rows = "\n".join(_term(t) for t in TERMS.values())
    product = " × ".join(TERMS[t].title for t in CHAIN)
    return (
        "# Glossary\n\n"
        "Each term of the trade, once. Generated from `lib/shophelm/shop/definitions.py` by "
        "`make docs`; a test fails when it is stale.\n\n"
        f"**The chain:** GMV paid = {product}, to the cent.\n\n"
        "Visits are counted from `events` where the shop has them, otherwise from `traffic`; one "
        "ratio never mixes the two. With `traffic`, people are counted per day and the days added "
        "up.\n\n"
        "| term | in data and code | 平台用语 | unit | meaning |\n|---|---|---|---|---|\n"
        f"{rows}\n\n"
        "Platform terms used elsewhere in the suite: 动销率 (share of listed products that sold "
        "in the period), 加购 (put in the cart), 定金 / 尾款 (deposit / balance of a presale "
        "order), 满减 (threshold discount), 直通车 and 万相台 (paid search and smart bidding of "
        "Alibaba), 生参 / 生意参谋 (Alibaba's shop analytics).\n"
    )


def _table(table: Table) -> str:
    rows = "\n".join(_column(c, table) for c in table.columns)
    lines = [
        f"### `{table.name}`\n",
        f"One row per {table.grain}. Key: {', '.join(f'`{k}`' for k in table.key)}.",
        f"Where to get it: {table.source}.",
    ]
    if questions := unlocks(table.name):
        lines.append("Helps to answer: " + "; ".join(questions) + ".")
    lines.append(f"\n| column | holds | unit | meaning |\n|---|---|---|---|\n{rows}\n")
    promises = [p.sentence for p in (*table.promises, *table.totals)]
    if table.parent:
        promises.insert(0, f"every {table.parent[0]} is in {table.parent[1]}")
    if promises:
        lines.append("Promises: " + "; ".join(promises) + ".\n")
    return "\n".join(lines)


def _column(column: Column, table: Table) -> str:
    name = f"`{column.name}`{'?' if column.optional else ''}"
    kind = f"one of {', '.join(column.values)}" if column.values else column.kind
    bounds = _bounds(column)
    meaning = column.meaning + (f" ({bounds})" if bounds else "")
    if column.name == table.time:
        meaning += "; the row exists from then on"
    return f"| {name} | {kind} | {column.unit_shown} | {meaning} |"


def _bounds(column: Column) -> str:
    if column.least is not None and column.most is not None:
        return f"{column.least:g} to {column.most:g}"
    if column.least is not None and column.least != 0:
        return f"at least {column.least:g}"
    return "" if column.most is None else f"at most {column.most:g}"


def _term(term: Term) -> str:
    meaning = term.meaning
    if term.of:
        top, bottom = (TERMS[t].title for t in term.of)
        meaning += f" = {top} / {bottom}."
    return f"| {term.title} | `{term.name}` | {term.zh} | {term.unit} | {meaning} |"
