import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from export_files import KEY


@pytest.fixture(scope="session")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "key"
    path.write_text(KEY)
    return path
