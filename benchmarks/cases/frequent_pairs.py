"""Products that two orders hold, of a fiftieth as many order lines: what mlxtend bears."""

from __future__ import annotations

from pathlib import Path

from benchmarks.cases.product_pairs import NEAR, READS, find, told
from benchmarks.harness import purchases, suite
from benchmarks.harness.case import Answer, Case, Contender

SMALLER, FEWEST = 50, 2


def mlxtend(folder: Path) -> Answer:
    import pandas as pd
    from mlxtend.frequent_patterns import association_rules, fpgrowth

    lines = pd.read_parquet(folder / "order_lines.parquet", columns=["order_id", "product_id"])
    lines = lines.drop_duplicates()
    order, product = (lines[c].astype("category") for c in ("order_id", "product_id"))
    bought = pd.DataFrame(
        _one_hot(order.cat.codes, product.cat.codes), columns=product.cat.categories
    )
    least = (FEWEST - 0.5) / len(bought)
    frequent = fpgrowth(bought, min_support=least, use_colnames=True, max_len=2)
    rules = association_rules(frequent, metric="support", min_threshold=least)
    for name, side in (("one", "antecedents"), ("other", "consequents")):
        rules[name] = rules[side].map(lambda items: next(iter(items)))
    return told(rules.assign(together=(rules["support"] * len(bought)).round()))


def _one_hot(row, column):
    import numpy as np

    table = np.zeros((row.max() + 1, column.max() + 1), dtype=bool)
    table[row, column] = True
    return table


CASE = Case(
    module=__name__,
    title="pairs of products, few orders",
    key="rule",
    counts=("together",),
    money=(),
    near=NEAR,
    contenders=(
        *suite.contenders(lambda shop: find(shop, fewest=FEWEST), **READS),
        Contender(
            "mlxtend FP-growth",
            mlxtend,
            ("mlxtend.frequent_patterns", "pyarrow.parquet"),
            environment="mlxtend",
        ),
    ),
    made=lambda lines: purchases.made(lines // SMALLER),
    about=purchases.about,
)
