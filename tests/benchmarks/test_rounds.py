import json
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from benchmarks.harness import BenchmarkError, rounds, table

from tests.benchmarks.toy import CASE

HERE = Path(sys.executable)


@pytest.fixture
def folder(tmp_path):
    days = {"day": ["2026-11-01", "2026-11-02"], "visitors": [5, 7], "gmv": [10.5, 0.25]}
    (tmp_path / "days.json").write_text(json.dumps(days))
    return tmp_path


def run(folder, *names, times=1):
    return rounds.run(CASE, folder, dict.fromkeys(names, HERE), rounds=times)


def test_contenders_take_turns_and_are_measured(folder, capsys):
    runs = run(folder, "right", "by the cent", "prepared", times=2)
    said = [line.rpartition(": ")[2] for line in capsys.readouterr().err.splitlines()]
    turns = ["right …", "by the cent …", "prepared …"]
    assert said == [f"round {i} of 2, {turn}" for i in (1, 2) for turn in turns]
    assert all(len(r.seconds) == len(r.peak_mb) == 2 for r in runs.values())
    assert all(
        s > 0 and mb > 1 for r in runs.values() for s, mb in zip(r.seconds, r.peak_mb, strict=True)
    )
    assert runs["right"].version == version("packaging")


def test_a_wrong_answer_is_refused_with_its_place(folder):
    with pytest.raises(BenchmarkError) as error:
        run(folder, "right", "by the cent", "wrong")
    assert str(error.value) == (
        "wrong disagrees with right: on day 2026-11-02, visitors is 8 instead of 7."
    )


def test_a_contender_that_fails_is_named_with_its_reason(folder):
    with pytest.raises(BenchmarkError) as error:
        run(folder, "right", "broken")
    assert str(error.value) == f"broken failed: ValueError: nothing to count in {folder.name}"


def test_the_table_holds_medians_against_the_first(monkeypatch):
    monkeypatch.setattr(table.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(table.platform, "python_version", lambda: "3.11.7")
    runs = {
        "shophelm": rounds.Runs("0.1.0", [4.0, 2.0, 9.0], [700.0, 800.0, 750.0]),
        "pandas": rounds.Runs("3.1.1", [10.0, 6.0, 7.0], [2000.0, 2100.0, 1900.0]),
    }
    assert table.lay_out(CASE, runs, about="9 events").splitlines() == [
        "",
        "a toy: 9 events; 3 rounds; 2 cores, Python 3.11.7",
        "",
        "contender  median s   min–max s  × shophelm  peak MB  version",
        "shophelm       4.00   2.00–9.00        1.00      800    0.1.0",
        "pandas         7.00  6.00–10.00        1.75    2,100    3.1.1",
        "",
        "All answers are equal.",
    ]
