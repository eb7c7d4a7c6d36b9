"""What it costs to run the seven notebooks beyond what they ask: without a question in them.

Both run two at a time in this machine's kernels: papermill as it comes starts an interpreter for
each, which imports everything anew.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.harness import ROOT
from benchmarks.harness.case import Answer, Case, Contender
from benchmarks.harness.kept import KEPT, once

SIDE_BY_SIDE = 2
KEPT_TAGS = {"parameters", "imports"}


def emptied(_: int) -> Path:
    """Give a folder of the notebooks without their questions, made if it is not there."""

    def write(folder: Path) -> None:
        import nbformat

        folder.mkdir()
        for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
            notebook = nbformat.read(path, 4)
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.outputs = []
                    if not KEPT_TAGS & set(cell.metadata.get("tags", [])):
                        cell.source = "pass"
            nbformat.write(notebook, folder / path.name)

    return once(KEPT / "empty_notebooks", "emptying the notebooks", write)


def shophelm(folder: Path) -> Answer:
    from datetime import date

    from shophelm.report.runner import run_notebooks

    notebooks = {path.stem: path for path in sorted(folder.glob("*.ipynb"))}
    runs = run_notebooks(notebooks, data="", as_of=date(2026, 11, 15), jobs=SIDE_BY_SIDE)
    return told({run.area: run.notebook for run in runs})


def papermill(folder: Path) -> Answer:
    import multiprocessing
    import tempfile

    with tempfile.TemporaryDirectory() as out:
        pairs = [(path, Path(out) / path.name) for path in sorted(folder.glob("*.ipynb"))]
        # it is not made to run beside itself in one process
        with multiprocessing.get_context("spawn").Pool(SIDE_BY_SIDE) as pool:
            notebooks = pool.starmap(_by_papermill, pairs, chunksize=1)
        return told({path.stem: nb for (path, _), nb in zip(pairs, notebooks, strict=True)})


def _by_papermill(path: Path, out: Path) -> object:
    import papermill

    return papermill.execute_notebook(
        path, out, parameters={"as_of": "2026-11-15"}, progress_bar=False
    )


def told(notebooks: dict) -> Answer:
    ran = [sum(c.get("execution_count") is not None for c in n.cells) for n in notebooks.values()]
    return {"area": list(notebooks), "cells": ran}


CASE = Case(
    module=__name__,
    title="seven notebooks that ask nothing",
    key="area",
    counts=("cells",),
    money=(),
    contenders=(
        Contender("shophelm", shophelm, ("shophelm.report.runner",)),
        Contender("papermill", papermill, ("papermill",)),
    ),
    made=emptied,
    about=lambda folder: f"{len(list(folder.glob('*.ipynb')))} notebooks",
)
