"""The shop that the cases read: simulated once per size, and kept."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import BENCHMARKS, BenchmarkError

EVENTS_PER_CUSTOMER = 63.6
FEWEST_CUSTOMERS = 100
KEPT = BENCHMARKS / ".data"


def simulated(events: int, *, kept: Path = KEPT) -> Path:
    """Give the folder of a simulated shop with about so many events, made if it is not there."""
    customers = max(FEWEST_CUSTOMERS, round(events / EVENTS_PER_CUSTOMER))
    folder = kept / f"customers_{customers}"
    if folder.exists():
        return folder
    print(
        f"simulating a shop of {customers:,} customers into {folder} (once) …",
        file=sys.stderr,
        flush=True,
    )
    unfinished = kept / f"unfinished_{customers}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "shophelm", "simulate", "--format", "parquet"]
    command += ["--customers", str(customers), "--to", str(unfinished)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        raise BenchmarkError("the shop could not be simulated")
    return unfinished.rename(folder)


def about(folder: Path) -> str:
    """Say how large a simulated shop is."""
    rows = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["shop"]["rows"]
    return f"{rows['events']:,} events, {rows['orders']:,} orders"
