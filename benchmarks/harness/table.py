"""The table at the end."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.harness.case import Case
from benchmarks.harness.rounds import Runs


def lay_out(case: Case, runs: Mapping[str, Runs], *, about: str) -> str:
    """Lay out what each contender took, beside the first one: ratio of medians, peak memory."""
    first, *_ = runs
    base = median(runs[first].seconds)
    rows = [("contender", "median s", "min–max s", f"× {first}", "peak MB", "version")]
    rows += [
        (
            name,
            f"{median(r.seconds):.2f}",
            f"{min(r.seconds):.2f}–{max(r.seconds):.2f}",
            f"{median(r.seconds) / base:.2f}",
            f"{max(r.peak_mb):,.0f}",
            r.version,
        )
        for name, r in runs.items()
    ]
    turns = len(runs[first].seconds)
    rounds = f"{turns} round{'s' * (turns != 1)}"
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    head = f"{case.title}: {about}; {rounds}; {machine}"
    end = _scores(case, runs) if case.scores else [f"All answers are equal{_near(case)}."]
    return "\n".join(["", head, "", *_aligned(rows), "", *end])


def _scores(case: Case, runs: Mapping[str, Runs]) -> list[str]:
    """Lay out how good each contender's answer is, part by part, and its time for one series."""
    parts = list(dict.fromkeys(key for r in runs.values() for key in r.answer))
    titles = [f"{title}, {part}" for part in parts for title in case.scores.values()]
    rows = [("contender", "ms a series", *titles)]
    for name, r in runs.items():
        series = max(int(row["series"]) for row in r.answer.values())
        cells = [
            f"{float(r.answer[part][score]):.4f}" if part in r.answer else "–"
            for part in parts
            for score in case.scores
        ]
        rows.append((name, f"{1000 * median(r.seconds) / series:.2f}", *cells))
    return [*_aligned(rows), "", "All are held against the same truth; a dash: not asked of it."]


def _near(case: Case) -> str:
    """Say how equal fitted figures are."""
    parts = [
        f"{', '.join(c for c in case.near if case.near[c] == share)} to within {_small(share)}"
        for share in sorted(set(case.near.values()))
    ]
    return f": {'; '.join(parts)}" if parts else ""


def _small(share: float) -> str:
    return f"{share:.2%}" if share >= 1e-4 else f"{share:g} of itself"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    # names to the left, numbers to the right
    return [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    ]
