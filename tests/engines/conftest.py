"""The same Parquet files, opened by each engine."""

import pytest

from shophelm.shop.tables import open_shop

ENGINES = ["duckdb", "chdb", pytest.param("spark", marks=pytest.mark.slow)]


def url_of(engine, folder):
    return str(folder) if engine == "duckdb" else f"{engine}://{folder}"


@pytest.fixture(scope="module", params=ENGINES)
def opened(request, parquet):
    """The module's `parquet` folder as a shop, by each engine."""
    return open_shop(url_of(request.param, parquet), as_of="2026-11-15")
