import pytest

from tests.shop.importers.export_files import KEY


@pytest.fixture(scope="session")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "key"
    path.write_text(KEY)
    return path
