"""A large shop is several copies of a small one, and says so of its rows."""

import json

import duckdb
from benchmarks.harness import shop


def test_each_copy_has_visitors_and_orders_of_its_own(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(shop, "MOST_EVENTS", 7_000)
    large = shop.simulated(20_000, kept=tmp_path)
    small = tmp_path / large.name.removesuffix("_x3")

    def of(folder, what, table):
        return duckdb.sql(f"SELECT {what} FROM '{folder}/{table}.parquet'").fetchone()[0]

    for table, ids in shop.COPIED.items():
        assert of(large, "count(*)", table) == 3 * of(small, "count(*)", table)
        for column in ids:
            distinct = f"count(DISTINCT {column})"
            assert of(large, distinct, table) == 3 * of(small, distinct, table)
    rows = json.loads((large / "truth.json").read_text())["shop"]["rows"]
    assert rows["events"] == of(large, "count(*)", "events")
