"""Customers' histories drawn from BG/NBD and Gamma-Gamma: made once per size, and kept."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from benchmarks.harness import BENCHMARKS

KEPT = BENCHMARKS / ".data"
SEED, DAYS, MOST = 20261115, 730, 400
BUYING = {"r": 0.6, "alpha": 60.0, "a": 0.8, "b": 2.5}
MONEY = {"p": 6.0, "q": 4.0, "v": 15.0}


def drawn(customers: int, *, kept: Path = KEPT) -> Path:
    """Give a folder with histories.parquet: one row per customer, made if it is not there.

    Its columns are frequency (repeat purchases), recency and age (whole days), and money (the mean
    of the repeat purchases; 0 without one).
    """
    folder = kept / f"histories_{customers}"
    if folder.exists():
        return folder
    print(f"drawing {customers:,} histories into {folder} (once) …", file=sys.stderr, flush=True)
    unfinished = kept / f"unfinished_histories_{customers}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    _write(customers, unfinished / "histories.parquet")
    return unfinished.rename(folder)


def about(folder: Path) -> str:
    """Say how many customers the histories are of."""
    import pyarrow.parquet as pq

    return f"{pq.read_metadata(folder / 'histories.parquet').num_rows:,} customers"


def _write(customers: int, file: Path) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    draw = np.random.default_rng(SEED)
    rate = draw.gamma(BUYING["r"], 1 / BUYING["alpha"], customers)
    leave = draw.beta(BUYING["a"], BUYING["b"], customers)
    age = draw.integers(1, DAYS + 1, customers).astype("float64")
    frequency, recency, now = (np.zeros(customers) for _ in range(3))
    there = np.ones(customers, bool)
    for _ in range(MOST):
        now[there] += draw.exponential(1 / rate[there])
        there &= now < age
        frequency[there] += 1
        recency[there] = now[there]
        there[there] = draw.random(there.sum()) >= leave[there]
        if not there.any():
            break
    shape = np.maximum(MONEY["p"] * frequency, 1)
    scale = draw.gamma(MONEY["q"], 1 / MONEY["v"], customers)
    money = draw.gamma(shape) / scale / np.maximum(frequency, 1)
    table = {
        "frequency": frequency.astype("int64"),
        "recency": np.ceil(recency).astype("int64"),
        "age": age.astype("int64"),
        "money": np.where(frequency > 0, money, 0.0),
    }
    pq.write_table(pa.table(table), file)
