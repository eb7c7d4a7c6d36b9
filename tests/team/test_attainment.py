"""Attainment: by hand, by SQL, and India's targets as goals."""

from datetime import date
from types import SimpleNamespace

import duckdb
import pandas as pd
import pytest

from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from shophelm.team.attainment import attainment, find_attainment, latest_over
from tests.conftest import SAMPLE
from tests.real_india import INDIA, india_folder
from tests.team.conftest import GOALS


def one(frame, person, metric, month=date(2026, 11, 1)):
    rows = frame[frame["month"] == month].set_index(["person_id", "metric"])
    return rows.loc[(person, metric)]


def test_goals_by_hand_on_the_last_day_of_their_month(team):
    frame = attainment(team(as_of="2026-11-30"))
    amy = one(frame, "amy", "gmv_paid")
    # all of tee and half of cap, which is bob's too: 90 + 50 + (10 + 40 + 30) / 2; of it came back
    # 45, and 10 of an order of 60: 50 for tee, 10 for cap
    left = 180 - 45 - 10 * (50 + 5) / 60
    assert (amy["target"], amy["actual"], amy["over"]) == (300.0, 180.0, True)
    assert amy["attainment"] == pytest.approx(180 / 300)
    assert (amy["settled"], amy["settled_attainment"]) == pytest.approx(
        (left, left / 300), abs=1e-4
    )
    # of tee's one visitor one paid; of cap's three (ann, dan, cat) one did, and counts half
    conversion = one(frame, "amy", "pay_conversion")
    assert conversion["actual"] == pytest.approx(1.5 / 2.5)
    assert pd.isna(conversion["settled"])
    # search: 95 + 60 + 30, of which 55 came back, freight included
    assert one(frame, "cho", "gmv_paid")[["actual", "settled"]].tolist() == [185.0, 130.0]
    assert pd.isna(one(frame, "dee", "gmv_paid")["actual"])
    assert pd.isna(one(frame, "dee", "smiles")["attainment"])


def test_a_running_month_is_held_against_what_is_due_by_days_or_by_the_plan(team):
    opened = team()
    by_days = one(attainment(opened), "bob", "gmv_paid")
    # coat and half of cap: 179.50 + (10 + 40 + 30) / 2 of 200 in 30 days, 15 of which are over
    assert not by_days["over"]
    assert by_days["until"] == date(2026, 11, 15)
    assert by_days["attainment"] == pytest.approx(219.5 / 100)
    days = [date(2026, 11, d) for d in range(1, 31)]
    plan = SimpleNamespace(cells=pd.DataFrame({"day": days, "gmv": [2] * 15 + [8] * 15}))
    by_plan = one(attainment(opened, plan), "bob", "gmv_paid")
    assert by_plan["attainment"] == pytest.approx(219.5 / 40)
    # a rate is due whole on any day
    rate = one(attainment(opened, plan), "amy", "pay_conversion")
    assert rate["attainment"] == rate["actual"] / 0.5


def test_what_did_not_sell_came_to_nothing_and_what_is_owned_by_nobody_is_not_known(team):
    people = "person_id,role,products\namy,m,tee\ndee,d,\n"
    frame = attainment(team(people=people, as_of="2026-11-30"))
    goal = one(frame, "amy", "gmv_paid", date(2026, 10, 1))
    assert (goal["actual"], goal["attainment"]) == (0.0, 0.0)


def test_who_owns_products_and_channels_is_measured_on_products(team):
    people = """
        person_id,role,products,channels
        amy,m,tee,search
        cho,c,,search
    """
    frame = attainment(team(people=people, as_of="2026-11-30"))
    assert one(frame, "amy", "gmv_paid")["actual"] == 140.0
    # the channel is theirs both: 95 + 60 + 30 in equal parts
    assert one(frame, "cho", "gmv_paid")["actual"] == 92.5


def test_goals_that_are_all_to_come_are_not_held_against_anything(team):
    goals = GOALS.replace("2026-11-01", "2026-12-01").replace("2026-10-01", "2027-01-01")
    frame = attainment(team(goals=goals))
    assert frame.empty
    assert [str(s) for s in find_attainment(frame)] == ["No month with goals is over."]


def test_only_the_last_months_are_counted(team):
    assert set(attainment(team(), months=1)["month"]) == {date(2026, 11, 1)}
    assert set(attainment(team())["month"]) == {date(2026, 10, 1), date(2026, 11, 1)}


def test_the_last_month_that_is_over_is_said(team):
    frame = attainment(team(as_of="2026-11-30"))
    assert str(find_attainment(frame)[0]) == (
        "GMV paid in 2026-11, of the goal: bob 110%, amy 60% and cho 46%."
    )
    young = attainment(team(goals=GOALS.replace("2026-10-01", "2026-11-01", 1).replace(
        "amy,2026-11-01,gmv_paid,0.6", "amy,2026-11-01,units,0.6")))  # fmt: skip
    assert [str(s) for s in find_attainment(young)] == ["No month with goals is over."]


def test_goals_without_refunds_have_no_settled_money(team):
    opened = team(refunds="refund_id,order_id,refunded_at,amount\n")
    assert attainment(opened)["settled"].isna().all()
    assert isinstance(attainment(team(goals="person_id,period_from,metric\n")), Missing)


@pytest.fixture(scope="module")
def goals(sample):
    return attainment(sample)


OCTOBER = "paid_at >= '2026-10-01' AND paid_at < '2026-11-01'"


def owns(person, column):
    return f"""(SELECT unnest(string_split({column}, ';'))
        FROM '{SAMPLE}/people.csv' WHERE person_id = '{person}')"""


def asked(sql):
    return duckdb.sql(sql).fetchone()


def test_an_owner_of_products_has_the_money_of_their_lines_by_sql(goals):
    """A refund of a whole order falls on its lines in proportion to what they paid."""
    paid, back = asked(
        f"""
        WITH line AS (
            SELECT *, paid_amount / sum(paid_amount) OVER (PARTITION BY order_id) AS share
            FROM '{SAMPLE}/order_lines.csv.gz'),
        back AS (SELECT order_id, line_no, sum(amount) AS amount
            FROM '{SAMPLE}/refunds.csv.gz' GROUP BY ALL)
        SELECT sum(l.paid_amount)::DOUBLE,
            sum(coalesce(b.amount, least(coalesce(w.amount, 0) * l.share, l.paid_amount)))::DOUBLE
        FROM line l JOIN '{SAMPLE}/orders.csv.gz' o USING (order_id)
        LEFT JOIN back b USING (order_id, line_no)
        LEFT JOIN back w ON w.order_id = l.order_id AND w.line_no IS NULL
        WHERE {OCTOBER} AND l.product_id IN {owns("U02", "products")}
        """
    )
    goal = one(goals, "U02", "gmv_paid", date(2026, 10, 1))
    assert goal["actual"] == pytest.approx(paid, abs=0.005)
    assert goal["settled"] == pytest.approx(paid - back, abs=0.01)


def test_an_owner_of_channels_has_the_money_of_their_orders_by_sql(goals):
    paid, back = asked(
        f"""
        SELECT sum(paid_amount)::DOUBLE, sum(amount)::DOUBLE
        FROM '{SAMPLE}/orders.csv.gz' LEFT JOIN (SELECT order_id, sum(amount) AS amount
            FROM '{SAMPLE}/refunds.csv.gz' GROUP BY ALL) USING (order_id)
        WHERE {OCTOBER} AND channel IN {owns("U07", "channels")}
        """
    )
    goal = one(goals, "U07", "gmv_paid", date(2026, 10, 1))
    assert goal["actual"] == pytest.approx(paid, abs=0.005)
    assert goal["settled"] == pytest.approx(paid - back, abs=0.005)


@pytest.mark.parametrize(("person", "by", "column"), [
    ("U02", "product_id", "products"), ("U07", "channel", "channels"),
])  # fmt: skip
def test_conversion_is_that_of_what_a_person_owns_by_sql(goals, person, by, column):
    seen, bought = asked(
        f"""
        SELECT count(*), count(*) FILTER (paid) FROM (
            SELECT {by}, visitor_id, bool_or(kind = 'pay') AS paid
            FROM read_csv('{SAMPLE}/events.csv.gz', types={{'dwell_seconds': 'DOUBLE'}})
            WHERE occurred_at >= '2026-10-01' AND occurred_at < '2026-11-01'
                AND {by} IN {owns(person, column)}
            GROUP BY ALL)
        """
    )
    goal = one(goals, person, "pay_conversion", date(2026, 10, 1))
    assert goal["actual"] == pytest.approx(bought / seen)


@pytest.mark.skipif(not INDIA.exists(), reason="India's orders and targets are not here")
def test_indias_targets_of_categories_are_goals_of_their_owners(tmp_path):
    folder = india_folder(tmp_path)
    kinds = pd.read_csv(folder / "products.csv")["category"].unique()
    people = pd.DataFrame({"person_id": kinds, "role": "merchandiser", "products": kinds})
    people.to_csv(folder / "people.csv", index=False)
    targets = pd.read_csv(folder / "targets.csv")
    goals = targets.assign(person_id=targets["scope"].str.removeprefix("category:"), weight=1)
    goals = goals.rename(columns={"value": "target"}).assign(payout_at_target=1000)
    columns = ["person_id", "period_from", "metric", "weight", "target", "payout_at_target"]
    goals[columns].to_csv(folder / "goals.csv", index=False)
    frame = attainment(open_shop(folder, as_of="2019-03-31"), months=12)
    told = duckdb.sql(
        f"""
        WITH line AS (
            SELECT date_trunc('month', strptime("Order Date", '%d/%m/%Y'))::DATE AS month,
                Category AS person_id, sum(Amount::DOUBLE) AS paid
            FROM read_csv('{INDIA}/Order_Details.csv', delim=';', all_varchar=true)
            JOIN read_csv('{INDIA}/List_of_Orders.csv', delim=';', all_varchar=true)
                USING ("Order ID")
            GROUP BY ALL)
        SELECT month, person_id, paid, paid / Target::DOUBLE AS attainment
        FROM line JOIN read_csv('{INDIA}/Sales_target.csv', delim=';', all_varchar=true) t
            ON t.Category = person_id
            AND strptime(t."Month of Order Date", '%b-%y')::DATE = month
        """
    ).df()
    assert len(told) == len(frame) == 36
    told["month"] = told["month"].dt.date
    both = frame.merge(told, on=["month", "person_id"])
    assert both["actual"].tolist() == pytest.approx(both["paid"].tolist())
    assert both["attainment_x"].tolist() == pytest.approx(both["attainment_y"].tolist())
    assert latest_over(frame)["month"].unique().tolist() == [date(2019, 3, 1)]


def test_without_lines_or_channels_what_cannot_be_told_apart_is_not_known(team):
    lineless = attainment(team(order_lines="order_id,line_no,product_id\n", as_of="2026-11-30"))
    assert pd.isna(one(lineless, "amy", "gmv_paid")["settled"])
    assert one(lineless, "cho", "gmv_paid")["settled"] == 130.0
