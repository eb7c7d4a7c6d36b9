"""Notebooks run headless: failures stay with their notebook, publication is all or nothing."""

import json
import re
import subprocess
import sys

import nbformat
import pytest

from shophelm.errors import ParameterError, ReportError
from shophelm.report import kernels, publish, runner
from shophelm.report.folder import publishing
from shophelm.report.parameters import parameters_of
from shophelm.report.runner import find_notebooks
from tests.hand_shop import HAND_SHOP

PARAMETERS = """data: str = "x"  # the shop
as_of: str = "2026-11-15"  # last day
currency: str = "CNY"  # currency"""
OPEN = """from shophelm.notebook import Page, open_shop
shop = open_shop(data, as_of=as_of)
page = Page("store", shop, currency=currency)"""


def notebook(path, *cells):
    made = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
    made += [nbformat.v4.new_code_cell(c) for c in cells]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=spec), path)


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setattr(runner, "notebooks_folder", lambda: folder)
    said = "from shophelm.words import sentence\npage.headline(sentence('All is {w}.', w='well'))"
    notebook(folder / "data.ipynb", OPEN, said, "page.propose([])")
    return folder


def run(shop_folder, out, **options):
    return publish.report(str(shop_folder), as_of="2026-11-15", out=out, **options)


def test_a_failing_notebook_is_shown_in_place_and_the_others_stand(notebooks, write, tmp_path):
    notebook(notebooks / "store.ipynb", OPEN, "1 / 0")
    out = tmp_path / "out"
    runs = run(write(**HAND_SHOP), out)
    assert {r.area: r.error for r in runs} == {
        "store": "ZeroDivisionError: division by zero",
        "data": "",
    }
    index = (out / "index.html").read_text()
    assert "The store notebook failed:</b> ZeroDivisionError: division by zero" in index
    assert "All is well." in index
    assert "This notebook failed" in (out / "store.html").read_text()
    assert json.loads((out / "report.json").read_text())["areas"]["store"]["error"]


def test_cells_with_a_page_s_tag_stand_alone_too_where_they_show_something(
    notebooks, write, tmp_path
):
    path = notebooks / "store.ipynb"
    notebook(path, OPEN, "page.say(sentence('Told to {w}.', w='all'))", "pass", "print('quiet')")
    made = nbformat.read(path, as_version=4)
    made.cells[1].source += "\nfrom shophelm.words import sentence"
    made.cells[2].metadata["tags"] = ["page:case"]
    made.cells[3].metadata["tags"] = ["page:empty"]
    nbformat.write(made, path)
    out = tmp_path / "out"
    run(write(**HAND_SHOP), out)
    case = (out / "store-case.html").read_text()
    assert "Told to all." in case
    assert "quiet" not in case
    assert "<summary>code" not in case
    assert not (out / "store-empty.html").exists()
    assert '<a href="store-case.html">' in (out / "store.html").read_text()


def test_an_error_of_ours_is_one_line_without_a_traceback(notebooks, write, tmp_path):
    notebook(notebooks / "store.ipynb", OPEN, "shop.require('stock')")
    failed = run(write(**HAND_SHOP), tmp_path / "out", areas=["store"])[0]
    assert failed.error == (
        "This shop has no stock. Where to get it: the warehouse system's daily stock, or Shopify "
        "› Inventory › Export."
    )
    errors = [
        o for c in failed.notebook.cells for o in c.get("outputs", []) if o.output_type == "error"
    ]
    assert [e.traceback for e in errors] == [[f"DataError: {failed.error}"]]


def test_a_kernel_that_dies_is_said_to_have_died(notebooks, write, tmp_path):
    notebook(notebooks / "store.ipynb", "import os", "os._exit(1)")
    failed = run(write(**HAND_SHOP), tmp_path / "out", areas=["store"])[0]
    assert failed.error == "DeadKernelError: Kernel died"


def test_an_unknown_parameter_stops_everything_before_it_runs(notebooks, write, tmp_path):
    with pytest.raises(ParameterError) as caught:
        run(write(**HAND_SHOP), tmp_path / "out", parameters={"curency": "EUR"})
    assert str(caught.value) == (
        "No notebook has a parameter 'curency'. Did you mean currency? There are: currency."
    )
    assert not (tmp_path / "out").exists()


def test_an_unknown_area_is_refused(notebooks):
    with pytest.raises(ParameterError) as caught:
        find_notebooks(["sotre"])
    assert str(caught.value) == "There is no area 'sotre'. There are: data."


def test_a_report_replaces_a_report_but_nothing_else(notebooks, write, tmp_path):
    out, shop = tmp_path / "out", write(**HAND_SHOP)
    run(shop, out, areas=["data"])
    run(shop, out, areas=["data"])
    (out / "report.json").unlink()
    with pytest.raises(ReportError) as caught:
        run(shop, out, areas=["data"])
    assert str(caught.value) == (
        f"{out} holds other things than a report, and a report replaces its folder. Give an "
        "empty or a new folder with --out."
    )


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "out"
    with pytest.raises(ReportError) as caught, publishing(out):
        pass
    assert str(caught.value) == (
        f"The report cannot be written to {out} (File exists). Give another folder with --out."
    )


def test_what_fails_half_way_leaves_the_old_report(tmp_path):
    out = tmp_path / "out"
    with publishing(out) as draft:
        (draft / "report.json").write_text("old")
    with pytest.raises(ZeroDivisionError), publishing(out) as draft:
        (draft / "report.json").write_text("half")
        raise ZeroDivisionError
    assert (out / "report.json").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_the_ledger_carries_on_and_needs_a_folder(notebooks, write, tmp_path):
    shop = write(**HAND_SHOP)
    with pytest.raises(ReportError) as caught:
        run(shop, tmp_path / "out", ledger=str(tmp_path / "gone" / "actions.xlsx"))
    assert str(caught.value) == (
        f"The ledger {tmp_path}/gone/actions.xlsx cannot be written: there is no folder "
        f"{tmp_path}/gone. Make it, or name another file with --ledger."
    )
    run(shop, tmp_path / "out", areas=["data"])
    assert (shop / "actions.xlsx").exists()


@pytest.mark.parametrize("forks", [kernels.FORKS, False], ids=["forked", "ordinary"])
def test_each_kernel_is_fresh_and_finds_what_its_report_finds(
    notebooks, write, tmp_path, monkeypatch, forks
):
    monkeypatch.setattr(kernels, "FORKS", forks)
    monkeypatch.chdir(tmp_path)
    look = f"""import os, pathlib, shophelm
assert pathlib.Path.cwd() == pathlib.Path({str(tmp_path)!r})
assert os.environ["OF_THIS_TEST"] == "new"
assert not hasattr(shophelm, "spoilt")
shophelm.spoilt = True"""
    notebook(notebooks / "data.ipynb", look)
    # the fork server, if there is one, started before
    run(write(**HAND_SHOP), tmp_path / "out", areas=["data"])
    monkeypatch.setenv("OF_THIS_TEST", "new")
    for _ in range(2):
        (only,) = run(write(**HAND_SHOP), tmp_path / "out", areas=["data"])
        assert only.error == ""


def test_a_script_that_asks_for_a_report_is_not_run_again_by_its_kernels(
    notebooks, tmp_path, write
):
    script = tmp_path / "ask.py"
    script.write_text(
        "print('asked once')\n"
        "from pathlib import Path\n"
        "from shophelm.report import publish, runner\n"
        f"runner.notebooks_folder = lambda: Path({str(notebooks)!r})\n"
        f"publish.report({str(write(**HAND_SHOP))!r}, as_of='2026-11-15', "
        f"out=Path({str(tmp_path / 'out')!r}))\n"
    )
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "asked once\n"), ran.stderr


def test_every_parameter_that_names_a_file_is_known_as_such():
    """A notebook that writes a file of its own may not be taken for one that has run already."""
    named = {
        name
        for path in find_notebooks().values()
        for name, parameter in parameters_of(path).items()
        if re.search(r"\b(file|workbook|ledger)\b", parameter.help) and name != "data"
    }
    assert named == {*runner.READ, *runner.FILES}
