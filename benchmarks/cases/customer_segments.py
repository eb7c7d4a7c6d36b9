"""Customer segments: RFM groups by scores that part no equals, and the grid of frequency and spend.

Groups and grid are drawn from the customers, and each group's customers, purchases, money and (for
the grid) margin added up. openretailscience is not here: it parts customers with the same history
by the order of the file, so that its groups cannot be equal to anyone's; see the case rfm.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import events, purchases
from benchmarks.harness.case import Answer, Case, Contender
from benchmarks.harness.suite import AS_OF

if TYPE_CHECKING:
    import pandas as pd

    from shophelm.shop.tables import Tables


def segment(shop: Tables) -> Answer:
    import pandas as pd

    from shophelm.user import rfm, thresholds, value_grid

    drawn = thresholds.draw(shop)
    groups, cells = rfm.rfm(shop, drawn), value_grid.value_grid(shop, drawn)
    cells = cells.rename(columns={"orders": "purchases"})
    both = pd.concat([groups.assign(contribution=0), cells])
    return both.to_dict("list")


def pandas(folder: Path) -> Answer:
    import pandas as pd

    people = _people(folder)
    scores = {
        "r": 6 - _score(people["recency"]),
        "f": _score(people["frequency"]),
        "m": _score(people["monetary"]),
    }
    groups = people.assign(segment=_named(**scores)).groupby("segment")
    groups = groups.agg(
        customers=("recency", "size"), purchases=("frequency", "sum"), settled=("monetary", "sum")
    )
    lately = people[people["orders"] > 0]
    cells = lately.assign(segment=_cells(lately)).groupby("segment")
    cells = cells.agg(
        customers=("recency", "size"),
        purchases=("orders", "sum"),
        settled=("settled", "sum"),
        contribution=("contribution", "sum"),
    )
    both = pd.concat([groups.assign(contribution=0), cells])
    return both.reset_index().to_dict("list")


def _people(folder: Path) -> pd.DataFrame:
    import pandas as pd

    columns = ["order_id", "customer_id", "paid_at", "paid_amount"]
    orders = pd.read_parquet(folder / "orders.parquet", columns=columns)
    orders["paid_amount"] = orders["paid_amount"].astype("float64")
    orders["day"] = orders.pop("paid_at").dt.normalize()
    as_of = pd.Timestamp(AS_OF)
    by_customer = orders.groupby("customer_id")
    people = pd.DataFrame(
        {
            "recency": (as_of - by_customer["day"].max()).dt.days,
            "frequency": by_customer["day"].nunique(),
            "monetary": by_customer["paid_amount"].sum(),
        }
    )
    lately = orders[orders["day"] > as_of - pd.Timedelta(days=364)]
    lately = lately.assign(cost=lately["order_id"].map(_costs(folder)))
    year = lately.groupby("customer_id").agg(
        orders=("day", "size"), settled=("paid_amount", "sum"), cost=("cost", "sum")
    )
    year["contribution"] = year["settled"] - year.pop("cost")
    return people.join(year)


def _costs(folder: Path) -> pd.Series:
    import pandas as pd

    columns = ["order_id", "product_id", "quantity"]
    lines = pd.read_parquet(folder / "order_lines.parquet", columns=columns)
    products = pd.read_parquet(folder / "products.parquet", columns=["product_id", "unit_cost"])
    costs = products.set_index("product_id")["unit_cost"].astype("float64")
    cost = lines["quantity"] * lines["product_id"].map(costs)
    return cost.groupby(lines["order_id"]).sum()


def _score(values: pd.Series, parts: int = 5) -> pd.Series:
    """Score values so that each score begins where the share below is nearest to its due."""
    counts = values.round(4).value_counts().sort_index()
    below = (counts.cumsum() - counts).iloc[1:] * parts
    edges = [(below - j * len(values)).abs().idxmin() for j in range(1, parts)]
    return 1 + sum((values.round(4) >= edge).astype("int64") for edge in edges)


def _named(r: pd.Series, f: pd.Series, m: pd.Series) -> pd.Series:
    import numpy as np

    groups = {
        "champions": (r >= 4) & (f >= 4) & (m >= 4),
        "loyal": (r >= 3) & (f >= 3),
        "promising": (r >= 3) & (m >= 4),
        "new": r >= 4,
        "cannot lose them": (f >= 4) & (m >= 4),
        "at risk": (f >= 3) | (m >= 4),
        "hibernating": r >= 2,
    }
    return np.select(list(groups.values()), list(groups), "lost")


def _cells(lately: pd.DataFrame) -> pd.Series:
    import numpy as np

    again = lately.loc[lately["orders"] > 1, "orders"]
    often = lately["orders"] >= again.quantile(0.5, interpolation="lower")
    spend = np.floor(lately["settled"].mul(10_000).round() / lately["orders"])
    much = _score(spend, 2) > 1
    words = often.map({True: "high", False: "low"}), much.map({True: "high", False: "low"})
    return words[0] + " frequency, " + words[1] + " spend"


SQL = Path(__file__).with_suffix(".sql")

CASE = Case(
    module=__name__,
    title="customer segments",
    key="segment",
    counts=("customers", "purchases"),
    money=("settled", "contribution"),
    contenders=(
        *purchases.contenders(segment),
        Contender("DuckDB SQL", lambda folder: events.ask_sql(SQL, folder), ("duckdb",)),
        Contender("pandas", pandas, ("pandas", "pyarrow.parquet")),
    ),
    made=purchases.made,
    about=purchases.about,
)
