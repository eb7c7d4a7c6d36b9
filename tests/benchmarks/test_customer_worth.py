import numpy as np
import pandas as pd
import pytest
from benchmarks.cases.customer_worth import CASE
from benchmarks.harness import histories, table
from benchmarks.harness.answers import canonical, difference
from benchmarks.harness.rounds import Runs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return histories.drawn(20_000, kept=tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def ours(folder):
    return canonical(CASE, CASE["shophelm"].work(folder))


def test_histories_are_drawn_once_and_are_whole(folder, capsys):
    assert histories.drawn(20_000, kept=folder.parent) == folder
    assert capsys.readouterr().err == ""
    assert histories.about(folder) == "20,000 customers"
    each = pd.read_parquet(folder / "histories.parquet")
    assert (each["recency"] <= each["age"]).all()
    assert ((each["frequency"] > 0) == (each["recency"] > 0)).all()
    assert ((each["frequency"] > 0) == (each["money"] > 0)).all()


def test_the_suite_finds_what_was_drawn(ours):
    found = {name: float(value) for name, value in ours["all"].items()}
    for name, value in (histories.BUYING | histories.MONEY).items():
        assert found[name] == pytest.approx(value, rel=0.25), name


def test_fitted_figures_agree_within_what_the_case_says(ours):
    near = {"all": ours["all"] | {"alpha": repr(float(ours["all"]["alpha"]) * 1.0005)}}
    assert difference(CASE, ours, near) == ""
    far = {"all": ours["all"] | {"alpha": "1.0"}}
    found = ours["all"]["alpha"]
    assert difference(CASE, ours, far) == f"on model all, alpha is 1.0 instead of {found}"
    lost = {"all": ours["all"] | {"alpha": repr(np.nan)}}
    assert difference(CASE, ours, lost) == f"on model all, alpha is nan instead of {found}"


def test_the_table_says_how_near():
    said = table.lay_out(CASE, {"shophelm": Runs("1", [1.0], [1.0])}, about="").splitlines()[-1]
    assert said == (
        "All answers are equal: alive, expected to within 0.01%; r, alpha, a, b, p, q, v to within "
        "0.10%."
    )
