from datetime import date

import duckdb
import pytest

from shophelm.data.sessions import find_sessions, sessions
from shophelm.shop.calendar import Period, last_days
from tests.conftest import SAMPLE
from tests.data.visits import log

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
VISITS = [
    "ann ads 2026-11-09 10:00 home view:tee cart:tee pay:tee",
    # 31 minutes later a new session begins, 30 minutes later it goes on
    "ann search 2026-11-09 10:34 search",
    "ann search 2026-11-09 11:04 view:cap",
    "bob ads 2026-11-10 09:00 home",
    "cat ads 2026-11-11 09:00 cart:tee",
    "ann ads 2026-11-03 10:00 home view:tee",
    # the week before last
    "bob ads 2026-11-01 10:00 home",
]


def test_sessions_are_counted_by_hand(shop):
    found = sessions(shop(events=log(*VISITS)), WEEK).set_index("slice")
    assert found.index.tolist() == ["all", "ads", "search"]
    assert found["sessions"].tolist() == [4, 3, 1]
    assert found["pages_per_session"].tolist() == pytest.approx([5 / 4, 1, 2])
    # ann 3 minutes and 30, bob and cat none
    assert found["median_seconds"].tolist() == [90, 0, 1800]
    # a cart alone is no page, so no bounce
    assert found["bounce_rate"].tolist() == pytest.approx([1 / 4, 1 / 3, 0])
    assert found["cart_share"].tolist() == pytest.approx([2 / 4, 2 / 3, 0])
    assert found["pay_share"].tolist() == pytest.approx([1 / 4, 1 / 3, 0])
    assert found["before_change"].tolist()[:2] == [3, 2]
    assert found["pay_share_before"].tolist()[:2] == [0, 0]
    assert not found["found"].any()


def test_what_was_found_is_said(shop):
    assert str(find_sessions(sessions(shop(events=log(*VISITS)), WEEK))) == (
        "4 sessions (+300.0% against the same week days before) saw 1.2 pages each; half lasted "
        "less than 90 seconds, 25.00% left after one page, 50.00% carted and 25.00% paid (0.00% "
        "before, which may be chance)."
    )


def test_a_shop_that_is_too_young_has_no_period_before(shop):
    found = sessions(shop(events=log(*VISITS[:-2])), WEEK)
    assert found[["before_change", "pay_share_before", "p_value"]].isna().all(axis=None)
    assert str(find_sessions(found)) == (
        "4 sessions saw 1.2 pages each; half lasted less than 90 seconds, 25.00% left after one "
        "page, 50.00% carted and 25.00% paid."
    )


def test_a_log_that_begins_after_the_orders_has_no_period_before(shop):
    order = (
        "order_id,created_at,goods_amount,discount_amount,shipping_amount,paid_amount\n"
        "o,2026-10-01 10:00:00,1,0,0,1"
    )
    found = sessions(shop(events=log(*VISITS[:-2]), orders=order), WEEK)
    assert found["before_change"].isna().all()


def test_a_period_without_events_says_so(shop):
    found = sessions(shop(events=log(VISITS[-1])), WEEK)
    assert str(find_sessions(found)) == "The log has no event in this period."


def test_a_fall_of_paying_beyond_chance_is_found_with_its_channel(shop):
    visits = [
        f"{when}{channel}{i} {channel} {day} 10:00 home" + " pay:tee" * (i < pays)
        for when, day, paying in (("a", "2026-11-10", 2), ("b", "2026-11-03", 30))
        for channel, pays in (("ads", paying), ("live", 20))
        for i in range(60)
    ]
    visits.append("z ads 2026-11-01 10:00 home")
    found = sessions(shop(events=log(*visits)), WEEK).set_index("slice")
    assert found["found"].to_dict() == {"all": True, "ads": True, "live": False}
    assert str(find_sessions(found.reset_index())).endswith(
        "18.33% paid (41.67% before: more than chance); of the channels ads changed most, from "
        "50.00% to 3.33%."
    )


def test_sessions_of_the_sample_are_those_of_hand_written_sql(sample):
    week = last_days(sample.as_of)
    rows = duckdb.sql(f"""
        WITH e AS (
            SELECT *,
                coalesce(occurred_at - lag(occurred_at) OVER w > INTERVAL 30 MINUTE, true) AS s
            FROM read_csv('{SAMPLE / "events.csv.gz"}')
            WHERE occurred_at::DATE BETWEEN '{week.first}' AND '{week.last}'
            WINDOW w AS (PARTITION BY visitor_id ORDER BY occurred_at, event_id)),
        n AS (
            SELECT *, count_if(s) OVER (PARTITION BY visitor_id ORDER BY occurred_at, event_id
                ROWS UNBOUNDED PRECEDING) AS n FROM e),
        each AS (
            SELECT first(channel ORDER BY event_id) AS slice,
                count_if(kind IN ('home', 'list', 'search', 'view')) AS pages,
                bool_or(kind = 'cart') AS carts, bool_or(kind = 'pay') AS pays,
                epoch(max(occurred_at) - min(occurred_at)) AS seconds
            FROM n GROUP BY visitor_id, n)
        SELECT coalesce(slice, 'all'), count(*), avg(pages), median(seconds), avg(carts::INT),
            avg(pays::INT)
        FROM each GROUP BY GROUPING SETS ((slice), ()) ORDER BY 2 DESC, 1""").fetchall()
    columns = [
        "slice",
        "sessions",
        "pages_per_session",
        "median_seconds",
        "cart_share",
        "pay_share",
    ]
    found = sessions(sample, week)[columns]
    assert found["slice"].tolist() == [row[0] for row in rows]
    for place, column in enumerate(columns[1:], 1):
        assert found[column].tolist() == pytest.approx([row[place] for row in rows]), column


def test_without_a_log_it_says_what_is_missing(shop):
    s = shop(traffic="day,visitors,page_views\n2026-11-09,5,9")
    assert "This shop has no events." in str(find_sessions(sessions(s, WEEK)))
