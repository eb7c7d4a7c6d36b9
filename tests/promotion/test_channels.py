"""Payments shared among channels, and creators, against hand-written SQL and planted truth."""

from datetime import date

import duckdb
import pytest

from shophelm.promotion.advice import steps
from shophelm.promotion.channel_credit import WAYS, channel_credit, find_channel_credit
from shophelm.promotion.creators import creators, find_creators
from shophelm.promotion.ledger import ledger
from shophelm.promotion.presale import presale
from shophelm.shop.calendar import Period
from shophelm.shop.needs import Missing
from tests.conftest import SAMPLE

PERIOD = Period(date(2026, 8, 17), date(2026, 11, 15))
EVENTS = f"read_csv('{SAMPLE}/events.csv.gz', types={{'dwell_seconds': 'DOUBLE'}})"


@pytest.fixture(scope="module")
def credit(sample):
    return channel_credit(sample, PERIOD)


def test_every_way_adds_up_to_the_payments_by_sql(credit):
    visits = duckdb.sql(
        f"""
        SELECT count(DISTINCT (visitor_id, session_id)) FROM {EVENTS}
        WHERE kind = 'pay' AND occurred_at >= '2026-08-17' AND occurred_at < '2026-11-16'
        """
    ).fetchone()[0]
    assert credit.paths.conversions + credit.paths.untouched == visits
    sums = credit.channels[list(WAYS)].sum()
    assert sums.tolist() == pytest.approx([credit.paths.conversions] * 4)


def test_the_last_touch_is_the_visit_that_paid_by_sql(credit):
    """A payment's last touch is the visit it lies in, by the channel the visit began with."""
    rows = duckdb.sql(
        f"""
        WITH visit AS (
            SELECT visitor_id, session_id, arg_min(channel, (occurred_at, event_id)) AS channel,
                bool_or(kind = 'pay' AND occurred_at >= '2026-08-17') AS paid
            FROM {EVENTS} WHERE occurred_at >= '2026-07-18' GROUP BY 1, 2
        )
        SELECT channel, count(*) FROM visit WHERE paid GROUP BY 1
        """
    ).fetchall()
    ours = credit.channels.set_index("channel")["last_touch"]
    assert ours.to_dict() == pytest.approx(dict(rows), abs=3)


def test_media_costs_are_those_of_the_days_by_sql(credit):
    rows = duckdb.sql(
        f"""
        SELECT channel, sum(cost)::DOUBLE FROM '{SAMPLE}/spend.csv'
        WHERE day BETWEEN '2026-08-17' AND '2026-11-15' GROUP BY 1
        """
    ).fetchall()
    cost = credit.channels.set_index("channel")["cost"]
    assert cost[cost > 0].to_dict() == pytest.approx(dict(rows))


def test_too_few_payments_are_not_shared_out(sample):
    first = channel_credit(sample, Period(date(2025, 3, 1), date(2025, 3, 2)))
    (said,) = map(str, find_channel_credit(first, currency="CNY"))
    assert said.startswith("Only ")
    assert said.endswith("too few to share out.")


def test_only_the_planted_creator_is_suspected(planted):
    opened, truth = planted
    found = creators(opened, PERIOD)
    suspects = found.loc[found["suspect"], "creator"].tolist()
    assert suspects == [truth["spend"]["bought_traffic"]]
    effects = {**truth["spend"]["creators"]["live"], **truth["spend"]["creators"]["content"]}
    assert set(found["creator"]) == set(effects)


def test_the_planted_effect_of_creators_orders_their_visits(planted):
    """A creator of 1.6 times the effect brings more visits for a yuan than one of 0.7 times."""
    opened, truth = planted
    found = creators(opened, PERIOD).set_index("creator")
    for channel in ("live", "content"):
        effects = truth["spend"]["creators"][channel]
        best, least = max(effects, key=effects.get), min(effects, key=effects.get)
        each = found["visits"] / found["cost"]
        assert each[best] > each[least]


def test_visits_and_buyers_of_a_creator_are_those_of_sql(sample):
    visits, buyers = duckdb.sql(
        f"""
        WITH met AS (
            SELECT DISTINCT visitor_id, session_id FROM {EVENTS}
            WHERE page = 'note/成分党小白' AND occurred_at >= '2026-08-17'
                AND occurred_at < '2026-11-16'
        )
        SELECT count(*), count(*) FILTER ((visitor_id, session_id) IN (
            SELECT (visitor_id, session_id) FROM {EVENTS}
            WHERE kind = 'pay' AND occurred_at >= '2026-08-17' AND occurred_at < '2026-11-16'
        )) FROM met
        """
    ).fetchone()
    row = creators(sample, PERIOD).set_index("creator").loc["成分党小白"]
    assert (row["visits"], row["buyers"]) == (visits, buyers)


def test_actions_stop_the_suspect_and_say_what_is_saved(sample):
    found = creators(sample, PERIOD)
    added, deposits = ledger(sample), presale(sample)
    none = Missing("not asked", "spend")
    others = {"given": none, "response": none}
    actions = steps(sample, ledger=added, presale=deposits, creators=found, period=PERIOD, **others)
    kinds = [a.kind for a in actions]
    assert kinds == ["next campaign", "stop a creator"]
    stop = actions[1]
    cost = found.set_index("creator").loc["爆款君", "cost"]
    assert float(stop.worth) == pytest.approx(cost / 91 * 28, abs=0.01)
    assert stop.subject == "creator:爆款君"
    assert any("as with bought traffic" in str(s) for s in find_creators(found, currency="CNY"))
