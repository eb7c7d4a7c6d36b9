"""One report, from a shop to a published folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import nbformat
import pandas as pd

from shophelm import __version__
from shophelm.errors import ReportError
from shophelm.report.first_page import index_page
from shophelm.report.folder import MARK, publishing
from shophelm.report.html import Heading, area_page, own_pages
from shophelm.report.ledger import ledger_path, merge, read_ledger, write_ledger
from shophelm.report.runner import AreaRun, find_notebooks, run_notebooks
from shophelm.report.sheets import write_sheet
from shophelm.shop.calendar import parse_day
from shophelm.shop.tables import open_shop


def report(
    data: str,
    *,
    as_of: str | date,
    out: str | Path,
    areas: Sequence[str] = (),
    parameters: Mapping[str, str] | None = None,
    ledger: str | None = None,
    jobs: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[AreaRun]:
    """Run the notebooks on a shop and publish what they say, all of it or nothing.

    Parameters
    ----------
    data
        The shop: a folder, a DuckDB file or an Ibis URL.
    as_of
        Last day that counts.
    out
        The report's folder; an earlier report in it is replaced.
    areas
        Areas to run; by default every one that has a notebook.
    parameters
        Further notebook parameters, as text.
    ledger
        The ledger's file; by default the `actions` file in the shop's folder.
    jobs
        Kernels at a time.
    progress
        Called with a line of progress.

    Returns
    -------
    list of AreaRun
        What each notebook did; one that failed has an error, and the others stand.

    Raises
    ------
    ShophelmError
        Before anything runs: a parameter, the shop, the ledger or the folder is not as it must be.
    """
    day, out = parse_day(as_of), Path(out).absolute()
    notebooks = find_notebooks(areas)
    data = _absolute(data)
    shop = open_shop(data, as_of=day)
    for why in shop.unusable.values():
        progress(f"{why} Until then the report does without it.")
    kept = ledger_path(data, ledger)
    before = _ledger_before(kept, data)
    with publishing(out) as draft:
        runs = run_notebooks(
            notebooks,
            data=data,
            as_of=day,
            ledger=str(kept.absolute()) if kept else "",
            shop=shop,
            given=parameters,
            jobs=jobs,
            progress=progress,
        )
        after = merge(before, {r.area: r.actions for r in runs}, as_of=day)
        heading = Heading(
            _shop_name(data),
            day,
            (parameters or {}).get("currency") or shop.currency,
            kept.name if kept else "",
        )
        own = {data: heading.shop} | ({str(kept.absolute()): kept.name} if kept else {})
        _write(draft, runs, heading, names=own, before=before)
        if kept and (after.to_dict("records") != before.to_dict("records") or not kept.exists()):
            write_ledger(after, kept)
    return runs


def _ledger_before(kept: Path | None, data: str) -> pd.DataFrame:
    """Read the ledger; a new one named by the user starts from the shop's own."""
    if kept is None:
        return read_ledger(None)
    if not kept.parent.is_dir():
        raise ReportError(
            f"The ledger {kept} cannot be written: there is no folder {kept.parent}. Make it, or "
            "name another file with --ledger."
        )
    own = ledger_path(data, None)
    return read_ledger(kept if kept.exists() or own is None else own)


def _write(
    draft: Path,
    runs: Sequence[AreaRun],
    heading: Heading,
    *,
    names: Mapping[str, str],
    before: pd.DataFrame,
) -> None:
    runs = [_named(run, names) for run in runs]
    for run in runs:
        _save(draft / f"{run.area}.html", area_page(run, heading))
        for name, page in own_pages(run, heading).items():
            _save(draft / f"{name}.html", page)
        _save(draft / f"{run.area}.ipynb", nbformat.writes(run.notebook) + "\n")
    _save(draft / "index.html", index_page(runs, heading, ledger=before))
    actions = pd.DataFrame(
        [{"area": r.area} | {f: getattr(a, f) for f in _FIELDS} for r in runs for a in r.actions],
        columns=["area", *_FIELDS],
        dtype=object,
    )
    write_sheet(actions, draft / "actions.csv")
    write_sheet(actions, draft / "actions.xlsx")
    _save(draft / MARK, _json(runs, heading))


_FIELDS = (
    "kind",
    "subject",
    "action",
    "owner_role",
    "worth",
    "worth_low",
    "worth_high",
    "worth_in",
    "metric",
    "due_on",
)


def _named(run: AreaRun, names: Mapping[str, str]) -> AreaRun:
    """Put names in the place of addresses, which may hold a password and are nobody's business."""
    text = nbformat.writes(run.notebook)
    for address, name in sorted(names.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(json.dumps(address)[1:-1], name)
    return replace(run, notebook=nbformat.reads(text, as_version=4))


def _save(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _json(runs: Sequence[AreaRun], heading: Heading) -> str:
    areas = {
        run.area: {
            "error": run.error or None,
            "headline": next((h["text"] for h in run.of("headline")), None),
            "alerts": [a["text"] for a in run.of("alert")],
            "figures": {f.pop("name"): f for f in run.of("figure")},
            "sentences": [s["text"] for s in run.of("sentence")],
            "actions": run.of("action"),
        }
        for run in runs
    }
    whole = {
        "shophelm": __version__,
        "shop": heading.shop,
        "as_of": str(heading.as_of),
        "currency": heading.currency,
        "areas": areas,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _absolute(data: str) -> str:
    return data if "://" in data else str(Path(data).absolute())


def _shop_name(data: str) -> str:
    """Name the shop by its folder or file, never by an address that may hold a password."""
    return data.partition("://")[0] if "://" in data else Path(data).name
