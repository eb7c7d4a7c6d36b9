"""Daily sales of many products over two years: drawn once per size, and kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness.kept import KEPT, once

if TYPE_CHECKING:
    import numpy as np

SEED, DAYS, WEEK, YEAR = 20261115, 730, 7, 365.25


def drawn(series: int, *, kept: Path = KEPT) -> Path:
    """Give a folder with series.parquet: unique_id, ds, y, one row per series and day.

    Levels are lognormal and wander; week days, the year and bursts of demand multiply them; a
    fifth of the series sells on few days only. Made if it is not there.
    """

    def write(folder: Path) -> None:
        import pandas as pd

        folder.mkdir()
        units = _units(series)
        days = pd.date_range("2024-11-16", periods=DAYS)
        pd.DataFrame(
            {
                "unique_id": _names(series).repeat(DAYS),
                "ds": days.to_numpy().repeat(series).reshape(DAYS, series).T.ravel(),
                "y": units.ravel(),
            }
        ).to_parquet(folder / "series.parquet")

    return once(kept / f"daily_series_{series}", f"drawing {series:,} series", write)


def about(folder: Path) -> str:
    """Say how many series there are."""
    import pyarrow.parquet as pq

    rows = pq.read_metadata(folder / "series.parquet").num_rows
    return f"{rows // DAYS:,} series of {DAYS} days"


def _names(series: int) -> np.ndarray:
    import numpy as np

    return np.array([f"s{i:05d}" for i in range(series)])


def _units(series: int) -> np.ndarray:
    import numpy as np

    draw = np.random.default_rng(SEED)
    day = np.arange(DAYS)
    level = np.exp(draw.normal(2.2, 1.2, series))[:, None]
    wander = np.cumsum(draw.normal(0, 0.01, (series, DAYS)), axis=1)
    week = np.exp(draw.normal(0, 0.25, (series, WEEK)))[:, day % WEEK]
    phase, swing = draw.uniform(0, YEAR, (series, 1)), draw.uniform(0, 0.4, (series, 1))
    year = swing * np.sin(2 * np.pi * (day + phase) / YEAR)
    burst = np.where(draw.random((series, DAYS)) < 0.01, draw.uniform(1.5, 4, (series, DAYS)), 1.0)
    seldom = np.where(np.arange(series) % 5 == 0, 0.05, 1.0)[:, None]
    mean = level * seldom * np.exp(wander + year) * week * burst
    shape = np.exp(draw.normal(2.0, 0.6, (series, 1)))
    return draw.poisson(mean * draw.gamma(shape, 1 / shape, (series, DAYS))).astype(float)
