"""Hours unlike their day: planted outages and crowds are found, and little else."""

from datetime import date, datetime, timedelta

import duckdb
import numpy as np
import pytest

from shophelm.data import odd_hours
from shophelm.shop.calendar import Period
from shophelm.shop.tables import open_shop
from tests.conftest import SAMPLE

LAST = date(2026, 11, 8)
WEEK = Period(date(2026, 11, 2), LAST)


def log(hourly: list[int], *, days: int = 42, changed: dict[int, int] | None = None) -> str:
    """Write a log of views: each hour's visitors on every day, and other ones on the last."""
    rows = ["event_id,visitor_id,occurred_at,kind,product_id,channel"]
    for day in range(days):
        for hour, n in enumerate(hourly):
            n = (changed or {}).get(hour, n) if day == days - 1 else n
            at = datetime(2026, 11, 8, hour) - timedelta(days=days - 1 - day)
            who = [f"d{day}h{hour}n{i}" for i in range(n)]
            rows += [f"{w},{w},{at:%Y-%m-%d %H:%M:%S},view,tee,search" for w in who]
    return "\n".join(rows)


def test_hours_without_a_visitor_are_one_alert_with_its_hours(shop):
    usual = [20] * 24
    dark = {14: 0, 15: 0, 16: 0}
    found = odd_hours.odd_hours(shop(events=log(usual, changed=dark), as_of=str(LAST)), WEEK)
    (alert,) = found.to_dict("records")
    assert (alert["first"], alert["last"]) == (
        datetime(2026, 11, 8, 14),
        datetime(2026, 11, 8, 16),
    )
    assert (alert["figure"], alert["now"]) == ("visitors", 0)
    # the day brought 420 where 480 are usual: three hours of it are an eighth
    assert alert["expected"] == pytest.approx(52.5, abs=0.2)
    assert [str(s) for s in odd_hours.explained(found)] == [
        "2026-11-08 14:00 to 17:00: 0 visitors where 52.5 were to be expected of such a day "
        "(−100.0%). Most of it by search: 0 in these hours, 60.0 on a usual day. Was the shop, or "
        "the log, down?"
    ]


def test_a_day_with_more_of_everything_is_no_alert_of_hours(shop):
    usual = [20] * 24
    events = log(usual, changed=dict.fromkeys(range(24), 30))
    found = odd_hours.odd_hours(shop(events=events, as_of=str(LAST)), WEEK)
    assert found.empty
    assert str(odd_hours.find_odd_hours(found)) == (
        "Over 168 hours, what came was held against the day's: no alert."
    )


def test_a_young_shop_says_that_its_hours_cannot_be_judged(shop):
    events = log([5] * 24, days=5)
    found = odd_hours.odd_hours(shop(events=events, as_of=str(LAST)), WEEK)
    assert str(odd_hours.find_odd_hours(found)) == (
        "Hours were not held against their days: the shop is too young for that."
    )


def changed_sample(tmp_path, events: str):
    """Write the sample's events anew by a query over `events`, its campaigns as they are."""
    source = f"read_csv('{SAMPLE}/events.csv.gz', all_varchar=true)"
    duckdb.sql(f"COPY ({events.format(events=source)}) TO '{tmp_path}/events.parquet'")
    (tmp_path / "campaigns.csv").write_bytes((SAMPLE / "campaigns.csv").read_bytes())
    return open_shop(tmp_path, as_of="2026-11-08")


def test_a_log_that_stood_still_for_five_hours_of_the_sample_is_found(tmp_path):
    shop = changed_sample(
        tmp_path,
        "SELECT * FROM {events} WHERE NOT (occurred_at >= '2026-11-05 18:00' "
        "AND occurred_at < '2026-11-05 23:00')",
    )
    found = odd_hours.odd_hours(shop, WEEK)
    alert = found.iloc[0]
    assert alert["first"].date() == alert["last"].date() == date(2026, 11, 5)
    assert 18 <= alert["first"].hour <= alert["last"].hour <= 23
    assert alert["now"] < 0.5 * alert["expected"]


def test_a_crowd_by_one_channel_is_found_and_its_channel_named(tmp_path):
    shop = changed_sample(
        tmp_path,
        "SELECT * FROM {events} UNION ALL BY NAME SELECT 'x' || range AS event_id, 'x' || range "
        "AS visitor_id, '2026-11-04 03:10:00' AS occurred_at, 'view' AS kind, 'ads' AS channel "
        "FROM range(40)",
    )
    found = odd_hours.odd_hours(shop, WEEK)
    alert = found[found["now"] > found["expected"]].iloc[0]
    assert alert["first"] == datetime(2026, 11, 4, 3)
    assert alert["why"].startswith("Most of it by ads: 4")
    assert alert["why"].endswith("Who sent them?")


def test_false_alerts_of_the_sample_stay_within_their_quarter_of_the_budget(sample):
    watched = Period(date(2025, 9, 1), date(2026, 11, 15))
    found = odd_hours.odd_hours(sample, watched, alerts_per_month=2.0)
    borne = 0.5 * found.attrs["hours"] / 24 / 30
    assert found.attrs["hours"] > 24 * 400
    assert len(found) <= borne + 2.58 * np.sqrt(borne)


def test_without_a_log_orders_are_watched_by_the_hour(shop):
    lines = log([10] * 24, changed={3: 60}).splitlines()[1:]
    orders = ["order_id,created_at,goods_amount,discount_amount,shipping_amount,paid_amount"]
    for line in lines:
        order, _, at, *_ = line.split(",")
        orders.append(f"{order},{at},10.00,0.00,0.00,10.00")
    found = odd_hours.odd_hours(shop(orders="\n".join(orders), as_of=str(LAST)), WEEK)
    assert odd_hours.shown(found)[["first", "figure", "now"]].to_dict("records") == [
        {"first": datetime(2026, 11, 8, 3), "figure": "orders placed", "now": 60}
    ]
    assert found["why"].tolist() == ["Who sent them?"]
