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


def simulated(events: int, *, kept: Path = KEPT) -> Path:
    """Give the folder of a simulated shop with about so many events, made if it is not there."""
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
