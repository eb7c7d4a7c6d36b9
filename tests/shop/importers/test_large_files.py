"""A file that is larger than what may be held in memory."""

import subprocess
import sys

import pytest

from tests.shop.importers.export_files import TMALL

RECORDS = 8_000_000
IMPORT = """
import resource, sys
from shophelm.shop.importers import import_files
made = import_files("tmall-orders", [sys.argv[1]], sys.argv[2], key_file=sys.argv[3])
print(made.tables["orders"].accepted, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_is_bounded_whatever_the_file_s_size(tmp_path, key):
    """680 MB of orders, which take several times that once typed; DuckDB may hold 2 GB."""
    file = tmp_path / "orders.csv"
    with file.open("w", encoding="utf-8") as stream:
        stream.write(TMALL + "\n")
        for n in range(RECORDS):
            at = f"2020-02-{n % 28 + 1:02} 10:{n % 60:02}:05"
            stream.write(f"{10**17 + n},{n % 900}.50,{n % 900}.50,浙江省,{at},{at},0\n")
    assert file.stat().st_size > 600_000_000
    command = [sys.executable, "-c", IMPORT, str(file), str(tmp_path / "shop"), str(key)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    accepted, kilobytes = map(int, done.stdout.split())
    assert accepted == RECORDS
    assert kilobytes < 3_000_000
