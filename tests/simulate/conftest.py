"""One simulated shop for the whole folder, opened as typed DuckDB tables."""

import json

import ibis
import pytest

from shophelm.shop.contract import TABLES
from shophelm.simulate import DEFAULT_SEED, simulate
from tests.conftest import SAMPLE

SQL_TYPES = {
    "id": "VARCHAR", "text": "VARCHAR", "choice": "VARCHAR", "money": "DECIMAL(18,4)",
    "time": "TIMESTAMP",
    "day": "DATE", "count": "BIGINT", "number": "DOUBLE", "flag": "BOOLEAN",
}  # fmt: skip


def opened(folder):
    """A DuckDB connection with a typed table for each file in a simulated shop's folder."""
    con = ibis.duckdb.connect()
    for name, table in TABLES.items():
        (file,) = folder.glob(f"{name}.*")
        source = (
            f"'{file}'"
            if file.suffix == ".parquet"
            else f"read_csv('{file}', all_varchar=true, header=true)"
        )
        columns = ", ".join(
            f'CAST("{c.name}" AS {SQL_TYPES[c.kind]}) AS "{c.name}"' for c in table.columns
        )
        con.raw_sql(f"CREATE TABLE {name} AS SELECT {columns} FROM {source}")
    return con


SEEDS = [DEFAULT_SEED, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))]


@pytest.fixture(scope="session", params=SEEDS)
def made(request, tmp_path_factory):
    """Folder and truth of the sample, and in the slow suite of other shops like it."""
    if request.param == DEFAULT_SEED:  # as simulated, see test_files
        return SAMPLE, json.loads((SAMPLE / "truth.json").read_text("utf-8"))
    folder = tmp_path_factory.mktemp("shop")
    return folder, simulate(folder, seed=request.param)


@pytest.fixture(scope="session")
def shop_folder(made):
    return made[0]


@pytest.fixture(scope="session")
def truth(made):
    return made[1]


@pytest.fixture(scope="session")
def con(shop_folder):
    return opened(shop_folder)


@pytest.fixture(scope="session")
def sql(con):
    """Ask the shop in SQL; rows come back as tuples."""
    return lambda query: con.raw_sql(query).fetchall()


@pytest.fixture(scope="session")
def number(sql):
    """Ask the shop in SQL for one number."""
    return lambda query: float(sql(query)[0][0] or 0)
