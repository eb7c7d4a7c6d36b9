"""Every notebook is built alike; nbval holds its text against what is committed."""

import ast
import re

import nbformat
import pytest

from shophelm.report.parameters import parameters_of
from tests.conftest import ROOT
from tests.notebooks.refresh import COMPARED, compared_only

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
MOST_CELLS, MOST_LINES = 26, 8


def cells(path, kind=None):
    every = nbformat.read(path, as_version=4).cells
    return [c for c in every if kind in (None, c.cell_type)]


def headings(path):
    text = "\n".join(c.source for c in cells(path, "markdown"))
    return re.findall(r"^(#+ .*)$", text, flags=re.MULTILINE)


def sections(path):
    """Heading → the code cells under it."""
    found, current = {}, None
    for cell in cells(path):
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            current = cell.source.splitlines()[0]
            found[current] = []
        elif cell.cell_type == "code" and current:
            found[current].append(cell)
    return found


@each
def test_it_begins_with_its_area_and_question(path):
    area = path.stem.replace("_", " ").capitalize()
    assert re.fullmatch(rf"# {area}: .*\?", headings(path)[0])
    assert headings(path)[1:3] == ["## Parameters", "## Can we trust the data?"]


@each
def test_it_ends_in_what_to_do(path):
    assert headings(path)[-1] == "## What to do"
    assert "page.propose(" in cells(path, "code")[-1].source


@each
def test_sections_are_questions(path):
    assert [h for h in headings(path)[3:-1] if not h.endswith("?")] == []


@each
def test_parameters_are_literals_with_a_meaning_and_as_of_is_one(path):
    parameters = parameters_of(path)
    assert {"data", "as_of"} <= set(parameters)
    assert all(p.help and p.name.islower() for p in parameters.values())


@each
def test_every_section_compares_some_text(path):
    without = [
        h
        for h, code in sections(path).items()
        if h != "## Parameters" and not any(COMPARED in c.metadata.get("tags", []) for c in code)
    ]
    assert without == []


@each
def test_compared_cells_have_run_and_said_something(path):
    for cell in cells(path, "code"):
        if COMPARED in cell.metadata.get("tags", []):
            assert cell.execution_count, cell.source
            # a cell that only raises alerts may have nothing to say
            assert cell.outputs, cell.source


@each
def test_cells_only_call_and_are_short(path):
    code = cells(path, "code")
    assert len(code) <= MOST_CELLS
    for cell in code:
        lines = [line for line in cell.source.splitlines() if line.strip()]
        listed = {"parameters", "imports"} & set(cell.metadata.get("tags", []))
        assert listed or len(lines) <= MOST_LINES, cell.source
        nodes = list(ast.walk(ast.parse(cell.source)))
        banned = (ast.FunctionDef, ast.For, ast.While, ast.If, ast.Lambda, ast.ListComp, ast.With)
        assert not any(isinstance(n, banned) for n in nodes), cell.source
        assert "pandas" not in cell.source


@each
def test_a_sentence_stands_before_the_cells_of_a_section(path):
    before = None
    for cell in cells(path):
        if before is not None and before.source.startswith("## "):
            assert before.cell_type != "markdown" or len(before.source.splitlines()) > 1
        before = cell


@each
def test_nothing_is_committed_but_compared_text(path):
    committed = path.read_text(encoding="utf-8")
    assert committed == compared_only(nbformat.reads(committed, as_version=4))
    assert "Warning" not in committed
    assert '"stderr"' not in committed
    assert not re.search(r'"[^"]*(/home/|/work/|/root/|/tmp/|C:\\\\)', committed)
