"""What creators and their themes left, against hand-written SQL, planted truth and sums by hand."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.promotion.content_themes import content_themes, find_themes
from shophelm.promotion.creators import KEEP, LESS, creator_actions, creators, find_creators
from shophelm.shop.calendar import Period
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP

PERIOD = Period(date(2026, 8, 17), date(2026, 11, 15))
EVENTS = f"read_csv('{SAMPLE}/events.csv.gz', types={{'dwell_seconds': 'DOUBLE'}})"
NAME = "成分党小白"


@pytest.fixture(scope="module")
def found(sample):
    return creators(sample, PERIOD).set_index("creator")


def test_what_was_left_is_that_of_the_visits_orders_by_sql(found):
    """Paid in a visit that met the page; less refunds and the cost of the goods that were kept."""
    returned, worth = duckdb.sql(
        f"""
        WITH met AS (
            SELECT DISTINCT visitor_id, session_id FROM {EVENTS}
            WHERE page = 'note/{NAME}'
                AND occurred_at >= '2026-08-17' AND occurred_at < '2026-11-16'
        ),
        visit AS (
            SELECT max(customer_id) AS customer_id, min(occurred_at) AS began,
                max(occurred_at) AS ended
            FROM {EVENTS} JOIN met USING (visitor_id, session_id) GROUP BY visitor_id, session_id
        ),
        back AS (SELECT order_id, sum(amount) AS back FROM '{SAMPLE}/refunds.csv.gz' GROUP BY 1),
        cost AS (
            SELECT order_id, sum(unit_cost * quantity) / sum(paid_amount) AS share
            FROM '{SAMPLE}/order_lines.csv.gz' JOIN '{SAMPLE}/products.csv' USING (product_id)
            GROUP BY 1
        )
        SELECT sum(coalesce(back, 0)) / sum(paid_amount),
            sum((paid_amount - coalesce(back, 0) - shipping_amount) * (1 - share))
        FROM visit JOIN '{SAMPLE}/orders.csv.gz' USING (customer_id)
        JOIN cost USING (order_id) LEFT JOIN back USING (order_id)
        WHERE paid_at BETWEEN began AND ended + INTERVAL 1 HOUR
        """
    ).fetchone()
    row = found.loc[NAME]
    assert row["returned_share"] == pytest.approx(returned)
    assert row["left"] + row["cost"] == pytest.approx(worth * (1 - row["anyway_share"]), rel=1e-6)


def test_who_would_have_come_anyway_is_told_from_days_without_pay_by_sql(found):
    """Days without pay on them and the three before, by the visitors of unpaid channels."""
    seen, resting, now = duckdb.sql(
        f"""
        WITH day AS (
            SELECT occurred_at::DATE AS day,
                count(DISTINCT visitor_id) FILTER (channel = 'search')
                + count(DISTINCT visitor_id) FILTER (channel = 'recommend')
                + count(DISTINCT visitor_id) FILTER (channel = 'direct') AS others,
                count(DISTINCT (visitor_id, session_id)) FILTER (page = 'note/{NAME}') AS visits
            FROM {EVENTS} GROUP BY 1
        ),
        paid AS (SELECT DISTINCT day FROM '{SAMPLE}/spend.csv' WHERE creator = '{NAME}'),
        known AS (
            SELECT *, NOT EXISTS (
                FROM paid p WHERE p.day BETWEEN d.day - INTERVAL 3 DAY AND d.day
            ) AS resting FROM day d
        )
        SELECT sum(visits) FILTER (resting), sum(others) FILTER (resting),
            sum(others) FILTER (day BETWEEN '2026-08-17' AND '2026-11-15') FROM known
        """
    ).fetchone()
    row = found.loc[NAME]
    assert row["anyway_share"] == pytest.approx(seen * now / resting / row["visits"], rel=0.01)


def test_verdicts_follow_the_interval(found):
    assert (found.loc[found["verdict"] == KEEP, "left_low"] > 0).all()
    assert (found.loc[found["verdict"] == LESS, "left_high"] < 0).all()
    assert found.loc["爆款君", "verdict"] == LESS
    said = " ".join(map(str, find_creators(found.reset_index(), currency="CNY")))
    assert "surely left something" in said


def test_the_creator_of_most_effect_leaves_most_for_a_yuan(planted):
    """Of one channel, so that what its visitors are like is the same."""
    opened, truth = planted
    rows = creators(opened, PERIOD).set_index("creator")
    for channel in ("live", "content"):
        effects = truth["spend"]["creators"][channel]
        each = (rows["left"] / rows["cost"])[list(effects)]
        assert each.idxmax() == max(effects, key=effects.get)


def test_no_theme_is_told_where_none_was_planted(planted):
    opened, _ = planted
    (said,) = find_themes(content_themes(opened, PERIOD))
    assert str(said).startswith("None of 5 themes brings more or fewer visits")


def posts(lift, *, days=120, dear=False):
    """Two creators post one of two themes a day; `try-on` brings `lift` times the visits.

    One is off every fourth week; the shop's search brings 40 a day.
    """
    rng = np.random.default_rng(8)
    spend, events, at = [], [], pd.date_range("2026-01-01", periods=days)
    for n, day in enumerate(at):
        rows = [("search", "home", rng.poisson(40))]
        for creator, usual in (("mia", 20), ("leo", 8)):
            off = creator == "mia" and n // 7 % 4 == 3
            theme = ("try-on", "unboxing")[rng.integers(2)]
            if not off:
                cost = 500 if dear else 50
                spend.append((day, "content", creator, theme, cost, 2 * usual))
            many = 3 if off else usual * (lift if theme == "try-on" else 1.0)
            rows.append(("content", f"note/{creator}", rng.poisson(many)))
        for channel, page, number in rows:
            events += [(day + pd.Timedelta(hours=9), channel, page) for _ in range(number)]
    names = ["day", "channel", "creator", "content_theme", "cost", "clicks"]
    log = pd.DataFrame(events, columns=["occurred_at", "channel", "page"]).assign(kind="view")
    log["event_id"] = [f"e{i}" for i in range(len(log))]
    log["visitor_id"] = [f"v{i}" for i in range(len(log))]
    return {
        "spend": pd.DataFrame(spend, columns=names).to_csv(index=False),
        "events": log.to_csv(index=False),
        **{t: HAND_SHOP[t].replace("2026-11", "2026-01") for t in ("orders", "order_lines")},
    }


SPRING = Period(date(2026, 1, 1), date(2026, 4, 30))


def test_a_theme_that_brings_half_as_many_again_is_found(shop):
    found = content_themes(shop(**posts(1.5), as_of="2026-04-30"), SPRING)
    best = found.iloc[0]
    assert best["content_theme"] == "try-on"
    # half of the days are of either theme: 1.5 beside their mean of 1.25
    assert best["theme_lift_low"] < 0.2 < best["theme_lift_high"]
    assert best["theme_lift_low"] > 0
    said = [str(s) for s in find_themes(found)]
    assert said[0].startswith("try-on brings +")


def test_visits_on_days_without_pay_would_come_anyway(shop):
    """3 of the 20 a day that mia's posts bring come in weeks off, too; leo is never off."""
    rows = creators(shop(**posts(1.0), as_of="2026-04-30"), SPRING).set_index("creator")
    visits = rows.loc["mia", "visits"]
    assert rows.loc["mia", "anyway_share"] == pytest.approx(3 * 120 / visits, rel=0.25)
    assert np.isnan(rows.loc["leo", "anyway_share"])
    assert rows.loc["leo", "verdict"] == "not known"


def test_who_costs_more_than_visits_leave_is_to_be_halved(shop):
    """Nobody buys in these visits: what is saved is half of what 28 of 120 days cost."""
    opened = shop(**posts(1.0, dear=True), as_of="2026-04-30")
    rows = creators(opened, SPRING)
    actions = {a.subject: a for a in creator_actions(opened, rows, SPRING)}
    assert list(actions) == ["creator:mia"]
    cost = rows.set_index("creator").loc["mia", "cost"]
    assert float(actions["creator:mia"].worth) == pytest.approx(cost / 2 * 28 / 120, abs=0.01)
