from datetime import date

import duckdb
import pytest

from shophelm.data.paths import breaks, find_paths, moves, paths
from shophelm.shop.calendar import Period, last_days
from tests.conftest import SAMPLE
from tests.data.visits import log

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
VISITS = [
    "ann ads 2026-11-09 10:00 home view:tee/detail view:tee/detail cart:tee pay:tee view:t/detail",
    "bob ads 2026-11-10 10:00 home view:tee/detail cart:tee view:tee/reviews",
    "cat ads 2026-11-11 10:00 home view:cap/detail",
    "cat ads 2026-11-11 11:00 home view:cap/detail",
    "dan ads 2026-11-03 10:00 home view:tee/detail",
    "dan ads 2026-11-01 10:00 home",
]


def test_moves_are_counted_by_hand(shop):
    found = moves(shop(events=log(*VISITS)), WEEK)
    counted = {(row["from"], row["to"]): row["moves"] for row in found.to_dict("records")}
    assert counted == {
        ("(entry)", "home page"): 4,
        ("home page", "item page"): 4,
        ("item page", "item page"): 1,
        ("item page", "cart"): 2,
        ("item page", "(exit)"): 3,
        ("cart", "payment"): 1,
        ("cart", "item page: reviews"): 1,
        ("payment", "item page"): 1,
        ("item page: reviews", "(exit)"): 1,
    }
    of = found.set_index(["from", "to"])
    assert of.loc[("item page", "(exit)"), "share"] == pytest.approx(3 / 6)
    assert of.loc[("item page", "(exit)"), "share_before"] == 1
    assert of["moves_before"].sum() == 3
    assert found.groupby("from")["share"].sum().tolist() == pytest.approx([1] * 6)


def test_paths_to_a_purchase_end_with_it_and_others_with_the_exit(shop):
    found = paths(shop(events=log(*VISITS)), WEEK)
    assert found[["to", "path", "sessions", "share"]].values.tolist() == [
        ["purchase", "home page → item page → cart → payment", 1, 1],
        ["exit", "home page → item page → (exit)", 2, pytest.approx(2 / 3)],
        [
            "exit",
            "home page → item page → cart → item page: reviews → (exit)",
            1,
            pytest.approx(1 / 3),
        ],
    ]
    assert found["share_before"].fillna(-1).tolist() == [-1, 1, 0]


def test_paths_break_where_unpaid_sessions_end(shop):
    found = breaks(shop(events=log(*VISITS)), WEEK).set_index("step")
    assert found[["reached", "exits"]].to_dict("index") == {
        "item page: reviews": {"reached": 1, "exits": 1},
        "item page": {"reached": 4, "exits": 2},
        "cart": {"reached": 2, "exits": 0},
        "home page": {"reached": 4, "exits": 0},
    }
    assert found["exit_share"].tolist() == [1, 0.5, 0, 0]


def test_what_was_found_is_said(shop):
    s = shop(events=log(*VISITS))
    assert str(find_paths(paths(s, WEEK), breaks(s, WEEK))) == (
        "The usual way to a purchase is “home page → item page → cart → payment” (100.00% of 1 "
        "session that paid). Unpaid sessions that come to item page: reviews end there most often: "
        "100.00% of 1; against the same week days before, no step loses more than it did, beyond "
        "chance."
    )


def test_a_step_that_loses_more_than_it_did_is_named(shop):
    def week(day, left):
        return [
            f"v{day}{i} ads {day} 10:00 home view:tee cart:tee" + " checkout:tee" * (i >= left)
            for i in range(40)
        ]

    s = shop(events=log(*week("2026-11-10", 30), *week("2026-11-03", 5), VISITS[-1]))
    found = breaks(s, WEEK)
    assert found.loc[found["found"], "step"].tolist() == ["cart"]
    assert str(find_paths(paths(s, WEEK), found)) == (
        "Nobody paid in this period. Unpaid sessions that come to checkout end there most often: "
        "100.00% of 10; against the same week days before, cart loses more beyond chance: 12.50% → "
        "75.00%."
    )


def test_without_a_period_before_nothing_is_compared(shop):
    s = shop(events=log(*VISITS[:4]))
    ways, broken = paths(s, WEEK), breaks(s, WEEK)
    assert moves(s, WEEK)["share_before"].isna().all()
    assert ways["share_before"].isna().all()
    assert broken[["exit_share_before", "p_value"]].isna().all(axis=None)
    assert str(find_paths(ways, broken)).endswith("there is no period before to compare with.")


def test_a_period_without_events_has_no_paths(shop):
    s = shop(events=log(VISITS[-1]))
    assert moves(s, WEEK).empty
    assert str(find_paths(paths(s, WEEK), breaks(s, WEEK))) == (
        "Nobody paid in this period. No session ended without a purchase."
    )


def test_many_pages_are_not_told_apart(shop):
    views = [f"view:p{i}/page{i}" for i in range(9)]
    found = moves(shop(events=log("ann ads 2026-11-09 10:00 " + " ".join(views))), WEEK)
    assert set(found["from"]) == {"(entry)", "item page"}


def test_the_sample_agrees_with_hand_written_sql(sample):
    week = last_days(sample.as_of)
    rows = duckdb.sql(f"""
        WITH e AS (
            SELECT *, CASE kind WHEN 'home' THEN 'home page' WHEN 'pay' THEN 'payment'
                WHEN 'view' THEN CASE page WHEN 'detail' THEN 'item page' ELSE 'item page: ' || page
                END ELSE kind END AS step
            FROM read_csv('{SAMPLE / "events.csv.gz"}')
            WHERE occurred_at::DATE BETWEEN '{week.first}' AND '{week.last}'),
        t AS (
            SELECT step, lag(step) OVER w AS before,
                coalesce(occurred_at - lag(occurred_at) OVER w > INTERVAL 30 MINUTE, true) AS s,
                coalesce(lead(occurred_at) OVER w - occurred_at > INTERVAL 30 MINUTE, true) AS x
            FROM e WINDOW w AS (PARTITION BY visitor_id ORDER BY occurred_at, event_id))
        SELECT if(s, '(entry)', before), step, count(*) FROM t GROUP BY ALL
        UNION ALL SELECT step, '(exit)', count(*) FROM t WHERE x GROUP BY ALL""").fetchall()
    found = moves(sample, week)
    found = found[found["moves"] > 0]
    assert sorted(found[["from", "to", "moves"]].itertuples(index=False, name=None)) == sorted(rows)
