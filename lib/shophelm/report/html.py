"""The pages: a first page for the manager's phone, and one page per area. No network needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
import mistune
import pandas as pd
from markupsafe import Markup

from shophelm import __version__
from shophelm.actions import Action, ranked
from shophelm.figures.sparkline import sparkline
from shophelm.report.page import SAID, recorded
from shophelm.report.runner import AreaRun
from shophelm.shop.definitions import TERMS, Term
from shophelm.words import change, in_unit, listing, money, rate, unknown

CARDS = (
    "gmv_paid",
    "visitors",
    "pay_conversion",
    "spend_per_buyer",
    "uv_value",
    "repurchase_rate",
    "return_rate",
    "gmv_settled",
)
AGAINST = (
    ("before_change", "vs before"),
    ("last_year_phase_change", "vs last year"),
)
TEMPLATES = Path(__file__).parent / "templates"
MOST_ACTIONS, MOST_EARLIER = 10, 12


@dataclass(frozen=True, slots=True)
class Heading:
    """What every page of a report says of itself: the shop, its day, currency and ledger."""

    shop: str
    as_of: date
    currency: str
    ledger: str = ""


def index_page(runs: Sequence[AreaRun], heading: Heading, *, ledger: pd.DataFrame) -> str:
    """Render the first page.

    Parameters
    ----------
    runs
        What the notebooks did.
    heading
        The report's own facts.
    ledger
        As it was before this run: its actions are the earlier ones.
    """
    currency = heading.currency
    proposed = [(run.area, action) for run in runs for action in run.actions]
    order = {id(a): i for i, a in enumerate(ranked([a for _, a in proposed]))}
    proposed.sort(key=lambda pair: order[id(pair[1])])
    figures = {f["name"]: f for run in runs for f in run.of("figure")}
    return _render(
        "index.html.j2",
        heading,
        failed=[r for r in runs if r.error],
        alerts=[a["text"] for r in runs for a in r.of("alert")],
        cards=[_card(figures[n], currency) for n in CARDS if n in figures],
        actions=[_action(area, a, currency) for area, a in proposed[:MOST_ACTIONS]],
        unasked=len({s["text"] for r in runs for s in r.of("sentence") if s["missing"]}),
        more=max(0, len(proposed) - MOST_ACTIONS),
        earlier=_earlier(ledger, currency),
        ledger=heading.ledger,
        runs=[{"area": r.area, "headline": _headline(r)} for r in runs],
    )


def area_page(run: AreaRun, heading: Heading) -> str:
    """Render one area's executed notebook: code folded away, figures inside the page."""
    cells = [_cell(c) for c in _told(run.notebook)]
    return _render("area.html.j2", heading, area=run.area, error=run.error, cells=cells)


def _render(template: str, heading: Heading, **values: Any) -> str:
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


def _card(figure: dict[str, Any], currency: str) -> dict[str, Any]:
    term = TERMS[figure["name"]]
    show = in_unit(term.unit, currency=currency)
    attainment = figure.get("attainment")
    return {
        "title": term.title,
        "zh": term.zh,
        "value": show(_number(figure["value"])),
        "against": [
            {"label": label, "change": change(figure[key]), "tone": _tone(figure[key], term)}
            for key, label in AGAINST
            if not unknown(figure.get(key))
        ],
        "target": "" if unknown(attainment) else show(_number(figure["target"])),
        "reached": "" if unknown(attainment) else rate(attainment, digits=0),
        "width": 0 if unknown(attainment) else round(min(1, max(0, attainment)) * 100),
        "sparkline": sparkline([v if v is None else float(v) for v in figure["trend"]]),
    }


def _action(area: str, action: Action, currency: str) -> dict[str, str]:
    worth, interval = "worth not known", ""
    if action.worth is not None:
        worth = f"{money(action.worth, currency=currency)} {action.worth_in} over 28 days"
        low, high = (money(v, currency=currency) for v in (action.worth_low, action.worth_high))
        interval = f"80% interval {low} to {high}" if action.worth_low is not None else ""
    return {
        "area": area.replace("_", " "),
        "action": action.action,
        "worth": worth,
        "interval": interval,
        "owner": action.owner_role,
        "metric": action.metric,
        "due": str(action.due_on),
    }


def _earlier(ledger: pd.DataFrame, currency: str) -> list[dict[str, str]]:
    """Show the open and the done actions, latest first; one that stands for many subjects once.

    What was rejected needs no follow-up.
    """
    kept = [a for a in ledger.to_dict("records") if a["status"] != "rejected"]
    kept.sort(key=lambda a: (a["proposed_on"], a["action_id"]), reverse=True)
    alike: dict[tuple, list[dict[str, Any]]] = {}
    for action in kept:
        same = tuple(action[k] for k in ("area", "kind", "action", "status", "proposed_on"))
        alike.setdefault(same, []).append(action)
    return [_one_earlier(group, currency) for group in list(alike.values())[:MOST_EARLIER]]


def _one_earlier(group: list[dict[str, Any]], currency: str) -> dict[str, str]:
    first = group[0]
    known = [a["worth"] for a in group if a["worth"] is not None]
    done = f", done {first['done_on']}" if first["done_on"] else ""
    outcome = f"Whether it worked is not measured yet; its figure is {first['metric']}."
    return {
        "action": first["action"],
        "about": listing([a["subject"] for a in group]),
        "status": first["status"],
        "worth": str(money(sum(known) if known else None, currency=currency)),
        "when": f"proposed {first['proposed_on']}{done}",
        "outcome": outcome if first["status"] == "done" else "",
    }


def _headline(run: AreaRun) -> str:
    if run.error:
        return f"Failed: {run.error}"
    return next((h["text"] for h in run.of("headline")), "No headline was recorded.")


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


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, str) else value


def _tone(value: float, term: Term) -> str:
    if abs(value) < 0.0005:
        return ""
    return "up" if (value > 0) == term.more_is_better else "down"
