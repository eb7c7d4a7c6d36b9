"""A notebook's parameters, checked before anything runs: papermill itself checks nothing."""

from __future__ import annotations

import ast
import difflib
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from shophelm.errors import ParameterError, ReportError

OPTIONS = {"data": "--data", "as_of": "--as-of", "ledger": "--ledger"}
"""Parameters of every notebook that the command line gives by options of their own."""
TYPES = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, type, default and what it means."""

    name: str
    type: str
    default: Any
    help: str


def parameters_of(notebook: Path) -> dict[str, Parameter]:
    """Read the parameters of a notebook from its cell tagged `parameters`.

    Raises
    ------
    ReportError
        If there is no such cell, or a line of it is not `name: type = literal`.
    """
    cells = nbformat.read(notebook, as_version=4).cells
    tagged = [c for c in cells if "parameters" in c.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise ReportError(
            f"{notebook.name} has {len(tagged)} cells tagged `parameters`; it needs one."
        )
    source = tagged[0].source
    meanings = _comments(source)
    found = {}
    for node in ast.parse(source).body:
        try:
            kind, default = node.annotation.id, ast.literal_eval(node.value)
            found[node.target.id] = Parameter(
                node.target.id, kind, default, meanings.get(node.lineno, "")
            )
        except (AttributeError, ValueError):
            raise ReportError(
                f"{notebook.name}: line {node.lineno} of the parameters is not written "
                "`name: type = literal`."
            ) from None
    return found


def check_parameters(
    given: Mapping[str, str], notebooks: Mapping[str, Mapping[str, Parameter]]
) -> dict[str, dict[str, Any]]:
    """Give each notebook the parameters it knows, converted to their types.

    Parameters
    ----------
    given
        Name → text, from the command line.
    notebooks
        Area → its parameters.

    Raises
    ------
    ParameterError
        If no notebook knows a name, a text is not of its type, or there is an option for it.
    """
    every = {n: p for own in notebooks.values() for n, p in own.items() if n not in OPTIONS}
    for name in given:
        if name in OPTIONS:
            raise ParameterError(f"{name} is not given with -p. Give it with {OPTIONS[name]}.")
        if name not in every:
            near = difflib.get_close_matches(name, every, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ParameterError(
                f"No notebook has a parameter {name!r}.{hint} There are: "
                f"{', '.join(sorted(every))}."
            )
    return {
        area: {n: _convert(own[n], text) for n, text in given.items() if n in own}
        for area, own in notebooks.items()
    }


def _convert(parameter: Parameter, text: str) -> Any:
    if parameter.type == "bool":
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
    else:
        try:
            return TYPES[parameter.type](text)
        except ValueError:
            pass
    meaning = f"It is: {parameter.help}; by" if parameter.help else "By"
    raise ParameterError(
        f"The parameter {parameter.name} is {text!r}, which is not of type {parameter.type}. "
        f"{meaning} default {parameter.default!r}."
    )


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}
