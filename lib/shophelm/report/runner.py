"""Run the notebooks headless, side by side."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.utils import ensure_event_loop

from shophelm.actions import WORTH, Action
from shophelm.errors import ParameterError, ReportError
from shophelm.report import kernels
from shophelm.report.page import recorded
from shophelm.report.parameters import check_parameters, parameters_of
from shophelm.shop import kept
from shophelm.shop.journeys import laid_out
from shophelm.shop.needs import AREAS
from shophelm.shop.source import Source
from shophelm.shop.tables import Tables
from shophelm.words import plural

READ, FILES = ("ledger",), ("order_sheet", "send_list", "thresholds")
"""Parameters that name a file which is only read; those that name one which is written, too."""


@dataclass(frozen=True)
class AreaRun:
    """What one notebook did.

    Attributes
    ----------
    area
        Its name.
    notebook
        The executed notebook.
    error
        One line when it failed; "" otherwise.
    seconds
        Time spent, by word: total, kernel, imports, queries, figures.
    records
        What its cells recorded, in order.
    """

    area: str
    notebook: nbformat.NotebookNode
    error: str
    seconds: dict[str, float]
    records: list[dict[str, Any]] = field(default_factory=list)

    def of(self, what: str) -> list[dict[str, Any]]:
        """Pick the records of one sort."""
        return [
            {k: v for k, v in r.items() if k != "what"} for r in self.records if r["what"] == what
        ]

    @property
    def actions(self) -> list[Action]:
        """Give the actions it proposed."""
        return [_action(r) for r in self.of("action")]


def notebooks_folder() -> Path:
    """Find the notebooks: inside the installed package, or beside `lib` in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "notebooks", package.parents[1] / "notebooks"):
        if folder.is_dir():
            return folder
    raise ReportError("The notebooks are not installed with this package. Install it again.")


def find_notebooks(areas: Sequence[str] = ()) -> dict[str, Path]:
    """Find the notebook of each area, in the areas' own order.

    Raises
    ------
    ParameterError
        If an area asked for has no notebook.
    """
    folder = notebooks_folder()
    there = {a: folder / f"{a}.ipynb" for a in AREAS if (folder / f"{a}.ipynb").exists()}
    for area in areas:
        if area not in there:
            raise ParameterError(f"There is no area {area!r}. There are: {', '.join(there)}.")
    return {a: p for a, p in there.items() if not areas or a in areas}


def run_notebooks(
    notebooks: Mapping[str, Path],
    *,
    data: str,
    as_of: date,
    ledger: str = "",
    shop: Tables | None = None,
    given: Mapping[str, str] | None = None,
    jobs: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[AreaRun]:
    """Execute notebooks side by side, one kernel each; a failure stays with its notebook.

    Parameters
    ----------
    notebooks
        Area → notebook.
    data, as_of, ledger
        Passed to each as its parameters of those names, where it has them.
    shop
        The shop, whose tables are checked once for all of them; what a notebook said before of the
        same shop with the same parameters and ledger, by the same code, is said again.
    given
        Further parameters as text; each notebook gets those it knows.
    jobs
        Kernels at a time; by default as many as there are cores.
    progress
        Called with a line when a notebook starts and when it ends.

    Raises
    ------
    ParameterError
        Before anything runs, if a parameter is unknown or of the wrong type.
    """
    known = {area: parameters_of(path) for area, path in notebooks.items()}
    own = check_parameters(given or {}, known)
    kernels.get_ready()
    jobs = min(jobs or os.cpu_count() or 1, len(notebooks))
    options = {"data": data, "as_of": str(as_of), "ledger": ledger}
    started = {a: own[a] | {n: v for n, v in options.items() if n in known[a]} for a in notebooks}
    source = shop.source if shop is not None else None
    keys = {a: _key(path, started[a], source) for a, path in notebooks.items()}
    if shop is not None and not all(map(kept.find, keys.values())):
        _prepare(shop, progress)
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {
            pool.submit(_run_once, area, path, started[area], source, keys[area], progress): area
            for area, path in notebooks.items()
        }
        done = {waiting[f]: f.result() for f in as_completed(waiting)}
    return [done[area] for area in notebooks]


def _prepare(shop: Tables, progress: Callable[[str], None]) -> None:
    """Check the tables and lay out the log, where that can be kept for the notebooks."""
    kept.prune()
    if shop.source.dear and kept.folder():
        progress(f"checking {plural(len(shop.names), 'table')}")
        shop.promises()
        if shop.filled("events"):
            laid_out(shop)


def _key(path: Path, parameters: Mapping[str, Any], source: Source | None) -> str:
    """Name a notebook's run by all that it reads; "" where that cannot be told."""
    if source is None or any(parameters.get(name) for name in FILES):
        return ""
    there = [Path(f) for name in READ if (f := parameters.get(name)) and Path(f).exists()]
    told = json.dumps(parameters, sort_keys=True, default=str)
    return kept.key(source.key, kept.of_files([path, *there]), told)


def _run_once(
    area: str,
    path: Path,
    parameters: dict,
    source: Source | None,
    key: str,
    progress: Callable[[str], None],
) -> AreaRun:
    """Run a notebook, or find what it said when all was the same."""
    began = time.perf_counter()
    if place := kept.find(key):
        executed = nbformat.read(place / path.name, as_version=4)
        progress(f"{area}: nothing has changed since it last ran, which is used again")
        seconds = {"total": time.perf_counter() - began}
        return AreaRun(area, executed, "", seconds, _recorded(executed))
    run = _run(area, path, parameters, progress)
    if key and not run.error and _key(path, parameters, source) == key and source.unchanged:
        kept.keep(key, lambda folder: nbformat.write(run.notebook, folder / path.name))
    return run


def _recorded(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    return recorded(o for c in notebook.cells for o in c.get("outputs", []))


def _run(area: str, path: Path, parameters: dict, progress: Callable[[str], None]) -> AreaRun:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    for name in ("papermill", "traitlets"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    progress(f"{area}: started")
    began, error = time.perf_counter(), ""
    with tempfile.TemporaryDirectory(prefix="shophelm-") as folder:
        target = Path(folder) / path.name
        try:
            # not papermill's `cwd`, which changes the folder of every thread
            papermill.execute_notebook(
                path,
                target,
                parameters=parameters,
                progress_bar=False,
                # written after every cell, a notebook full of figures takes longer than its kernel
                request_save_on_cell_execute=False,
                kernel_manager_class="shophelm.report.kernels.LocalKernelManager",
            )
        except PapermillExecutionError as failed:
            error = _one_line(failed.ename, failed.evalue)
        except Exception as failed:
            # a kernel that died or never came up; what it was is said in its place
            error = _one_line(type(failed).__name__, str(failed))
        finally:
            # nbclient leaves its thread's event loop open
            ensure_event_loop().close()
        executed = nbformat.read(target if target.exists() else path, as_version=4)
    run = AreaRun(area, executed, error, {}, _recorded(executed))
    run.seconds.update(_seconds(run, time.perf_counter() - began))
    progress(f"{area}: {'FAILED: ' + error if error else 'done'} ({run.seconds['total']:.1f} s)")
    return run


def _seconds(run: AreaRun, total: float) -> dict[str, float]:
    code = [c for c in run.notebook.cells if c.cell_type == "code"]
    spent = [c.metadata.get("papermill", {}).get("duration") or 0.0 for c in code]
    imports = [
        s for c, s in zip(code, spent, strict=True) if "imports" in c.metadata.get("tags", [])
    ]
    inside = run.of("timing")[-1] if run.of("timing") else {}
    return {"total": total, "kernel": total - sum(spent), "imports": sum(imports), **inside}


def _one_line(name: str, message: str) -> str:
    first = (message.strip().splitlines() or [""])[0]
    own = name in ("DataError", "ParameterError", "ReportError", "ShophelmError")
    return first if own else f"{name}: {first}"


def _action(record: dict[str, Any]) -> Action:
    amounts = {k: None if record[k] is None else Decimal(record[k]) for k in WORTH}
    return Action(**(record | amounts | {"due_on": date.fromisoformat(record["due_on"])}))
