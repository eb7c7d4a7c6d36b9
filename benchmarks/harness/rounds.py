"""Contenders taking turns, each in a fresh process, and their answers held together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.harness import ROOT, BenchmarkError
from benchmarks.harness.answers import Rows, difference
from benchmarks.harness.case import Case
from benchmarks.harness.kept import KEPT


@dataclass
class Runs:
    """What one contender took, round by round."""

    version: str = ""
    seconds: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)
    answer: Rows = field(default_factory=dict)


def run(case: Case, folder: Path, pythons: Mapping[str, Path], *, rounds: int) -> dict[str, Runs]:
    """Let the contenders take turns, in the order of `pythons`: contender → the Python it runs on.

    Raises
    ------
    BenchmarkError
        If a contender fails, or its answer is not the first one's.
    """
    _warm(folder)
    runs = {name: Runs() for name in pythons}
    expected: Rows | None = None
    first = next(iter(pythons))
    for i in range(rounds):
        for name, python in pythons.items():
            _say(f"{case.title}: round {i + 1} of {rounds}, {name} …")
            found = _child(case, name, folder, python)
            expected = found["answer"] if expected is None else expected
            if differs := difference(case, expected, found["answer"]):
                raise BenchmarkError(f"{name} disagrees with {first}: {differs}.")
            runs[name].version = found["version"]
            runs[name].seconds.append(found["seconds"])
            runs[name].peak_mb.append(found["peak_mb"])
            runs[name].answer = found["answer"]
    return runs


def _child(case: Case, name: str, folder: Path, python: Path) -> dict:
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "measured.json"
        command = [python, "-m", "benchmarks.harness.child", case.module, name, folder, out]
        cache = KEPT / "known" if case[name].knows else Path(scratch) / "unknown"
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"SHOPHELM_CACHE": str(cache)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
            raise BenchmarkError(f"{name} failed: {last[0]}")
        return json.loads(out.read_text(encoding="utf-8"))


def _warm(folder: Path) -> None:
    """Read the files once, so that the first contender does not pay for a cold disk."""
    for file in folder.iterdir():
        with file.open("rb") as stream:
            while stream.read(2**24):
                pass


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
