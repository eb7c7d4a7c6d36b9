import json
import textwrap
from pathlib import Path

import pytest
from hypothesis import settings

# machines are noisy: no test is timed
settings.register_profile("shophelm", deadline=None)
settings.load_profile("shophelm")

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


@pytest.fixture(autouse=True)
def nothing_kept_of_what_is_patched(request):
    """An answer by patched code is nobody else's, and the answers of others are none to it."""
    if "monkeypatch" in request.fixturenames:
        request.getfixturevalue("monkeypatch").setenv("SHOPHELM_CACHE", "off")


@pytest.fixture(scope="session")
def key(tmp_path_factory):
    """The file that an import hashes ids with."""
    path = tmp_path_factory.mktemp("key") / "key"
    path.write_text("a key of this test, long enough")
    return path


SLOW = [(4_000, 1), (4_000, 2), (4_000, 3), (20_000, 1), (20_000, 2)]


@pytest.fixture(
    scope="session", params=["sample", *(pytest.param(s, marks=pytest.mark.slow) for s in SLOW)]
)
def planted(request, sample, tmp_path_factory):
    """A simulated shop and what was planted in it: the sample, in the slow suite others too."""
    from shophelm.shop.tables import open_shop
    from shophelm.simulate import simulate

    if request.param == "sample":
        return sample, json.loads((SAMPLE / "truth.json").read_text())
    customers, seed = request.param
    folder = tmp_path_factory.mktemp("shop")
    truth = simulate(folder, customers=customers, seed=seed, file_format="parquet")
    return open_shop(folder, as_of="2026-11-15"), truth
