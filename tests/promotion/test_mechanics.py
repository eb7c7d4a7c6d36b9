"""Campaigns on one baseline, and thresholds: identities, SQL, and top-ups drawn by hand."""

import duckdb
import numpy as np
import pytest

from shophelm.promotion import mechanics as asked
from shophelm.promotion.ledger import ledger
from shophelm.promotion.mechanics import bars, find_mechanics, find_top_up, mechanics, top_up
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def every(sample):
    return mechanics(sample)


def test_campaigns_that_have_ended_and_lie_in_no_holiday_are_held_together(every):
    names = every["campaign"].tolist()
    assert names[0] == "2026年99大促"
    assert len(names) == 9
    # one runs, one lies in Spring Festival
    assert not {"2026双11全球狂欢季", "2026春节不打烊"} & set(names)


def test_a_campaign_s_effect_is_that_of_its_ledger(sample, every):
    """But for the groups, each of which has week days of its own."""
    found = ledger(sample, campaign="double11_2025").whole
    row = every.set_index("campaign").loc["2025双11全球狂欢季"]
    assert row["usual_money"] == pytest.approx(found["expected"], rel=0.02)
    assert row["usual_money"] + row["added"] == pytest.approx(found["observed"])


def test_discounts_are_those_of_the_bursts_orders_by_sql(every):
    share = duckdb.sql(
        f"""
        SELECT sum(discount_amount) / sum(goods_amount) FROM '{SAMPLE}/orders.csv.gz'
        WHERE paid_at >= '2025-11-11' AND paid_at < '2025-11-12'
        """
    ).fetchone()[0]
    row = every.set_index("campaign").loc["2025双11全球狂欢季"]
    assert row["discount_share"] == pytest.approx(share)


def test_the_sentence_names_the_campaign_that_left_most(every):
    best = bars(every).sort_values("effect")["part"].iloc[-1]
    assert f"Most: {best} (" in str(find_mechanics(every, currency="CNY"))


def test_a_threshold_is_read_from_the_mechanic_and_its_orders_counted_by_sql(sample):
    found = top_up(sample, campaign="618_2026")
    reached, orders, times = duckdb.sql(
        f"""
        WITH value AS (
            SELECT order_id, sum(unit_price * quantity) AS value
            FROM '{SAMPLE}/order_lines.csv.gz' JOIN '{SAMPLE}/orders.csv.gz' USING (order_id)
            WHERE paid_at >= '2026-06-16' AND paid_at < '2026-06-19' GROUP BY 1
        )
        SELECT count(*) FILTER (value >= 300), count(*), sum(floor(value / 300)) FROM value
        """
    ).fetchone()
    assert (found.threshold, found.off) == (300, 30)
    assert (found.reached, found.orders, found.given) == (reached, orders, 30 * times)
    assert "cannot be told from so few" in str(find_top_up(found, currency="CNY"))


@pytest.mark.parametrize(
    ("text", "read"),
    [("满300减40", (300, 40)), ("threshold discount 99-10", (99, 10)), ("flash sale", None)],
)
def test_thresholds_are_read_in_both_languages(text, read):
    found = asked._THRESHOLD.search(text)
    assert (found and tuple(map(int, found.groups()))) == read


def test_a_campaign_without_a_threshold_says_so(sample):
    said = str(find_top_up(top_up(sample), currency="CNY"))
    assert said == "2026年99大促 names no threshold discount, such as 300-40, in its mechanic."


@pytest.mark.parametrize("moved", [0.0, 0.6])
def test_top_ups_planted_by_hand_are_found(sample, monkeypatch, moved):
    """Orders drawn smoothly, of which a share just below the threshold is moved above it."""
    rng = np.random.default_rng(11)
    values = rng.gamma(3.0, 90.0, 6_000)
    near = (values >= 270) & (values < 300) & (rng.random(len(values)) < moved)
    values[near] = 300 + rng.uniform(0, 25, near.sum())
    monkeypatch.setattr(asked, "_order_values", lambda *_: values)
    found = top_up(sample, campaign="618_2026")
    excess = found.bunching.found.loc["excess"]
    assert excess["low"] <= near.sum() <= excess["high"]
    assert found.bunching.responds == bool(moved)
    if moved:
        assert found.anyway == pytest.approx((values >= 300).sum() - near.sum(), rel=0.05)
