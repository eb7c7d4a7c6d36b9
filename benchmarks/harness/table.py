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
    return "\n".join(["", head, "", *_aligned(rows), "", f"All answers are equal{_near(case)}."])


def _near(case: Case) -> str:
    """Say how equal fitted figures are."""
    parts = [
        f"{', '.join(c for c in case.near if case.near[c] == share)} to within {share:.2%}"
        for share in sorted(set(case.near.values()))
    ]
    return f": {'; '.join(parts)}" if parts else ""


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
