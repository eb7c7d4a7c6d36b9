"""One shop, read by each engine: every figure, sentence and action of its report is the same."""

import functools
import json
import math

import pytest

from shophelm.report.publish import report
from shophelm.shop.needs import AREAS
from shophelm.simulate import simulate
from tests.engines.clusters import spark_cluster
from tests.engines.conftest import SPARK

AS_OF = "2026-11-15"
MOST_QUERIES = ("store", "user", "data")
"""The areas whose queries differ most; the slow suite holds all seven against each other."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engines") / "shop"
    simulate(folder, customers=800, seed=1, file_format="parquet")
    return folder


def reported(data, out, areas):
    runs = report(data, as_of=AS_OF, out=out, areas=areas, ledger=str(out.with_suffix(".xlsx")))
    assert {run.area: run.error for run in runs if run.error} == {}
    return json.loads((out / "report.json").read_text())["areas"]


@pytest.fixture(scope="module")
def by_duckdb(folder, tmp_path_factory):
    """Give DuckDB's report of some areas, made once."""

    @functools.cache
    def by_duckdb(areas):
        return reported(str(folder), tmp_path_factory.mktemp("duckdb") / "out", areas)

    return by_duckdb


@pytest.fixture
def url(request, folder):
    if request.param == "chdb":
        yield f"chdb://{folder}"
    else:
        with spark_cluster() as master:
            yield f"{master}{folder}?spark.cores.max=2&spark.executor.memory=1g"


def differences(here, there, at=""):
    """List where two reports differ: numbers by more than 1e-9 of themselves, the rest at all."""
    if isinstance(here, dict) and isinstance(there, dict):
        if here.keys() != there.keys():
            return [f"{at}: {sorted(here.keys() ^ there.keys())}"]
        return [d for k in here for d in differences(here[k], there[k], f"{at}/{k}")]
    if isinstance(here, list) and isinstance(there, list):
        if len(here) != len(there):
            return [f"{at}: {len(here)} and {len(there)}"]
        pairs = enumerate(zip(here, there, strict=True))
        return [d for n, (a, b) in pairs for d in differences(a, b, f"{at}/{n}")]
    if isinstance(here, float) and isinstance(there, float):
        same = math.isclose(here, there, rel_tol=1e-9, abs_tol=1e-9)
        return [] if same or (math.isnan(here) and math.isnan(there)) else [f"{at}: {here} {there}"]
    return [] if here == there else [f"{at}: {here!r} and {there!r}"]


@pytest.mark.parametrize(
    ("url", "areas"),
    [
        ("chdb", MOST_QUERIES),
        pytest.param("chdb", AREAS, marks=pytest.mark.slow),
        pytest.param("spark", AREAS, marks=SPARK),
    ],
    indirect=["url"],
)
def test_every_figure_of_a_report_is_the_same(url, areas, by_duckdb, tmp_path):
    assert differences(by_duckdb(areas), reported(url, tmp_path / "out", areas)) == []
