import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture
def write(tmp_path):
    """Write tables given as CSV text into a shop's folder."""

    def write(**tables: str) -> Path:
        folder = tmp_path / "shop"
        folder.mkdir(exist_ok=True)
        for name, text in tables.items():
            (folder / f"{name}.csv").write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
        return folder

    return write


@pytest.fixture
def shop(write):
    """Write tables given as CSV text and open them as a shop."""
    from shophelm.shop.tables import open_shop

    def shop(*, as_of: str = "2026-11-15", **tables: str):
        return open_shop(write(**tables), as_of=as_of)

    return shop


@pytest.fixture(scope="session")
def sample():
    from shophelm.shop.tables import open_shop

    return open_shop(SAMPLE, as_of="2026-11-15")
