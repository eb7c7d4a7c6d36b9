"""The points ledger: a balance that closes, what is left of each issue, and what it comes to."""

import tempfile
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shophelm.errors import ParameterError
from shophelm.shop.tables import open_shop
from shophelm.user import points as ledger_of
from shophelm.user import points_liability, points_owed
from tests.conftest import SAMPLE
from tests.user.hands import orders, points

# ann's first points are used in part and then lapse; bob's lapse and nobody books it; cat uses what
# she never got; dan's never lapse
MOVES = (
    ("ann", "2026-07-10", 100, "order", "2026-10-10"),
    ("ann", "2026-08-01", -30, "gift", ""),
    ("ann", "2026-08-05", 50, "order", "2026-12-01"),
    ("ann", "2026-10-10", -70, "Expired", ""),
    ("bob", "2026-08-01", 40, "sign-in", "2026-11-15"),
    ("bob", "2026-08-20", -10, "gift", ""),
    ("cat", "2026-10-20", -5, "gift", ""),
    ("dan", "2026-10-20", 20, "order", ""),
)
BASE = [("ann", "2026-07-01", "100")]


@pytest.fixture
def small(shop):
    return shop(orders=orders(BASE), points=points(MOVES))


def answers(shop, worth=0.0):
    worth = ledger_of.point_worth(shop, given=worth)
    return points_owed.points_ledger(shop), worth


def test_every_month_closes_on_what_it_opened_with(small):
    flow = ledger_of.points_flow(small)
    assert flow.values.tolist() == [
        [date(2026, 7, 1), 0, 100, 0, 0, 100],
        [date(2026, 8, 1), 100, 90, 40, 0, 150],
        [date(2026, 9, 1), 150, 0, 0, 0, 150],
        [date(2026, 10, 1), 150, 20, 5, 70, 95],
        [date(2026, 11, 1), 95, 0, 0, 0, 95],
    ]
    assert flow.columns.tolist() == [
        *("month", "opening", "issued", "redeemed", "expired", "closing")
    ]
    assert str(ledger_of.find_points_flow(flow)) == (
        "Since 2026-07, 210 points were issued, 45 redeemed (21.43% of them) and 70 expired; 95 "
        "are outstanding."
    )


def test_reasons_are_the_ledgers_own(small):
    reasons = ledger_of.points_reasons(small)
    assert reasons.values.tolist() == [
        ["order", "issued", 3, 170],
        ["sign-in", "issued", 1, 40],
        ["gift", "redeemed", 3, 45],
        ["Expired", "expired", 1, 70],
    ]
    assert str(ledger_of.find_points_reasons(reasons)) == (
        "Points were issued for “order” (170) and “sign-in” (40); redeemed for “gift” (45); "
        "expired for “Expired” (70)."
    )


def test_outstanding_points_are_aged_by_the_month_in_which_they_lapse(small):
    ledger, worth = answers(small, 0.5)
    aged = points_owed.points_ageing(ledger, worth)
    assert aged.values.tolist() == [
        [points_owed.OVERDUE, None, 1, 30, 15.0],
        [points_owed.LAPSES, date(2026, 12, 1), 1, 50, 25.0],
        [points_owed.STAYS, None, 1, 20, 10.0],
        [points_owed.OVERDRAWN, None, 1, -5, -2.5],
    ]
    assert aged["points"].sum() == ledger_of.points_flow(small)["closing"].iloc[-1]
    assert str(points_owed.find_points_ageing(aged)) == (
        "95 points are outstanding. 30 of them, of 1 customer, are past their day and not booked "
        "as expired. 20 never lapse. 1 customer used 5 points more than the ledger issued to them: "
        "it begins later than the points do, or is wrong."
    )


def test_points_that_lapse_within_four_weeks_are_counted(small):
    ledger, worth = answers(small)
    soon = points_owed.points_lapsing(small, ledger, worth)
    assert soon.drop(columns="money").values.tolist() == [[date(2026, 12, 13), 1, 50]]
    assert str(points_owed.find_points_lapsing(soon, currency="CNY")) == (
        "Up to 2026-12-13, 50 points of 1 customer lapse; their worth is not known."
    )
    # the day itself is still within, the day before it is not
    for days, there in ((16, 50), (15, 0)):
        soon = points_owed.points_lapsing(small, ledger, worth, days=days)
        assert soon["points"].tolist() == [there]
    assert str(points_owed.find_points_lapsing(soon, currency="CNY")) == (
        "No points lapse up to 2026-11-30."
    )


def test_without_points_that_came_to_their_end_the_outstanding_count_in_full(small):
    ledger, worth = answers(small, 0.5)
    owed = points_liability.points_liability(ledger, worth).iloc[0]
    assert owed[["outstanding", "overdue", "to_use", "liability", "full"]].tolist() == [
        *(100, 30, 70, 35, 50)
    ]
    assert str(points_liability.find_points_liability(owed.to_frame().T, currency="CNY")) == (
        "What share of points is never used is not known: too few have come to their day, or they "
        "never lapse. Counted in full, the worth of the 70 not past their day is ¥35."
    )


def test_a_share_that_is_used_after_each_issue_is_found(shop):
    moves = []
    for i in range(80):
        who, month = f"c{i:02}", 1 + i % 6
        moves += [
            (who, f"2026-{month:02}-03", 100, "order", f"2026-{month + 4:02}-03"),
            (who, f"2026-{month:02}-20", -25, "gift", ""),
        ]
    s = shop(orders=orders([("ann", "2026-01-01", "1")]), points=points(moves), as_of="2026-09-15")
    ledger, worth = answers(s, 0.01)
    owed = points_liability.points_liability(ledger, worth).iloc[0]
    assert owed["used_share"] == pytest.approx(0.25, abs=1e-9)
    # all used theirs alike, so that leaving any out changes nothing; those of June still live
    assert owed["used_share_low"] == pytest.approx(0.25, abs=1e-9)
    assert owed["breakage"] == pytest.approx(0.75, abs=1e-9)
    # points are used at an age of 17 days, which all have passed
    assert owed["to_use"] == pytest.approx(0, abs=1e-9)
    assert owed["outstanding"] == 80 * 75


def test_points_of_many_that_never_lapse_leave_the_share_unknown(shop):
    moves = [(f"c{i}", "2026-01-03", 100, "order", "") for i in range(40)]
    s = shop(orders=orders(BASE), points=points(moves))
    owed = points_liability.points_liability(*answers(s)).iloc[0]
    assert owed["breakage"] != owed["breakage"]
    assert owed["to_use"] == 4000


def test_the_worth_of_a_point_is_read_from_the_discounts_of_the_same_day(shop):
    buys, moves = [("zoe", "2026-03-01", "50")], []
    for i in range(40):
        day = f"2026-0{1 + i % 9}-1{i % 10}"
        buys.append((f"c{i}", day, "90.00", 0.01 * (100 + i)))
        moves += [
            (f"c{i}", "2026-01-01", 500, "order", ""),
            (f"c{i}", day, -(100 + i), "redeemed", ""),
        ]
    s = shop(orders=orders(buys), points=points(moves))
    worth = ledger_of.point_worth(s)
    assert worth == ledger_of.PointWorth(0.01, False, 40, 40)
    assert str(ledger_of.find_point_worth(worth, currency="CNY")) == (
        "A thousand points are worth ¥10.00, as 40 of 40 redemptions show."
    )
    fewer = shop(orders=orders(buys[:20]), points=points(moves))
    assert ledger_of.point_worth(fewer) == ledger_of.PointWorth(None, False, 40, 19)
    assert str(ledger_of.find_point_worth(ledger_of.point_worth(fewer), currency="CNY")) == (
        "What a point is worth is not known: of 40 customers' days on which points were redeemed, "
        "the discount of the same day's order gives the same worth on 19 only. Give the parameter "
        "point_worth, in money per point."
    )


def test_a_negative_worth_is_refused(small):
    with pytest.raises(ParameterError, match=r"^point_worth is -1\. Give money per point, or 0"):
        ledger_of.point_worth(small, given=-1)


def test_a_balance_below_zero_is_said(shop):
    s = shop(orders=orders(BASE), points=points([("cat", "2026-10-20", -5, "gift", "")]))
    assert "the ledger begins later than the points do" in str(
        ledger_of.find_points_flow(ledger_of.points_flow(s))
    )


def test_a_ledger_without_points_or_no_ledger_is_answered(shop):
    empty = shop(orders=orders(BASE), points=points([("cat", "2026-10-20", 0, "gift", "")]))
    said = "No movement of the ledger has any points."
    assert str(ledger_of.find_points_flow(ledger_of.points_flow(empty))) == said
    assert str(ledger_of.find_points_reasons(ledger_of.points_reasons(empty))) == said
    ledger, worth = answers(empty)
    assert points_owed.points_ageing(ledger, worth).empty
    assert points_liability.points_liability(ledger, worth)["outstanding"].tolist() == [0]


def test_a_shop_without_a_ledger_says_how_to_get_one(shop):
    s = shop(orders=orders(BASE))
    answer = points_owed.points_ledger(s)
    assert "This shop has no points." in str(answer)
    worth = ledger_of.point_worth(s)
    for made in (
        points_owed.points_ageing(answer, worth),
        points_liability.points_liability(answer, worth),
        ledger_of.find_points_flow(ledger_of.points_flow(s)),
    ):
        assert "This shop has no points." in str(made)


MOVEMENT = st.tuples(
    st.sampled_from(["ann", "bob", "cat"]),
    st.dates(date(2026, 6, 1), date(2026, 11, 15)),
    st.integers(-80, 120),
    st.sampled_from(["order", "redeemed", "expired"]),
    st.sampled_from(["", "2026-10-01", "2026-12-24"]),
)


@settings(max_examples=6, deadline=None)
@given(st.lists(MOVEMENT, min_size=1, max_size=25))
def test_any_ledger_closes(moves):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "orders.csv").write_text(orders(BASE))
        (Path(folder) / "points.csv").write_text(points(moves))
        s = open_shop(folder, as_of="2026-11-15")
        flow = ledger_of.points_flow(s)
        ledger, worth = answers(s)
        aged = points_owed.points_ageing(ledger, worth)
    closing = flow["opening"] + flow["issued"] - flow["redeemed"] - flow["expired"]
    assert closing.tolist() == flow["closing"].tolist()
    assert flow["opening"].tolist()[1:] == flow["closing"].tolist()[:-1]
    balance = sum(m[2] for m in moves)
    assert (flow["closing"].iloc[-1] if len(flow) else 0) == balance
    assert aged["points"].sum() == balance


def test_the_samples_ledger_agrees_with_sql(sample):
    theirs = duckdb.sql(f"""
        SELECT date_trunc('month', occurred_at)::DATE AS month,
               sum(points) FILTER (points > 0) AS issued,
               coalesce(-sum(points) FILTER (reason = 'redeemed'), 0) AS redeemed,
               coalesce(-sum(points) FILTER (reason = 'expired'), 0) AS expired
        FROM '{SAMPLE}/points.csv.gz' GROUP BY 1 ORDER BY 1""").df()
    flow = ledger_of.points_flow(sample)
    assert flow[["issued", "redeemed", "expired"]].values.tolist() == (
        theirs[["issued", "redeemed", "expired"]].astype("int64").values.tolist()
    )
    assert (
        flow["closing"].iloc[-1]
        == (theirs["issued"] - theirs["redeemed"] - theirs["expired"]).sum()
    )


def test_the_samples_points_about_to_lapse_agree_with_sql(sample):
    # what is left of an issue: all issued up to it in order of expiry, less all that went
    ((customers, left),) = duckdb.sql(f"""
        WITH gone AS (SELECT customer_id, -sum(points) FILTER (points < 0) AS gone
                      FROM '{SAMPLE}/points.csv.gz' GROUP BY 1),
             lots AS (SELECT customer_id, points, expires_on, sum(points) OVER (
                          PARTITION BY customer_id ORDER BY expires_on, occurred_at, movement_id)
                          - coalesce(gone, 0) AS over_gone
                      FROM '{SAMPLE}/points.csv.gz' JOIN gone USING (customer_id)
                      WHERE points > 0),
             open AS (SELECT *, greatest(0, least(points, over_gone)) AS still FROM lots)
        SELECT count(DISTINCT customer_id), sum(still) FROM open
        WHERE still > 0 AND expires_on BETWEEN '2026-11-16' AND '2026-12-13'""").fetchall()
    soon = points_owed.points_lapsing(sample, *answers(sample)).iloc[0]
    assert (soon["customers"], soon["points"]) == (customers, left)


def test_of_the_samples_points_as_many_are_used_as_the_simulator_lets(sample):
    # simulate/points.py: of 22 % of the orders' points the half is used, rounded down
    planted = 0.22 / 2
    owed = points_liability.points_liability(*answers(sample)).iloc[0]
    assert owed["used_share_low"] < planted < owed["used_share_high"]
    # nobody redeems later than 120 days after the issue, nor what is past its day
    ledger, _ = answers(sample)
    young = ledger.lots[ledger.lots["age"] < 120]
    assert owed["to_use"] < planted * young["amount"].sum()
    assert np.isnan(owed["liability"])
