import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.harness import BenchmarkError, environments

from tests.benchmarks.toy import CASE


@pytest.fixture
def lists(tmp_path):
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "absurd.txt").write_text("no-such-package-anywhere==0.0.1\n")
    return tmp_path


@pytest.mark.slow
def test_an_environment_is_made_once_per_list_of_packages(lists, capsys):
    python = environments.environment("empty", lists=lists, made=lists / "made")
    prefix = [python, "-c", "import sys; print(sys.prefix)"]
    found = subprocess.run(prefix, capture_output=True, text=True, check=True).stdout.strip()
    assert Path(found).resolve() == (lists / "made" / "empty").resolve()
    environments.environment("empty", lists=lists, made=lists / "made")
    assert capsys.readouterr().err == "making the environment empty …\n"
    (lists / "empty.txt").write_text("# changed\n")
    environments.environment("empty", lists=lists, made=lists / "made")
    assert capsys.readouterr().err == "making the environment empty …\n"


@pytest.mark.slow
def test_an_environment_that_cannot_be_made_says_why(lists):
    with pytest.raises(BenchmarkError, match=r"^its environment absurd could not be made \(.+\)$"):
        environments.environment("absurd", lists=lists, made=lists / "made")


def test_a_contender_without_its_environment_is_left_out(monkeypatch):
    def refuse(name):
        raise BenchmarkError(f"its environment {name} could not be made (no network)")

    monkeypatch.setattr(environments, "environment", refuse)
    first, second = CASE.contenders[:2]
    case = replace(CASE, contenders=(first, replace(second, environment="far")))
    found, left_out = environments.pythons(case)
    assert found == {"right": Path(sys.executable)}
    assert left_out == {"by the cent": "its environment far could not be made (no network)"}
