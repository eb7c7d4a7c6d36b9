"""Shops of this room: small ones given as text, and simulated ones with their truth."""

import json

import pytest

from shophelm.shop.tables import open_shop
from shophelm.simulate import simulate
from tests.conftest import SAMPLE

SLOW = [(4_000, 1), (4_000, 2), (20_000, 1), (20_000, 2)]


@pytest.fixture(
    scope="session", params=["sample", *(pytest.param(s, marks=pytest.mark.slow) for s in SLOW)]
)
def planted(request, sample, tmp_path_factory):
    """A simulated shop and what was planted in it."""
    if request.param == "sample":
        return sample, json.loads((SAMPLE / "truth.json").read_text())
    customers, seed = request.param
    folder = tmp_path_factory.mktemp("shop")
    truth = simulate(folder, customers=customers, seed=seed, file_format="parquet")
    return open_shop(folder, as_of="2026-11-15"), truth
