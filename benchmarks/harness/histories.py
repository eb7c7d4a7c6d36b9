"""Customers' histories drawn from BG/NBD and Gamma-Gamma: made once per size, and kept."""

from __future__ import annotations

from pathlib import Path

from benchmarks.harness.kept import KEPT, once

SEED, DAYS, MOST = 20261115, 730, 400
BUYING = {"r": 0.6, "alpha": 60.0, "a": 0.8, "b": 2.5}
MONEY = {"p": 6.0, "q": 4.0, "v": 15.0}


def drawn(customers: int, *, kept: Path = KEPT) -> Path:
    """Give a folder with histories.parquet: one row per customer, made if it is not there.

    Its columns are frequency (repeat purchases), recency and age (whole days), and money (the mean
    of the repeat purchases; 0 without one).
    """

    def write(folder: Path) -> None:
        folder.mkdir()
        _write(customers, folder / "histories.parquet")

    making = f"drawing {customers:,} histories"
    return once(kept / f"histories_{customers}", making, write)


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
