"""The Python each contender runs on: the suite's own, or an environment made for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import BENCHMARKS, BenchmarkError
from benchmarks.harness.case import Case

LISTS = BENCHMARKS / "environments"
MADE = BENCHMARKS / ".environments"


def pythons(case: Case) -> tuple[dict[str, Path], dict[str, str]]:
    """Find each contender's Python, making environments where they are not there yet.

    Returns
    -------
    Contender → its Python, and contender → why it has none.
    """
    found: dict[str, Path] = {}
    left_out: dict[str, str] = {}
    for contender in case.contenders:
        try:
            name = contender.environment
            found[contender.name] = environment(name) if name else Path(sys.executable)
        except BenchmarkError as error:
            left_out[contender.name] = str(error)
    return found, left_out


def environment(name: str, *, lists: Path = LISTS, made: Path = MADE) -> Path:
    """Give the Python of a named environment; made anew when its list of packages changes."""
    wanted = lists / f"{name}.txt"
    folder = made / name
    stamp, python = folder / "made_from.txt", folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == wanted.read_text():
        return python
    print(f"making the environment {name} …", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    for command in _commands(wanted, folder, python):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1].strip()
            raise BenchmarkError(f"its environment {name} could not be made ({last})")
    shutil.copy(wanted, stamp)
    return python


def _commands(wanted: Path, folder: Path, python: Path) -> list[list]:
    if uv := shutil.which("uv"):
        return [
            [uv, "venv", "--quiet", "--python", sys.executable, folder],
            [uv, "pip", "install", "--quiet", "--python", python, "--requirement", wanted],
        ]
    return [
        [sys.executable, "-m", "venv", folder],
        [python, "-m", "pip", "install", "--quiet", "--requirement", wanted],
    ]
