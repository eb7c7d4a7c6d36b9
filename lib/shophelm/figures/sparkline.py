"""A line of a few numbers, small enough to stand beside a figure: plain SVG."""

from __future__ import annotations

from collections.abc import Sequence

from shophelm.figures.style import ACCENT
from shophelm.words import unknown

WIDTH, HEIGHT, MARGIN = 160, 36, 3


def sparkline(values: Sequence[float | None], *, window: int = 7) -> str:
    """Draw the moving mean of daily values as an SVG; "" for fewer than two known values.

    Parameters
    ----------
    values
        One per day, oldest first; unknown days are left out of the means.
    window
        Days of the mean, which ends on each day.
    """
    means = [_mean(values[max(0, i - window + 1) : i + 1]) for i in range(len(values))]
    known = [(i, m) for i, m in enumerate(means) if m is not None]
    if len(known) < 2:
        return ""
    low, high = min(m for _, m in known), max(m for _, m in known)
    span = (high - low) or 1
    step = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    points = [
        (MARGIN + i * step, HEIGHT - MARGIN - (m - low) / span * (HEIGHT - 2 * MARGIN))
        for i, m in known
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="the last {len(values)} days, mean of {window}">'
        f'<polyline points="{path}" fill="none" stroke="{ACCENT}" stroke-width="1.5" '
        f'vector-effect="non-scaling-stroke"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2" '
        f'fill="{ACCENT}"/></svg>'
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [float(v) for v in values if not unknown(v)]
    return sum(known) / len(known) if known else None
