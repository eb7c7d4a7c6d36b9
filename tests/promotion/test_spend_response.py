"""What media money brings, against hand-written SQL and what is planted in the simulated shop."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.promotion.spend_response import (
    LESS,
    UNKNOWN,
    curves,
    find_spend_response,
    shown,
    spend_actions,
    spend_response,
)
from shophelm.shop.calendar import Period
from shophelm.shop.needs import Missing
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP

PERIOD = Period(date(2026, 8, 17), date(2026, 11, 15))


@pytest.fixture(scope="module")
def found(sample):
    return spend_response(sample, PERIOD)


def planted_elasticity(truth, response, spend):
    """By what share visits answer to 1 % more: effects of creators weigh what each was paid."""
    effects = truth["creators"].get(response["channel"], {None: 1.0})
    effect = sum(effects.get(c, 1.0) * cost for c, cost in spend.items()) / sum(spend.values())
    stock = effect * sum(spend.values()) / (1 - response["decay"])
    half, reach = response["half_yuan"] * truth["scale"], response["reach"]
    return reach * half * stock / (stock + half) ** 2 / (1 - reach + reach * stock / (stock + half))


def test_planted_responses_are_recovered(planted):
    """By how much visits answer to money at what is usual, and how long: of three, one may miss."""
    opened, truth = planted
    rows = spend_response(opened, PERIOD).channels.set_index("channel")
    table = opened["spend"].filter(lambda t: t.day >= PERIOD.first)
    paid = opened.frame(table.group_by("channel", "creator").aggregate(cost=table.cost.sum()))
    responses, lives = 0, 0
    for response in truth["spend"]["responses"]:
        row = rows.loc[response["channel"]]
        mine = paid[paid["channel"] == response["channel"]].set_index("creator")["cost"]
        costs = {c if isinstance(c, str) else None: float(v) / 91 for c, v in mine.items()}
        true = planted_elasticity(truth["spend"], response, costs)
        share = row["spend_a_day"] / row["visits_a_day"] / 100
        low, high = (row[f"next_visits{end}"] * share for end in ("_low", "_high"))
        responses += low <= true <= high
        life = np.log(0.5) / np.log(response["decay"])
        lives += row["half_life_low"] <= life <= row["half_life_high"]
    assert min(responses, lives) >= 2


def test_spend_and_visits_a_day_are_those_of_sql(found):
    spend = duckdb.sql(
        f"""
        SELECT channel, sum(cost)::DOUBLE / 91 FROM '{SAMPLE}/spend.csv'
        WHERE day BETWEEN '2026-08-17' AND '2026-11-15' GROUP BY 1
        """
    ).fetchall()
    visits = duckdb.sql(
        f"""
        SELECT channel, count(*) / 91 FROM (
            SELECT DISTINCT occurred_at::DATE AS day, channel, visitor_id
            FROM read_csv('{SAMPLE}/events.csv.gz', types={{'dwell_seconds': 'DOUBLE'}})
            WHERE occurred_at >= '2026-08-17' AND occurred_at < '2026-11-16'
        ) GROUP BY 1
        """
    ).fetchall()
    rows = found.channels.set_index("channel")
    assert rows["spend_a_day"].to_dict() == pytest.approx(dict(spend))
    assert rows["visits_a_day"].to_dict() == pytest.approx(
        {c: n for c, n in visits if c in rows.index}
    )


def test_more_and_less_are_told_by_what_the_next_money_leaves(found):
    rows = found.channels
    assert (rows.loc[rows["verdict"] == LESS, "next_worth_high"] < 1).all()
    # what a visitor leaves times the visits of the next 100
    worth = rows["visit_worth"] * rows["next_visits"] / 100
    assert worth.to_numpy() == pytest.approx(rows["next_worth"].to_numpy(), rel=0.05)


def test_the_curve_passes_through_what_is_usual(found):
    drawn = curves(found)
    for channel, own in drawn.groupby("channel"):
        assert own["visits"].is_monotonic_increasing
        assert own["spend"].max() == pytest.approx(2 * own["usual"].iloc[0]), channel
        assert own["visits"].iloc[0] == 0


def test_actions_change_a_fifth_and_are_worth_what_that_leaves(sample, found):
    rows = found.channels.set_index("channel")
    for action in spend_actions(sample, found):
        row = rows.loc[action.subject.removeprefix("channel:")]
        assert action.action.startswith(f"Spend a fifth {row['verdict']} on ")
        assert float(action.worth) == pytest.approx(row["gain"], abs=0.01)
        # of a fifth less, no more can be saved than that money
        assert (
            0 < float(action.worth_low) < float(action.worth_high) <= 0.2 * 28 * row["spend_a_day"]
        )


def test_every_channel_is_spoken_of(found):
    said = " ".join(map(str, find_spend_response(found, currency="CNY")))
    assert all(channel in said for channel in found.channels["channel"])
    assert "gain" not in " ".join(shown(found).columns)


def daily(spend):
    """Daily exports of 200 days: search brings 100 a day, ads 20, whatever is spent."""
    days = pd.date_range("2026-01-01", periods=200).strftime("%Y-%m-%d")
    rng = np.random.default_rng(3)
    rows = [
        (d, c, n) for d in days for c, n in (("search", rng.poisson(100)), ("ads", rng.poisson(20)))
    ]
    traffic = pd.DataFrame(rows, columns=["day", "channel", "visitors"]).assign(page_views=0)
    paid = pd.DataFrame({"day": days, "channel": "ads", "cost": spend})
    return {"traffic": traffic.to_csv(index=False), "spend": paid.to_csv(index=False)}


def test_money_that_never_changed_is_said_not_to_be_identifiable(shop):
    orders = {t: HAND_SHOP[t] for t in ("orders", "order_lines")}
    opened = shop(**daily(100.0), **orders, as_of="2026-07-19")
    found = spend_response(opened, Period(date(2026, 6, 1), date(2026, 7, 19)))
    assert found.channels["verdict"].tolist() == [UNKNOWN]
    (said,) = map(str, find_spend_response(found, currency="CNY"))
    assert said.startswith("What more or less money in ads would do is not identifiable")
    assert spend_actions(opened, found) == []


def test_without_spend_the_question_names_the_table(sample):
    assert isinstance(spend_response(Missing("x", "spend"), PERIOD), Missing)
