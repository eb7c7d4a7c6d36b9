"""The project's own promises: set-up files agree, pages are fresh, rooms import only forwards."""

import ast
import itertools
import re
import shutil
import subprocess
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from rattler import MatchSpec

from tests.conftest import ROOT
from tests.generated import PAGES

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())
LIB = ROOT / "lib" / "shophelm"

# in the order data flows; a room imports only from itself and from rooms before it
ROOMS = (
    ("errors", "timing", "cores", "words", "actions"),
    ("shop",),
    ("methods",),
    ("strategy", "store", "promotion", "user", "supply_chain", "data", "team"),
    ("figures",),
    ("report",),
    ("notebook",),
    ("simulate",),
    ("cli", "__main__"),
)


def requirement(text):
    return Requirement(text)


def declared():
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    every = [*project["dependencies"], *extras["lab"], *PROJECT["dependency-groups"]["dev"]]
    return {r.name: r for r in map(requirement, every)}


def conda_specs():
    return [d for d in CONDA["dependencies"] if isinstance(d, str)]


def pip_specs():
    return next(d["pip"] for d in CONDA["dependencies"] if isinstance(d, dict))


def test_every_conda_spec_is_valid():
    for spec in conda_specs():
        assert MatchSpec(spec).name is not None


def test_conda_and_pyproject_ask_for_the_same_versions():
    ours = declared()
    for spec in conda_specs():
        name, versions = re.fullmatch(r"([a-z0-9-]+)(.*)", spec).groups()
        if name == "python":
            assert versions == PROJECT["project"]["requires-python"]
        elif name != "pip":
            assert set(versions.split(",")) == {str(s) for s in ours[name].specifier}, name
    for spec in pip_specs():
        if not spec.startswith("--editable"):
            r = requirement(spec)
            assert (r.specifier, r.extras) == (ours[r.name].specifier, ours[r.name].extras)


def test_conda_installs_this_package_and_what_the_user_fixed():
    assert "--editable .[cjk]" in pip_specs()
    names = {re.match(r"[a-z0-9-]+", s).group() for s in conda_specs()}
    assert {"jupyterlab", "pandas", "seaborn", "scikit-learn", "papermill", "nbval"} <= names


def test_the_lock_is_of_this_pyproject():
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    own = next(p for p in locked if p["name"] == "shophelm")
    assert {d["name"] for d in own["metadata"]["requires-dist"]} == {
        r.name
        for text in [
            *PROJECT["project"]["dependencies"],
            *itertools.chain(*PROJECT["project"]["optional-dependencies"].values()),
        ]
        if (r := requirement(text))
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_generated_pages_are_fresh(page):
    assert page.read_text(encoding="utf-8") == PAGES[page](), "run `make docs`"


def room_of(module):
    part = module.split(".")[1] if "." in module else ""
    return next((i for i, names in enumerate(ROOMS) if part in names), 0)


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names)


def test_every_room_stands_in_the_line():
    rooms = {p.stem for p in LIB.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert rooms - {"__init__"} <= {name for names in ROOMS for name in names}


def test_modules_import_only_from_rooms_before_theirs():
    wrong = []
    for path in LIB.rglob("*.py"):
        own = "shophelm." + ".".join(path.relative_to(LIB).with_suffix("").parts)
        for imported in imports_of(path):
            if imported.startswith("shophelm.") and room_of(imported) > room_of(own):
                wrong.append(f"{own} imports {imported}")
    assert wrong == []


def test_areas_do_not_import_each_other():
    areas = ROOMS[3]
    wrong = [
        f"{path.name} imports {imported}"
        for area in areas
        for path in (LIB / area).glob("*.py")
        for imported in imports_of(path)
        if imported.split(".")[0] == "shophelm"
        and imported.split(".")[1:2] != [area]
        and imported.split(".")[1:2]
        and imported.split(".")[1] in areas
    ]
    assert wrong == []


def test_only_the_command_line_reads_the_clock():
    clock = re.compile(r"\b(date\.today|datetime\.(now|utcnow|today)|Timestamp\.now|time\.time)\(")
    readers = [
        str(p.relative_to(LIB)) for p in LIB.rglob("*.py") if clock.search(p.read_text("utf-8"))
    ]
    assert readers == ["cli.py"]


def test_the_architecture_names_every_room_and_no_other():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawn = re.search(r"```\nlib/shophelm\n(.*?)```", text, flags=re.DOTALL).group(1)
    named = set(re.findall(r"^  ([a-z_]+)(?:/|\.py)", drawn, flags=re.MULTILINE))
    there = {p.stem for p in LIB.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()} - {
        "__init__",
        "__main__",
    }
    assert named == there


def test_paths_that_the_papers_name_exist():
    for paper in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
        for path in re.findall(r"`([a-z_.]+/[\w./-]+)`", (ROOT / paper).read_text("utf-8")):
            places = (ROOT / path, LIB / path)
            assert any(p.exists() for p in places), f"{paper} names {path}"


def test_ci_runs_the_readmes_own_test_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^make test$", readme, flags=re.MULTILINE)
    assert "README.md" in (ROOT / ".ci" / "run").read_text()
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    assert {"run": "bash .ci/run"} in workflow["jobs"]["test"]["steps"]


def test_every_make_target_has_a_line_of_help():
    targets = re.findall(r"^([a-z-]+):(.*)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert [name for name, rest in targets if "## " not in rest] == []
    wanted = {"report", "test", "test-slow", "lab", "notebooks", "lint", "bench"}
    assert wanted <= {name for name, _ in targets}


def test_the_sample_is_small():
    size = sum(p.stat().st_size for p in (ROOT / "data" / "sample").rglob("*") if p.is_file())
    assert size < 8_000_000


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_no_paths_of_a_machine_are_committed():
    found = subprocess.run(
        [
            "git",
            "grep",
            "-lE",
            "(/work/|/root/|/home/[a-z])",
            "--",
            "lib",
            "notebooks",
            "docs",
            "data",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""
