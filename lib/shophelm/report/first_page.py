"""The first page: all that its readers get to see of a week, in the order they know it in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from shophelm.actions import Action, ranked
from shophelm.figures.sparkline import sparkline
from shophelm.report.html import Heading, render
from shophelm.report.runner import AreaRun
from shophelm.shop.definitions import TERMS, Term
from shophelm.words import change, in_unit, listing, money, rate, spoken, unknown

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
MOST_ACTIONS, MOST_EARLIER = 10, 8
CUTS = ("channel", "product", "customer", "campaign")


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

    def of(what: str) -> list[dict[str, Any]]:
        return [record for run in runs for record in run.of(what)]

    currency = heading.currency
    proposed = [(run.area, action) for run in runs for action in run.actions]
    order = {id(a): i for i, a in enumerate(ranked([a for _, a in proposed]))}
    proposed.sort(key=lambda pair: order[id(pair[1])])
    figures = {f["name"]: f for f in of("figure")}
    told = {o["action_id"]: o["text"] for o in of("outcome")}
    return render(
        "index.html.j2",
        heading,
        failed=[r for r in runs if r.error],
        about=next(iter(of("about")), None),
        alerts=[a["text"] for a in of("alert")],
        cuts=[(cut, [s["text"] for s in of("sentence") if s["cut"] == cut]) for cut in CUTS],
        problems=[_problem(p, currency) for p in of("problem")],
        upcoming=of("upcoming"),
        cards=[_card(figures[n], currency) for n in CARDS if n in figures],
        actions=[_action(area, a, currency) for area, a in proposed[:MOST_ACTIONS]],
        unasked=len({s["text"] for s in of("sentence") if s["missing"]}),
        more=max(0, len(proposed) - MOST_ACTIONS),
        earlier=_earlier(ledger, told, currency),
        ledger=heading.ledger,
        runs=[{"area": r.area, "headline": _headline(r)} for r in runs],
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
        "area": spoken(area),
        "action": action.action,
        "worth": worth,
        "interval": interval,
        "owner": action.owner_role,
        "metric": action.metric,
        "due": str(action.due_on),
    }


def _problem(problem: dict[str, Any], currency: str) -> dict[str, str]:
    amount = problem["worth"]
    return {
        "text": problem["problem"],
        "evidence": problem["evidence"],
        "worth": "" if amount is None else str(money(float(amount), currency=currency)),
        "of": problem["worth_of"],
    }


def _earlier(ledger: pd.DataFrame, told: dict[str, str], currency: str) -> list[dict[str, str]]:
    """Show the open and the done actions, latest first; one that stands for many subjects once.

    What was rejected needs no follow-up.
    """
    kept = [a for a in ledger.to_dict("records") if a["status"] != "rejected"]
    kept.sort(key=lambda a: (a["done_on"] or a["proposed_on"], a["action_id"]), reverse=True)
    alike: dict[tuple, list[dict[str, Any]]] = {}
    for action in kept:
        same = tuple(action[k] for k in ("area", "kind", "action", "status", "proposed_on"))
        alike.setdefault(same, []).append(action)
    return [_one_earlier(group, told, currency) for group in list(alike.values())[:MOST_EARLIER]]


def _one_earlier(
    group: list[dict[str, Any]], told: dict[str, str], currency: str
) -> dict[str, str]:
    first = group[0]
    known = [a["worth"] for a in group if a["worth"] is not None]
    done = f", done {first['done_on']}" if first["done_on"] else ""
    # those done together are told of together
    outcome = next((told[a["action_id"]] for a in group if a["action_id"] in told), "")
    return {
        "action": first["action"],
        "about": listing([a["subject"] for a in group]),
        "status": first["status"],
        "worth": str(money(sum(known) if known else None, currency=currency)),
        "when": f"proposed {first['proposed_on']}{done}",
        "outcome": outcome,
    }


def _headline(run: AreaRun) -> str:
    if run.error:
        return f"Failed: {run.error}"
    return next((h["text"] for h in run.of("headline")), "No headline was recorded.")


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, str) else value


def _tone(value: float, term: Term) -> str:
    if abs(value) < 0.0005:
        return ""
    return "up" if (value > 0) == term.more_is_better else "down"
