"""Phases and hours of a campaign against hand-written SQL."""

import duckdb
import numpy as np
import pytest

from shophelm.promotion.phases import find_phases, phases, shown
from shophelm.shop.tables import open_shop
from tests.conftest import SAMPLE

ORDERS = f"'{SAMPLE}/orders.csv.gz'"


def paid(first, after):
    text = f"SELECT sum(paid_amount)::DOUBLE FROM {ORDERS} WHERE paid_at >= ? AND paid_at < ?"
    return duckdb.execute(text, [first, after]).fetchone()[0]


@pytest.fixture(scope="module")
def double11(sample):
    return phases(sample, campaign="double11_2026")


def of(found, phase, term):
    rows = found.rows
    (row,) = rows[(rows["phase"] == phase) & (rows["term"] == term)].to_dict("records")
    return row


def test_money_by_phase_is_that_of_sql_and_beside_as_many_days_of_last_year(double11):
    assert double11.before.campaign_id == "double11_2025"
    warm = of(double11, "warm-up", "gmv_paid")
    assert warm["days"] == 22
    assert warm["now"] == pytest.approx(paid("2026-10-20", "2026-11-11"))
    assert warm["last_year"] == pytest.approx(paid("2025-10-20", "2025-11-11"))
    # four days of the afterglow are known, and as many of last year's are counted
    after = of(double11, "afterglow", "gmv_paid")
    assert after["days"] == 4
    assert after["now"] == pytest.approx(paid("2026-11-12", "2026-11-16"))
    assert after["last_year"] == pytest.approx(paid("2025-11-12", "2025-11-16"))
    assert after["change"] == pytest.approx(after["now"] / after["last_year"] - 1)


def test_the_table_shows_each_figure_once_by_phase(double11):
    frame = shown(double11).set_index("figure")
    assert frame.index.is_unique
    row = frame.loc["GMV paid"]
    assert row["in_burst"] == of(double11, "burst", "gmv_paid")["now"]
    assert row["in_warmup_change"] == of(double11, "warm-up", "gmv_paid")["change"]


def test_members_won_are_those_who_joined_in_the_phase(double11):
    joined = duckdb.sql(
        f"""
        SELECT count(*) FROM '{SAMPLE}/customers.csv.gz'
        WHERE joined_at >= '2026-11-11' AND joined_at < '2026-11-12'
        """
    ).fetchone()[0]
    assert of(double11, "burst", "new_members")["now"] == joined


def hours_of(found, term):
    return found.hours[found.hours["term"] == term].reset_index(drop=True)


def test_people_count_once_in_the_hours_of_a_burst_by_sql(double11):
    """By six in the morning, and by the end of the day."""
    counts = duckdb.sql(
        f"""
        WITH seen AS (
            SELECT * FROM read_csv('{SAMPLE}/events.csv.gz', types={{'dwell_seconds': 'DOUBLE'}})
            WHERE occurred_at >= '2026-11-11' AND occurred_at < '2026-11-12'
        )
        SELECT count(DISTINCT visitor_id) FILTER (occurred_at < '2026-11-11 06:00:00'),
            count(DISTINCT visitor_id),
            count(DISTINCT visitor_id) FILTER (kind = 'cart')
        FROM seen
        """
    ).fetchone()
    visitors = hours_of(double11, "visitors")["now"]
    assert (visitors[5], visitors[23]) == counts[:2]
    assert hours_of(double11, "cart_visitors")["now"][23] == counts[2]
    for term in ("buyers", "visitors", "new_members"):
        row = of(double11, "burst", term)
        assert hours_of(double11, term)["now"][23] == row["now"]
        assert hours_of(double11, term)["last_year"][23] == row["last_year"]
    left = of(double11, "burst", "margin")["now"]
    assert hours_of(double11, "margin")["now"][23] == pytest.approx(left)


def test_the_hours_of_the_burst_add_up_to_it(double11):
    hours = hours_of(double11, "gmv_paid")
    assert len(hours) == 24
    assert hours["now"].iloc[-1] == pytest.approx(paid("2026-11-11", "2026-11-12"))
    assert hours["now"].iloc[1] == pytest.approx(paid("2026-11-11", "2026-11-11 02:00:00"))
    assert hours["share"].iloc[-1] == pytest.approx(1.0)
    assert (np.diff(hours["last_year"]) >= 0).all()


def test_while_the_burst_runs_it_is_held_against_the_hour_reached_last_year():
    running = open_shop(SAMPLE, as_of="2026-06-17")
    found = phases(running, campaign="618_2026")
    hours = hours_of(found, "gmv_paid")
    reached = hours[hours["now"].notna()]
    assert (len(hours), len(reached)) == (72, 48)
    share = paid("2025-06-16", "2025-06-18") / paid("2025-06-16", "2025-06-19")
    assert reached["share"].iloc[-1] == pytest.approx(share)
    last = str(find_phases(found, currency="CNY")[-1])
    whole = paid("2026-06-16", "2026-06-18") / share
    assert last.startswith("48 hours into the burst")
    assert f"¥{whole:,.0f}" in last


def test_a_month_s_target_says_nothing_of_a_burst(double11):
    rows = double11.rows
    assert rows.loc[rows["term"] == "gmv_paid", "target"].isna().all()
    assert rows.loc[rows["term"] == "pay_conversion", "target"].notna().all()


def test_the_first_of_its_kind_has_nothing_beside_it(sample):
    found = phases(sample, campaign="double11_2025")
    assert found.before is None
    assert not [c for c in shown(found) if c.endswith("_change")]
    assert "no campaign of the year before is known" in str(find_phases(found, currency="CNY")[0])
