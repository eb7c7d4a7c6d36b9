"""A page test from raw exposures, events and orders: five metrics, CUPED, and a ratio.

All take the same people: a visitor who signed in is the customer, two devices of one customer are
one person, and who saw both variants is left out; outcomes count from the first exposure on.
gbstats takes sums: they are made for it by hand-written SQL, as its maker has it, or by pandas.
statsmodels takes people: least squares with the covariate gives the same effect, and its HC1 error
the same error but for one part in a thousand.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import page_test, suite
from benchmarks.harness.case import Answer, Case, Contender

if TYPE_CHECKING:
    import pandas as pd

    from shophelm.shop.tables import Tables

METRICS = {
    "cart_rate": "cart",
    "pay_conversion": "pay",
    "uv_value": "paid",
    "orders_per_visitor": "orders",
    "average_order_value": "",
}
BEFORE = 28


def read_out(shop: Tables) -> Answer:
    from shophelm.methods.two_sample import difference
    from shophelm.store.page_test_metrics import BY_NAME, arms
    from shophelm.store.page_tests import arm_at

    frame, arm = arms(shop, [BY_NAME[m] for m in METRICS])
    treated = (frame["variant"] == page_test.TREATED).to_numpy()
    (ours,), (theirs,) = treated.nonzero(), (~treated).nonzero()
    found = difference(arm_at(arm, ours), arm_at(arm, theirs))
    return {
        "metric": frame["metric"].to_numpy()[ours].tolist(),
        "treated": arm.n[ours].tolist(),
        "control": arm.n[theirs].tolist(),
        "effect": found["estimate"].tolist(),
        "error": found["error"].tolist(),
    }


def gbstats_by_sql(folder: Path) -> Answer:
    import duckdb

    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    found = duckdb.sql(text.format(folder=folder))
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    return _gbstats({row.pop("variant"): row for row in rows})


def gbstats_by_pandas(folder: Path) -> Answer:
    people = _people(folder)
    sums = {}
    for variant, own in people.groupby("variant"):
        row = {"n": len(own), "paid_orders": (own["paid"] * own["orders"]).sum()}
        for of in filter(None, METRICS.values()):
            y, x = own[of], own[f"{of}_x"]
            row |= {f"{of}_y": y.sum(), f"{of}_yy": (y * y).sum(), f"{of}_x": x.sum()}
            row |= {f"{of}_xx": (x * x).sum(), f"{of}_xy": (x * y).sum()}
        sums[variant] = row
    return _gbstats(sums)


def _gbstats(sums: dict[str, dict[str, Any]]) -> Answer:
    from gbstats.frequentist.tests import FrequentistConfig, TwoSidedTTest
    from gbstats.models.statistics import compute_theta

    absolute = FrequentistConfig(difference_type="absolute")
    answer = _empty()
    for metric, of in METRICS.items():
        both = [_statistic(sums[arm], of) for arm in (page_test.CONTROL, page_test.TREATED)]
        if of:
            theta = compute_theta(*both)
            for statistic in both:
                statistic.theta = theta
        found = TwoSidedTTest(*both, absolute)
        control, treated = (sums[a]["n"] for a in (page_test.CONTROL, page_test.TREATED))
        _add(answer, metric, treated, control, found.point_estimate, found.variance**0.5)
    return answer


def _statistic(row: dict[str, Any], of: str) -> Any:
    from gbstats.models import statistics as kinds

    n = int(row["n"])

    def mean(name: str, end: str) -> Any:
        total = float(row[f"{name}_{end}"])
        if name in ("cart", "pay"):
            return kinds.ProportionStatistic(n=n, sum=total)
        return kinds.SampleMeanStatistic(
            n=n, sum=total, sum_squares=float(row[f"{name}_{end}{end}"])
        )

    if not of:
        both = mean("paid", "y"), mean("orders", "y")
        return kinds.RatioStatistic(n, *both, float(row["paid_orders"]))
    return kinds.RegressionAdjustedStatistic(
        n=n,
        post_statistic=mean(of, "y"),
        pre_statistic=mean(of, "x"),
        post_pre_sum_of_products=float(row[f"{of}_xy"]),
        theta=0,
    )


def statsmodels(folder: Path) -> Answer:
    import numpy as np
    import statsmodels.api as sm

    people = _people(folder)
    arm = (people["variant"] == page_test.TREATED).to_numpy("float64")
    sizes = int(arm.sum()), int(len(arm) - arm.sum())
    answer = _empty()
    for metric, of in METRICS.items():
        if of:
            y, x = (people[c].to_numpy("float64") for c in (of, f"{of}_x"))
            design = np.column_stack([np.ones_like(arm), arm, x])
            fit = sm.OLS(y, design).fit(cov_type="HC1")
            _add(answer, metric, *sizes, fit.params[1], fit.bse[1])
            continue
        # the delta method: people's deviations from the ratio of their arm, over its mean
        top, bottom = (people[c].to_numpy("float64") for c in ("paid", "orders"))
        ratio, below = np.empty_like(arm), np.empty_like(arm)
        for k in (0, 1):
            own = arm == k
            ratio[own] = top[own].sum() / bottom[own].sum()
            below[own] = bottom[own].mean()
        line = ratio + (top - ratio * bottom) / below
        fit = sm.OLS(line, np.column_stack([np.ones_like(arm), arm])).fit(cov_type="HC1")
        _add(answer, metric, *sizes, fit.params[1], fit.bse[1])
    return answer


def _people(folder: Path) -> pd.DataFrame:
    """Add each person's events and orders up in pandas."""
    import pandas as pd

    began = pd.Timestamp(page_test.BEGAN)
    first, over = began - pd.Timedelta(days=BEFORE), began + pd.Timedelta(days=page_test.DAYS)
    columns = ["visitor_id", "variant", "first_seen_at"]
    seen = pd.read_parquet(folder / "exposures.parquet", columns=columns)
    columns = ["visitor_id", "customer_id", "occurred_at", "kind"]
    events = pd.read_parquet(folder / "events.parquet", columns=columns)
    signed = events[events["customer_id"].notna()].groupby("visitor_id", sort=False)
    link = signed.agg(customer_id=("customer_id", "min"), known_at=("occurred_at", "min"))
    seen = seen.merge(link, "left", left_on="visitor_id", right_index=True)
    seen["person"] = seen["customer_id"].fillna(seen["visitor_id"]).factorize()[0]
    seen["treated"] = seen["variant"] == page_test.TREATED
    by = seen.groupby("person")
    people = by.agg(
        first_seen_at=("first_seen_at", "min"),
        known_at=("known_at", "min"),
        customer_id=("customer_id", "first"),
        least=("treated", "min"),
        most=("treated", "max"),
    )
    people = people[people["least"] == people["most"]]
    people["variant"] = people["most"].map({False: page_test.CONTROL, True: page_test.TREATED})
    events = events[events["kind"].isin(["cart", "pay"])]
    events = events[(events["occurred_at"] >= first) & (events["occurred_at"] < over)]
    events = events.merge(seen[["visitor_id", "person"]], on="visitor_id")
    events = events.join(people["first_seen_at"], on="person", how="inner")
    since, before = events["occurred_at"] >= events["first_seen_at"], events["occurred_at"] < began
    for kind in ("cart", "pay"):
        for end, when in (("", since), ("_x", before)):
            did = events.loc[(events["kind"] == kind) & when, "person"].unique()
            people[f"{kind}{end}"] = people.index.isin(did).astype("float64")
    columns = ["customer_id", "paid_at", "paid_amount"]
    orders = pd.read_parquet(folder / "orders.parquet", columns=columns)
    orders = orders[(orders["paid_at"] >= first) & (orders["paid_at"] < over)]
    orders["paid_amount"] = orders["paid_amount"].astype("float64")
    named = people[people["customer_id"].notna()].reset_index()
    orders = orders.merge(
        named[["customer_id", "person", "first_seen_at", "known_at"]], on="customer_id"
    )
    since = orders["paid_at"] >= orders["first_seen_at"]
    before = (orders["paid_at"] < began) & (orders["known_at"] < began)
    for end, when in (("", since), ("_x", before)):
        sums = orders[when].groupby("person")["paid_amount"].agg(["count", "sum"])
        people[f"orders{end}"] = sums["count"].reindex(people.index).fillna(0.0).astype("float64")
        people[f"paid{end}"] = sums["sum"].reindex(people.index).fillna(0.0)
    return people


def _empty() -> dict[str, list]:
    return {name: [] for name in ("metric", "treated", "control", "effect", "error")}


def _add(answer: dict[str, list], *row: Any) -> None:
    for name, value in zip(answer, row, strict=True):
        answer[name].append(value)


CASE = Case(
    module=__name__,
    title="a page test of five metrics",
    key="metric",
    counts=("treated", "control"),
    money=(),
    near={"effect": 1e-4, "error": 1e-3},
    contenders=(
        *suite.contenders(
            read_out,
            tables=["experiments", *page_test.TABLES],
            imports=["shophelm.store.page_test_metrics"],
            as_of=page_test.AS_OF,
        ),
        Contender(
            "gbstats on DuckDB SQL",
            gbstats_by_sql,
            ("gbstats.frequentist.tests", "duckdb"),
            environment="gbstats",
        ),
        Contender(
            "gbstats on pandas",
            gbstats_by_pandas,
            ("gbstats.frequentist.tests", "pandas", "pyarrow.parquet"),
            environment="gbstats",
        ),
        Contender(
            "pandas + statsmodels",
            statsmodels,
            ("statsmodels.api", "pandas", "pyarrow.parquet"),
            environment="statsmodels",
        ),
    ),
    made=page_test.made,
    about=page_test.about,
)
