"""Products bought together: support, confidence and lift of every pair that five orders hold.

The suite also tests each pair against like baskets, which nobody else does. mlxtend lays baskets
out as a table of orders × products, which bears some hundred thousand orders: see `frequent_pairs`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import events, purchases, suite
from benchmarks.harness.case import Answer, Case, Contender

if TYPE_CHECKING:
    from shophelm.shop.tables import Tables

FEWEST = 5
NEAR = {"support": 1e-9, "confidence": 1e-9, "lift": 1e-9}


def find(shop: Tables, *, fewest: int = FEWEST) -> Answer:
    from shophelm.data import bundles
    from shophelm.shop.calendar import Period

    frame, names = bundles.rules(shop, Period(shop.first_day, shop.as_of), fewest=fewest)
    return told(frame.assign(one=names[frame["a"]], other=names[frame["b"]]))


def told(frame) -> Answer:
    """Lay rules out: one and other, together, support, confidence and lift."""
    figures = {c: frame[c].tolist() for c in ("together", *NEAR)}
    return {"rule": (frame["one"] + " → " + frame["other"]).tolist(), **figures}


def openretailscience(folder: Path) -> Answer:
    import ibis
    from openretailscience.analysis.product_association import ProductAssociation

    lines = ibis.duckdb.connect().read_parquet(folder / "order_lines.parquet")
    found = ProductAssociation(
        lines, value_col="product_id", group_col="order_id", min_cooccurrences=FEWEST
    ).df
    found = found.rename(
        columns={
            "product_id_1": "one",
            "product_id_2": "other",
            "cooccurrences": "together",
            "uplift": "lift",
        }
    )
    return told(found)


def duckdb(folder: Path, *, fewest: int = FEWEST) -> Answer:
    return events.ask_sql(SQL, folder, fewest=fewest)


SQL = Path(__file__).with_suffix(".sql")
READS = {"tables": ["orders", "order_lines"], "imports": ["shophelm.data.bundles"]}

CASE = Case(
    module=__name__,
    title="pairs of products",
    key="rule",
    counts=("together",),
    money=(),
    near=NEAR,
    contenders=(
        *suite.contenders(find, **READS),
        Contender("DuckDB SQL", duckdb, ("duckdb",)),
        Contender(
            "openretailscience",
            openretailscience,
            (
                "openretailscience.analysis.product_association",
                "ibis.backends.duckdb",
                "ibis.formats.pandas",
            ),
            environment="openretailscience",
        ),
    ),
    made=purchases.made,
    about=purchases.about,
)
