"""One look for every figure, with a font that has Chinese glyphs."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CJK_FONTS = (
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Source Han Mono SC",
)
INK, MUTED, ACCENT, WARM, GRID = "#1f2933", "#7b8794", "#0b6e99", "#d9822b", "#e4e7eb"


@functools.cache
def set_style() -> None:
    """Set seaborn's theme and the fonts, once per process."""
    import matplotlib as mpl
    import seaborn as sns

    sns.set_theme(
        style="ticks",
        rc={
            "axes.edgecolor": GRID,
            "axes.grid": True,
            "axes.grid.axis": "y",
            "axes.labelcolor": MUTED,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": "large",
            "figure.constrained_layout.use": True,
            "grid.color": GRID,
            "text.color": INK,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
        },
    )
    # set_theme resets fonts, so they come after it
    mpl.rcParams["font.family"] = [*_chinese_font(), "DejaVu Sans"]
    mpl.rcParams["axes.unicode_minus"] = False
    # a dollar sign in a title is a price, not mathematics
    mpl.rcParams["text.parse_math"] = False
    # outlines keep the glyphs on any reader's machine; a fixed salt keeps the bytes
    mpl.rcParams["svg.fonttype"] = "path"
    mpl.rcParams["svg.hashsalt"] = "shophelm"


def draw_intervals(
    axes: Axes, names: Sequence[str], middle: Sequence, low: Sequence, high: Sequence, colours: list
) -> None:
    """Draw a row of dots with their intervals for each name, the first on top."""
    at = range(len(names))
    axes.hlines(at, low, high, color=colours, lw=2, alpha=0.6)
    axes.scatter(middle, at, color=colours, s=60, zorder=3)
    axes.set_yticks(at, names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")


def nothing_to_draw(why: str) -> Axes:
    """Give flat axes that say why nothing is drawn."""
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(6, 0.6))
    axes.set_axis_off()
    axes.set_title(why)
    return axes


def _chinese_font() -> list[str]:
    from matplotlib import font_manager

    there = {font.name for font in font_manager.fontManager.ttflist}
    found = [name for name in CJK_FONTS if name in there][:1]
    return found or _from_extra()


def _from_extra() -> list[str]:
    from matplotlib import font_manager

    try:
        import mplfonts
    except ImportError:
        warnings.warn(
            "No font with Chinese glyphs is installed: Chinese labels will show as boxes. "
            "Install one, or `pip install 'shophelm[cjk]'`.",
            stacklevel=2,
        )
        return []
    file = Path(mplfonts.__file__).parent / "fonts" / "NotoSansCJKsc-Regular.otf"
    font_manager.fontManager.addfont(file)
    return [font_manager.FontProperties(fname=file).get_name()]
