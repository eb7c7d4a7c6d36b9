"""Incidents in daily counts: 400 series of two years, in some of which days are planted.

Answers cannot be equal; both are held against what was planted, on the last half year. MSTL
of statsforecast is used plainly: a day whose remainder lies more than four robust standard
deviations (1.4826 times the median absolute deviation) out is flagged. It sees what comes after
a day; the suite does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness.case import Answer, Case, Contender
from benchmarks.harness.kept import KEPT, once

if TYPE_CHECKING:
    import numpy as np

SERIES, DAYS, JUDGED, WEEK, INCIDENTS = 400, 730, 182, 7, 60
FAR, TO_SIGMA = 4, 1.4826


def drawn(_: int) -> Path:
    """Give a folder with values.npy (days × series) and planted.npy, made if it is not there."""

    def write(folder: Path) -> None:
        import numpy as np

        draw = np.random.default_rng(SERIES)
        day = np.arange(DAYS)[:, None]
        level = np.exp(draw.normal(4, 1, SERIES))
        trend = np.exp(draw.normal(0, 0.2, SERIES) * day / DAYS)
        week = np.exp(draw.normal(0, 0.25, (WEEK, SERIES)))[np.arange(DAYS) % WEEK]
        mean = level * trend * week
        planted = np.zeros((DAYS, SERIES), dtype=bool)
        at = draw.choice(JUDGED * SERIES, INCIDENTS, replace=False)
        planted[DAYS - JUDGED :].ravel()[at] = True
        mean = np.where(planted, mean * draw.choice([0.3, 2.5], mean.shape), mean)
        folder.mkdir()
        np.save(folder / "values.npy", draw.negative_binomial(20, 20 / (20 + mean)).astype(float))
        np.save(folder / "planted.npy", planted)

    return once(KEPT / f"incidents_{SERIES}", f"drawing {SERIES} series", write)


def shophelm(folder: Path) -> Answer:
    import numpy as np

    from shophelm.methods import anomaly

    values = np.load(folder / "values.npy")
    ordinary = anomaly.Kinds([""] * DAYS, [0] * DAYS)
    expected = anomaly.expect(
        values, np.ones_like(values), week_day=np.arange(DAYS) % WEEK, kinds=ordinary, counts=True
    )
    chances = anomaly.chance(values, expected)
    return judged(folder, anomaly.beyond_budget(chances, false_alarms=1.0))


def statsforecast(folder: Path) -> Answer:
    import numpy as np
    from statsforecast.mstl import mstl

    values, flags = np.load(folder / "values.npy"), []
    for series in values.T:
        left = np.asarray(mstl(series, WEEK)["remainder"])
        spread = TO_SIGMA * np.median(np.abs(left - np.median(left)))
        flags.append(np.abs(left) > FAR * spread)
    return judged(folder, np.array(flags).T)


def judged(folder: Path, flags: np.ndarray) -> Answer:
    """Hold flags of the days that are judged against what was planted."""
    import numpy as np

    planted = np.load(folder / "planted.npy")[-JUDGED:]
    flags = flags[-JUDGED:]
    false = (flags & ~planted).sum() / (~planted).sum()
    found = (flags & planted).sum() / planted.sum()
    return {"part": ["all"], "series": [SERIES], "found": [found], "false": [1000 * false]}


CASE = Case(
    module=__name__,
    title="incidents",
    key="part",
    counts=("series",),
    money=(),
    scores={"found": "found of those planted", "false": "false in 1,000 days"},
    contenders=(
        Contender("shophelm", shophelm, ("shophelm.methods.anomaly",)),
        Contender(
            "statsforecast MSTL",
            statsforecast,
            ("statsforecast.mstl",),
            environment="statsforecast",
        ),
    ),
    made=drawn,
    about=lambda _: f"{SERIES} series of {DAYS} days, {INCIDENTS} incidents",
)
