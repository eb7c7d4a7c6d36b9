"""The cases about customers: the suite and its rivals agree on a small shop."""

import duckdb
import pytest
from benchmarks.cases import customer_segments, product_pairs, rfm
from benchmarks.harness import purchases
from benchmarks.harness.answers import canonical, difference
from benchmarks.harness.suite import AS_OF, FIRST_TIME

from shophelm.shop.tables import open_shop
from tests.benchmarks.asked import answer


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return purchases.made(20_000, kept=tmp_path_factory.mktemp("kept"))


def test_the_shop_is_made_once_and_says_how_large_it_is(folder, capsys):
    assert purchases.made(20_000, kept=folder.parent) == folder
    assert capsys.readouterr().err == ""
    lines, orders = (
        int(part.split()[0].replace(",", "")) for part in purchases.about(folder).split(", ")
    )
    assert 15_000 < lines < 25_000
    assert 7_000 < orders < 13_000


@pytest.mark.parametrize("rival", [FIRST_TIME, "DuckDB SQL", "pandas"])
def test_the_suite_and_its_rivals_agree_on_segments(folder, rival):
    case = customer_segments.CASE
    ours = answer(case, "shophelm", folder)
    assert len(ours) == 12
    assert difference(case, ours, answer(case, rival, folder)) == ""


def test_what_openretailscience_is_held_against_is_added_up_by_sql(folder):
    found = answer(rfm.CASE, "shophelm", folder)
    assert found == answer(rfm.CASE, FIRST_TIME, folder)
    theirs = duckdb.sql(f"""
        SELECT recency, count(*) AS customers, sum(n) AS purchases, sum(paid) AS settled
        FROM (SELECT DATE '2026-11-15' - max(paid_at)::DATE AS recency, count(*) AS n,
                     sum(paid_amount) AS paid
              FROM '{folder}/orders.parquet' GROUP BY customer_id) GROUP BY 1""").df()
    assert difference(rfm.CASE, found, canonical(rfm.CASE, theirs.to_dict("list"))) == ""


def test_pairs_of_products_are_those_of_hand_written_sql(folder):
    case = product_pairs.CASE
    # so small a shop has no pair that five orders hold
    found = canonical(case, product_pairs.find(open_shop(folder, as_of=AS_OF), fewest=2))
    assert len(found) >= 2
    assert difference(case, found, canonical(case, product_pairs.duckdb(folder, fewest=2))) == ""
