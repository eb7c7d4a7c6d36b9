"""What a notebook's cells call: say a sentence, show a table or a figure, record, propose.

Everything recorded travels in the metadata of an empty output: it shows nowhere, nbval does not
compare it, and the runner reads it from the executed notebook.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import Any

import pandas as pd
from IPython.display import HTML, SVG, display, publish_display_data

from shophelm import timing
from shophelm.actions import Action, ranked
from shophelm.report.columns import MOVE, ROW, title_and_unit
from shophelm.shop.calendar import Period
from shophelm.shop.definitions import TERMS
from shophelm.shop.needs import Missing
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, in_unit, money, moved_in_unit, sentence, unknown

KEY, WIDTH = "shophelm", 96
SAID = ("sentence", "headline", "alert")
LEFT = ("text", "term", "day", "month", "yes")
"""Units that read from the left; numbers stand to the right."""
NO_WRAP = " style='text-align:left;white-space:nowrap'"
CLASS_N, ALIGN_LEFT = " class='n'", " style='text-align:left'"


class Page:
    """One notebook's page.

    Parameters
    ----------
    area
        The notebook's area.
    shop
        The shop it is about.
    currency
        ISO code of the shop's currency, shown with amounts.
    """

    def __init__(self, area: str, shop: Tables, *, currency: str) -> None:
        self.area = area
        self.shop = shop
        self.currency = currency
        self._missing: set[Missing] = set()

    def about(self, period: Period, *, owner: str = "") -> None:
        """Record what the report is about: its days, and who answers for it."""
        _emit("about", first=str(period.first), last=str(period.last), owner=owner)

    def say(self, *said: Sentence | Missing | list[Sentence], cut: str = "") -> None:
        """Print sentences, or lists of them; a missing answer prints its line, once.

        A `cut` (channel, product …) names the part of the first page on which they stand too.
        """
        for one in _flat(said):
            if isinstance(one, Missing):
                if one in self._missing:
                    continue
                self._missing.add(one)
            _print(one)
            _emit("sentence", text=str(one), missing=isinstance(one, Missing), cut=cut)

    def headline(self, said: Sentence | Missing) -> None:
        """Print the sentence that stands for this area on the report's first page."""
        _print(said)
        _emit("headline", text=str(said))

    def alert(self, said: Iterable[Sentence] | Missing) -> None:
        """Print what must be known before anything else, and put it on the report's first page."""
        for one in [] if isinstance(said, Missing) else said:
            _print(one)
            _emit("alert", text=str(one))

    def problems(self, found: pd.DataFrame) -> None:
        """Show the problems that matter, and put them on the report's first page."""
        for row in found.to_dict("records"):
            _emit("problem", **{k: _plain(v) for k, v in row.items()})
        self.table(found)

    def outcomes(self, said: dict[str, str] | Missing) -> None:
        """Record how each action turned out, by its number, for the list of earlier actions."""
        for action, text in {} if isinstance(said, Missing) else said.items():
            _emit("outcome", action_id=action, text=text)

    def upcoming(self, days: pd.DataFrame) -> None:
        """Show what the next days bring, and put it on the report's first page."""
        for row in days.to_dict("records"):
            _emit("upcoming", day=str(row["day"]), text=row["what"])
        self.table(days)

    def table(self, frame: pd.DataFrame | Missing, *, most: int = 40) -> None:
        """Show a frame: titles, units, separators, unknown values as –; text is escaped."""
        if isinstance(frame, Missing) or frame.empty:
            return
        shown = frame.head(most)
        head = "".join(_head(c) for c in shown if c != "unit")
        body = "".join(f"<tr>{self._cells(row)}</tr>" for row in shown.to_dict("records"))
        more = f"<p class='more'>{len(frame) - most:,} more rows are not shown.</p>"
        display(
            HTML(
                "<div class='table'><table class='shophelm'>"
                f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
                + (more if len(frame) > most else "")
            )
        )

    def figure(self, draw: Callable, *answers: Any, **options: Any) -> None:
        """Draw a figure and show it as SVG; nothing where an answer is missing or empty."""
        first = answers[0]
        if isinstance(first, Missing) or (isinstance(first, pd.DataFrame) and first.empty):
            return
        with timing.timed("figures"):
            axes = draw(*answers, currency=self.currency, **options)
            figure = axes.figure
            buffer = io.StringIO()
            figure.savefig(buffer, format="svg", metadata={"Date": None})
            _close(figure)
        drawn = re.sub(r"^.*?(?=<svg )", "", buffer.getvalue(), count=1, flags=re.DOTALL)
        drawn = re.sub(r" *<metadata>.*?</metadata>\n?", "", drawn, count=1, flags=re.DOTALL)
        label = escape(axes.get_title(loc="left") or axes.get_title(), quote=True)
        display(SVG(drawn.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)))

    def record(self, figures: Iterable[dict[str, Any]] | Missing) -> None:
        """Record figures for report.json: dicts with name, value, unit and any context."""
        if isinstance(figures, Missing):
            return
        for figure in figures:
            _emit("figure", **{k: _plain(v) for k, v in figure.items()})

    def propose(self, actions: Sequence[Action]) -> None:
        """Show the actions, worth most first, and record them for the ledger."""
        ordered = ranked(actions)
        for action in ordered:
            _emit("action", **action.as_record())
        _emit("timing", **timing.spent())
        if not ordered:
            self.say(sentence("No action is proposed."))
        rows = pd.DataFrame([{c: getattr(a, c) for c in ACTION_COLUMNS} for a in ordered])
        self.table(rows)

    def _cells(self, row: dict[str, Any]) -> str:
        return "".join(self._cell(c, v, row) for c, v in row.items() if c != "unit")

    def _cell(self, column: str, value: Any, row: dict[str, Any]) -> str:
        unit = title_and_unit(column)[1]
        own = row.get("unit", "text")
        if unit == MOVE:
            text = "–" if unknown(value) else moved_in_unit(own, currency=self.currency)(value)
        else:
            text = self._text(own if unit == ROW else unit, value)
        text = escape(str(text))
        if unit in LEFT:
            return f"<td{NO_WRAP if unit in ('day', 'month') else ALIGN_LEFT}>{text}</td>"
        tone = _tone(value, row.get("term")) if unit == "change" else ""
        return f"<td class='n{tone}'>{text}</td>"

    def _text(self, unit: str, value: Any) -> str:
        if unknown(value):
            return "–"
        if unit == "cents":
            return str(money(value, currency=self.currency, cents=True))
        if unit == "term":
            term = TERMS[value]
            return f"{term.title} {term.zh}"
        if unit == "yes":
            return "yes" if value else "no"
        # a column may be named by a word of the shop's that is a measure elsewhere
        if unit in ("text", "day") or isinstance(value, str):
            return str(value)
        if unit == "month":
            return f"{value:%Y-%m}"
        return str(in_unit(unit, currency=self.currency)(value))


ACTION_COLUMNS = (
    "action",
    "owner_role",
    "worth",
    "worth_low",
    "worth_high",
    "worth_in",
    "metric",
    "due_on",
)


def recorded(outputs: Iterable[Any]) -> list[dict[str, Any]]:
    """Read what was recorded from a notebook's outputs, in order."""
    return [o["metadata"][KEY] for o in outputs if KEY in o.get("metadata", {})]


def _flat(said: Iterable[Any]) -> Iterator[Sentence | Missing]:
    for one in said:
        yield from one if isinstance(one, list) else [one]


def _head(column: str) -> str:
    title, unit = title_and_unit(column)
    return f"<th{ALIGN_LEFT if unit in LEFT else CLASS_N}>{escape(title)}</th>"


def _print(said: Sentence | Missing) -> None:
    """Print a sentence in lines of their own making: JupyterLab would break them inside words."""
    print(textwrap.fill(str(said), WIDTH, break_on_hyphens=False))


def _emit(what: str, **fields: Any) -> None:
    publish_display_data(data={}, metadata={KEY: {"what": what, **fields}})


def _plain(value: Any) -> Any:
    """Make a value JSON can hold: decimals and days as text, the unknown as null."""
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if unknown(value):
        return None
    if isinstance(value, str | bool | int | float):
        return value
    return value.item() if hasattr(value, "item") else str(value)


def _tone(value: Any, term: str | None) -> str:
    if unknown(value) or abs(value) < 0.0005:
        return ""
    good = TERMS[term].more_is_better if term else True
    return " up" if (value > 0) == good else " down"


def _close(figure: Any) -> None:
    from matplotlib import pyplot

    pyplot.close(figure)
