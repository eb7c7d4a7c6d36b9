"""Backtest: daily series forecast 28 days ahead from three origins, and held against what came.

Forecasts differ by nature, so that no answer can equal another: what must be equal is the truth
they are held against, and what is compared is how far off they are. AutoETS, AutoTheta and
AutoARIMA take minutes for hundreds of series; they forecast a fixed sample, and the suite is
scored on the same series beside. All know the week (season_length 7), nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import daily_series
from benchmarks.harness.case import Answer, Case, Contender

if TYPE_CHECKING:
    import numpy as np

HORIZON, WINDOWS, WEEK = 28, 3, 7
SAMPLES = (40, 200)
"""Series of the samples; the smaller is part of the larger."""
SEED = 1


def read(folder: Path) -> np.ndarray:
    import pandas as pd

    units = pd.read_parquet(folder / "series.parquet", columns=["y"])["y"].to_numpy()
    return units.reshape(-1, daily_series.DAYS)


def cuts() -> list[int]:
    return [daily_series.DAYS - HORIZON * i for i in range(WINDOWS, 0, -1)]


def sample(series: int, size: int) -> np.ndarray:
    import numpy as np

    return np.random.default_rng(SEED).permutation(series)[:size]


def scored(units: np.ndarray, forecasts: np.ndarray, rows: np.ndarray) -> Answer:
    """Score forecasts (windows × series × days) of some rows, on all of them and on samples."""
    import numpy as np

    whole = len(units)
    came = np.stack([units[:, c : c + HORIZON] for c in cuts()])
    answer = {name: [] for name in ("sample", "series", "units", "wape", "rmsse")}
    scale = np.stack([((units[:, WEEK:c] - units[:, : c - WEEK]) ** 2).mean(1) for c in cuts()])
    place = np.full(whole, -1)
    place[rows] = np.arange(len(rows))
    for size in sorted({*SAMPLES, whole}):
        chosen = sample(whole, size)
        if (place[chosen] < 0).any():
            continue
        off = forecasts[:, place[chosen]] - came[:, chosen]
        errors = np.sqrt((off**2).mean(axis=2) / np.maximum(scale[:, chosen], 1e-9))
        answer["sample"].append(f"{size} series")
        answer["series"].append(size)
        answer["units"].append(int(came[:, chosen].sum()))
        answer["wape"].append(float(np.abs(off).sum() / came[:, chosen].sum()))
        answer["rmsse"].append(float(errors.mean()))
    return answer


def smoothing(folder: Path) -> Answer:
    import numpy as np

    from shophelm.methods.exponential_smoothing import smooth

    units = read(folder)
    return scored(units, smooth(units, cuts(), horizon=HORIZON), np.arange(len(units)))


def chosen(folder: Path) -> Answer:
    """Try all methods from twelve origins; what nine choose is scored on the last three."""
    import numpy as np

    from shophelm.supply_chain.demand_history import alone
    from shophelm.supply_chain.tried import choose, try_all

    units = read(folder)
    seen = try_all(alone(units))
    forecasts = seen.by_choice(choose(seen, seen.choosing), seen.judged)[:, :, :HORIZON]
    return scored(units, forecasts, np.arange(len(units)))


def naive(folder: Path) -> Answer:
    import numpy as np

    units = read(folder)
    ahead = [units[:, c - WEEK : c][:, np.arange(HORIZON) % WEEK] for c in cuts()]
    return scored(units, np.stack(ahead), np.arange(len(units)))


def statsforecast(model: str, size: int):
    def work(folder: Path) -> Answer:
        import numpy as np
        import pandas as pd
        from statsforecast import StatsForecast, models

        units = read(folder)
        rows = sample(len(units), size)
        table = pd.DataFrame(
            {
                "unique_id": np.arange(size).repeat(daily_series.DAYS),
                "ds": np.tile(np.arange(daily_series.DAYS), size),
                "y": units[rows].ravel(),
            }
        )
        fitted = StatsForecast([getattr(models, model)(season_length=WEEK)], freq=1, n_jobs=2)
        ahead = []
        for cut in cuts():
            found = fitted.forecast(df=table[table["ds"] < cut], h=HORIZON)
            ahead.append(found.sort_values(["unique_id", "ds"])[model].to_numpy())
        return scored(units, np.stack(ahead).reshape(WINDOWS, size, HORIZON), rows)

    return work


RIVAL = ("statsforecast", "statsforecast.models", "pandas", "pyarrow.parquet")
SUITE = ("shophelm.supply_chain.tried", "pandas", "pyarrow.parquet")

CASE = Case(
    module=__name__,
    title="backtest, three windows of 28 days",
    key="sample",
    counts=("series", "units"),
    money=(),
    scores={"wape": "WAPE", "rmsse": "RMSSE"},
    contenders=(
        Contender("shophelm smoothing", smoothing, SUITE),
        Contender("shophelm, chosen of all", chosen, SUITE),
        Contender("seasonal naive", naive, ("numpy", "pandas", "pyarrow.parquet")),
        *(
            Contender(f"statsforecast {model}", statsforecast(model, size), RIVAL, "statsforecast")
            for model, size in (("AutoTheta", 200), ("AutoETS", 200), ("AutoARIMA", 40))
        ),
    ),
    made=lambda events: daily_series.drawn(max(events // 2_000, SAMPLES[-1])),
    about=daily_series.about,
)
