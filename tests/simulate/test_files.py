"""The files a simulated shop is made of."""

import gzip
import hashlib
import json
import os
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from shophelm.errors import ParameterError
from shophelm.shop.contract import TABLES
from shophelm.simulate import simulate
from tests.conftest import SAMPLE

SMALL = {"customers": 300, "seed": 7}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    simulate(folder, **SMALL)
    return folder


def digests(folder):
    return {
        f.name: hashlib.sha256(f.read_bytes()).hexdigest()
        for f in sorted(folder.iterdir())
        if f.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(small, tmp_path):
    simulate(tmp_path, **SMALL)
    assert digests(tmp_path) == digests(small)


@pytest.mark.parametrize("language", ["zh_CN.UTF-8", "C"])
def test_the_language_of_the_machine_changes_nothing(small, tmp_path, language):
    code = f"from shophelm.simulate import simulate; simulate({str(tmp_path)!r}, **{SMALL!r})"
    spoken = {k: v for k, v in os.environ.items() if k not in ("LANGUAGE", "LC_ALL")}
    spoken["LANG"] = language
    subprocess.run([sys.executable, "-c", code], env=spoken, check=True, capture_output=True)
    assert digests(tmp_path) == digests(small)


def test_the_committed_sample_is_what_the_simulator_makes(tmp_path):
    simulate(tmp_path)
    committed = {n: d for n, d in digests(SAMPLE).items() if n != "README.md"}
    assert digests(tmp_path) == committed


def test_another_seed_gives_other_orders(small, tmp_path):
    simulate(tmp_path, customers=300, seed=8)
    assert digests(tmp_path)["orders.csv.gz"] != digests(small)["orders.csv.gz"]


def test_the_same_seed_gives_the_same_parquet_bytes(tmp_path):
    simulate(tmp_path / "one", **SMALL, file_format="parquet")
    simulate(tmp_path / "two", **SMALL, file_format="parquet")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_parquet_holds_typed_columns_in_the_contracts_order(tmp_path):
    simulate(tmp_path, **SMALL, file_format="parquet")
    orders = pq.read_schema(tmp_path / "orders.parquet")
    assert tuple(orders.names) == TABLES["orders"].names
    assert str(orders.field("paid_amount").type) == "decimal128(18, 4)"
    assert str(orders.field("created_at").type) == "timestamp[us]"
    assert str(orders.field("order_id").type) == "string"


def test_parquet_events_are_sorted_by_visitor_and_time(tmp_path):
    simulate(tmp_path, **SMALL, file_format="parquet")
    events = pq.read_table(
        tmp_path / "events.parquet", columns=["visitor_id", "occurred_at"]
    ).to_pandas()
    assert events.equals(events.sort_values(["visitor_id", "occurred_at"], kind="stable"))


def test_every_table_of_the_contract_is_there_with_exactly_its_columns(shop_folder):
    found = {}
    for file in shop_folder.glob("*.csv*"):
        opener = gzip.open if file.suffix == ".gz" else open
        with opener(file, "rt", encoding="utf-8") as lines:
            found[file.name.split(".")[0]] = tuple(lines.readline().rstrip("\n").split(","))
    assert found == {name: table.names for name, table in TABLES.items()}


def test_no_table_is_empty_and_the_truth_counts_its_rows(sql, truth):
    counted = {name: sql(f"SELECT count(*) FROM {name}")[0][0] for name in TABLES}
    assert counted == truth["shop"]["rows"]
    assert min(counted.values()) > 0


def test_the_sample_is_small_enough_to_commit(shop_folder):
    assert sum(f.stat().st_size for f in shop_folder.iterdir()) < 7_000_000


def test_gzip_headers_carry_neither_time_nor_name(shop_folder):
    headers = {f.read_bytes()[3:8] for f in shop_folder.glob("*.gz")}
    assert headers == {b"\x00\x00\x00\x00\x00"}


def test_lines_end_in_a_plain_newline(shop_folder):
    assert not any(b"\r" in f.read_bytes() for f in shop_folder.glob("*.csv"))


def test_the_truth_returned_is_the_truth_written(shop_folder, truth):
    assert json.loads((shop_folder / "truth.json").read_text(encoding="utf-8")) == truth


def test_progress_goes_from_nothing_to_done(tmp_path):
    told = []
    simulate(tmp_path, **SMALL, progress=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[0][1] == 0
    assert told[-1] == ("done", 1.0)


def test_too_few_customers_are_refused(tmp_path):
    with pytest.raises(
        ParameterError, match=r"^customers: at least 100 are needed for a shop; got 5\.$"
    ):
        simulate(tmp_path, customers=5)


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(
        ParameterError, match=r'^file_format: must be "csv" or "parquet"; got "xlsx"\.$'
    ):
        simulate(tmp_path, file_format="xlsx")
