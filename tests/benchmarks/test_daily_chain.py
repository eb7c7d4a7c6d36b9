import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from benchmarks.cases.daily_chain import CASE
from benchmarks.harness import rounds, shop
from benchmarks.harness.answers import difference
from benchmarks.harness.suite import FIRST_TIME

from benchmarks import run
from tests.benchmarks.asked import answer


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return shop.simulated(16_000, kept=tmp_path_factory.mktemp("kept"))


def test_the_shop_is_simulated_once(folder, capsys):
    assert shop.simulated(16_000, kept=folder.parent) == folder
    assert capsys.readouterr().err == ""
    assert shop.about(folder).endswith(" orders")


@pytest.mark.parametrize("rival", [FIRST_TIME, "DuckDB SQL", "pandas"])
def test_the_suite_and_its_rivals_agree(folder, rival):
    ours = answer(CASE, "shophelm", folder)
    assert len(ours) > 600
    assert difference(CASE, ours, answer(CASE, rival, folder)) == ""


def test_a_rival_that_is_wrong_on_one_day_is_refused(folder):
    runs = rounds.run(CASE, folder, {"DuckDB SQL": Path(sys.executable)}, rounds=1)
    assert runs["DuckDB SQL"].version == version("duckdb")
    right = answer(CASE, "DuckDB SQL", folder)
    wrong = right | {"2026-06-18": right["2026-06-18"] | {"buyers": "-1"}}
    assert difference(CASE, right, wrong) == (
        f"on day 2026-06-18, buyers is -1 instead of {right['2026-06-18']['buyers']}"
    )


def test_a_case_that_is_not_there_is_refused(capsys):
    with pytest.raises(SystemExit):
        run.main(["weekly"])
    said = capsys.readouterr().err
    assert "there is no case weekly; there are " in said
    assert "daily_chain, frequent_pairs, notebooks, ordered_funnel" in said
