"""One page per area: the executed notebook, code folded away. No network needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
import mistune
from markupsafe import Markup

from shophelm import __version__
from shophelm.report.page import SAID, recorded
from shophelm.report.runner import AreaRun

OWN_PAGE = "page:"
"""Begins the tag of cells that make a page of their own, too."""
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Heading:
    """What every page of a report says of itself: the shop, its day, currency and ledger."""

    shop: str
    as_of: date
    currency: str
    ledger: str = ""


def area_page(run: AreaRun, heading: Heading) -> str:
    """Render one area's executed notebook: code folded away, figures inside the page."""
    cells = [_cell(c) for c in _told(run.notebook)]
    more = sorted(own_pages(run, heading))
    return render("area.html.j2", heading, area=run.area, error=run.error, cells=cells, more=more)


def own_pages(run: AreaRun, heading: Heading) -> dict[str, str]:
    """Render the parts of a notebook that stand alone.

    Cells tagged `page:NAME` make the page NAME; none is made where its cells show nothing.

    Returns
    -------
    dict
        File name without its end (`team-dossier`) → the page.
    """
    parts: dict[str, list[Any]] = {}
    for cell in _told(run.notebook):
        for tag in cell.metadata.get("tags", []):
            if tag.startswith(OWN_PAGE):
                parts.setdefault(f"{run.area}-{tag.removeprefix(OWN_PAGE)}", []).append(_cell(cell))
    shown = {name: cells for name, cells in parts.items() if any(c.get("outputs") for c in cells)}
    return {
        name: render("own.html.j2", heading, area=run.area, cells=cells)
        for name, cells in shown.items()
    }


def render(template: str, heading: Heading, **values: Any) -> str:
    """Fill a template with what every page has, and with values of its own."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    page = environment.get_template(template)
    return page.render(
        style=Markup(style),
        version=__version__,
        shop=heading.shop,
        as_of=heading.as_of,
        **values,
    )


def _cell(cell: Any) -> dict[str, Any]:
    if cell.cell_type == "markdown":
        return {"markdown": mistune.html(cell.source)}
    outputs = cell.get("outputs", [])
    said = [r["text"] for r in recorded(outputs) if r["what"] in SAID]
    kept = [o for o in outputs if not (said and o.output_type == "stream")]
    shown = [out for o in kept if any((out := _output(o)).values())]
    return {"source": cell.source, "outputs": [*([{"said": said}] if said else []), *shown]}


def _output(output: Any) -> dict[str, Any]:
    data = output.get("data", {})
    if output.output_type == "stream" and output.name == "stdout":
        return {"said": output.text.strip().splitlines()}
    if output.output_type == "error":
        return {
            "error": f"{output.ename}: {output.evalue.splitlines()[0] if output.evalue else ''}"
        }
    return {"svg": data.get("image/svg+xml"), "html": data.get("text/html")}


def _told(notebook: Any) -> list[Any]:
    """Leave out the defaults where the run was given parameters of its own."""
    tags = [c.metadata.get("tags", []) for c in notebook.cells]
    given = any("injected-parameters" in t for t in tags)
    return [
        c for c, t in zip(notebook.cells, tags, strict=True) if not (given and "parameters" in t)
    ]
