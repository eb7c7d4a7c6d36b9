"""A shop of ten million events: made in bounded memory, whole, and without a broken promise."""

import resource
import subprocess
import sys

import pytest

from shophelm.shop.tables import open_shop

MAKE = (
    "from pathlib import Path; from shophelm.simulate import simulate;"
    "simulate(Path({folder!r}), customers=155_000, file_format='parquet')"
)


@pytest.mark.slow
def test_ten_million_events_take_less_than_four_gigabytes(tmp_path):
    command = [sys.executable, "-c", MAKE.format(folder=str(tmp_path))]
    subprocess.run(command, check=True, capture_output=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert peak < 4 * 2**30
    shop = open_shop(tmp_path, as_of="2026-11-15")
    assert shop["events"].count().execute() > 9_000_000
    promises = shop.promises()
    assert promises[promises["broken"] > 0].empty
    assert all(shop.checked(name).rejected == 0 for name in shop.names)
