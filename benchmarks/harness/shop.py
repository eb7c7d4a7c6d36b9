"""The shop that the cases read: simulated once per size, and kept."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import BenchmarkError
from benchmarks.harness.kept import KEPT, once

EVENTS_PER_CUSTOMER = 63.6
FEWEST_CUSTOMERS = 100
MOST_EVENTS = 10_000_000
COPIED = {
    "events": ("event_id", "visitor_id", "customer_id", "session_id"),
    "orders": ("order_id", "customer_id"),
    "order_lines": ("order_id",),
    "refunds": ("refund_id", "order_id"),
}
"""Table → its columns that name something of one copy."""


def simulated(events: int, *, kept: Path = KEPT) -> Path:
    """Give the folder of a simulated shop with about so many events, made if it is not there.

    Larger ones than `MOST_EVENTS` are several copies of a smaller shop, of its log and orders only:
    each visitor, customer and order is there once in every copy.
    """
    if events > MOST_EVENTS:
        copies = -(-events // MOST_EVENTS)
        one = simulated(events // copies, kept=kept)
        making = f"copying {one.name} {copies} times"
        return once(kept / f"{one.name}_x{copies}", making, lambda to: _copy(one, copies, to))
    customers = max(FEWEST_CUSTOMERS, round(events / EVENTS_PER_CUSTOMER))

    def simulate(folder: Path) -> None:
        command = [sys.executable, "-m", "shophelm", "simulate", "--format", "parquet"]
        command += ["--customers", str(customers), "--to", str(folder)]
        if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
            raise BenchmarkError("the shop could not be simulated")

    making = f"simulating a shop of {customers:,} customers"
    return once(kept / f"customers_{customers}", making, simulate)


def about(folder: Path) -> str:
    """Say how large a simulated shop is."""
    rows = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["shop"]["rows"]
    return f"{rows['events']:,} events, {rows['orders']:,} orders"


def _copy(one: Path, copies: int, folder: Path) -> None:
    import duckdb

    folder.mkdir()
    con = duckdb.connect()
    con.sql("SET enable_progress_bar = false")
    truth = json.loads((one / "truth.json").read_text(encoding="utf-8"))
    for table, ids in COPIED.items():
        named = ", ".join(f"copy || '-' || {i} AS {i}" for i in ids)
        con.sql(
            f"COPY (SELECT * REPLACE ({named}) FROM ("
            + " UNION ALL ".join(
                f"SELECT *, '{chr(97 + c)}' AS copy FROM '{one / table}.parquet'"
                for c in range(copies)
            )
            + f")) TO '{folder / table}.parquet' (COMPRESSION zstd, ROW_GROUP_SIZE 500_000)"
        )
        truth["shop"]["rows"][table] *= copies
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
