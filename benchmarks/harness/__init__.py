"""What runs contenders side by side; needs nothing but Python, so that it weighs nothing."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"


class BenchmarkError(Exception):
    """A benchmark that cannot be run, or whose answers differ; the message says which."""
