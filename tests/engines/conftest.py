"""The same Parquet files, opened by each engine."""

import pytest

from shophelm.shop.tables import open_shop

SPARK = (
    pytest.mark.slow,
    # what pyspark 4.0 asks of pandas, and the sockets to its Java that it leaves open
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
)
ENGINES = ["duckdb", "chdb", pytest.param("spark", marks=SPARK)]


def url_of(engine, folder):
    return str(folder) if engine == "duckdb" else f"{engine}://{folder}"


@pytest.fixture(scope="module", params=ENGINES)
def opened(request, parquet):
    """The module's `parquet` folder as a shop, by each engine."""
    return open_shop(url_of(request.param, parquet), as_of="2026-11-15")
