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
    return render("area.html.j2", heading, area=run.area, error=run.error, cells=cells)


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
    shown = [_output(o) for o in outputs if not (said and o.output_type == "stream")]
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
