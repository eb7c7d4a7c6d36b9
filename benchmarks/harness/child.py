"""One contender, once, in a process of its own: MODULE CONTENDER FOLDER OUT."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import math
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

from benchmarks.harness.answers import canonical
from benchmarks.harness.case import Case


def main(module: str, contender: str, folder: str, out: str) -> None:
    case = importlib.import_module(module).CASE
    Path(out).write_text(json.dumps(_measure(case, contender, Path(folder))), encoding="utf-8")


def _measure(case: Case, name: str, folder: Path) -> dict:
    contender = case[name]
    for module in contender.imports:
        importlib.import_module(module)
    _keep_no_answers()
    prepared = contender.prepare(folder)
    _forget_peak()
    start = time.perf_counter()
    answer = contender.work(prepared)
    seconds = time.perf_counter() - start
    package = contender.imports[0].partition(".")[0] if contender.imports else ""
    return {
        "seconds": seconds,
        "peak_mb": _peak_mb(),
        "version": version(package) if package else "",
        "answer": canonical(case, answer),
    }


def _keep_no_answers() -> None:
    """Let the suite answer anew each time: its answers are what is measured."""
    if "shophelm" in sys.modules:
        importlib.import_module("shophelm.shop.answers").DEAR = math.inf


def _forget_peak() -> None:
    """Let the peak begin here: what was prepared is another row's to show."""
    gc.collect()
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_mb() -> float:
    """Give the most memory this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        # what getrusage gives counts the memory of the parent before it became this process
        (line,) = (s for s in status.read_text().splitlines() if s.startswith("VmHWM"))
        return int(line.split()[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


if __name__ == "__main__":
    main(*sys.argv[1:])
