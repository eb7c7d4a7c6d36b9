"""Shops of this room: small ones given as text."""

import textwrap

import pytest

from shophelm.shop.tables import open_shop
from tests.supply_chain.buying import BUYING


@pytest.fixture(scope="session")
def opened(tmp_path_factory):
    """Open tables given as CSV text, for the whole session."""

    def opened(tables, *, as_of="2026-11-15"):
        folder = tmp_path_factory.mktemp("shop")
        for name, text in tables.items():
            (folder / f"{name}.csv").write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
        return open_shop(folder, as_of=as_of)

    return opened


@pytest.fixture(scope="session")
def buying(opened):
    return opened(BUYING)


@pytest.fixture(scope="session")
def promised(opened):
    """The same shop before it bought anything: tea takes 10 days, jam 2, nuts come of nobody."""
    return opened({k: v for k, v in BUYING.items() if k != "purchase_orders"})
