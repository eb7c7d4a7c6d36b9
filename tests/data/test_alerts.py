from datetime import date, datetime, timedelta

import numpy as np
import pytest

from shophelm.data import alerts, hours, monitor
from shophelm.data.alert_reasons import along_the_chain
from shophelm.shop.calendar import Period
from shophelm.shop.importers import import_files
from shophelm.shop.tables import open_shop
from tests.conftest import SHARED

FIRST = datetime(2026, 9, 1)
HEAD = (
    "order_id,customer_id,created_at,paid_at,channel,goods_amount,discount_amount,"
    "shipping_amount,paid_amount"
)


def orders(per_day, *, seed=1, dead=(), channel="search"):
    """Orders of ¥100 through the day, three of four paid at once; none in the dead hours."""
    rng = np.random.default_rng(seed)
    rows = []
    for i, n in enumerate(per_day):
        for second in np.sort(rng.integers(0, 86_400, n)):
            at = FIRST + timedelta(days=i, seconds=int(second))
            works = not any(a <= at < b for a, b in dead)
            paid = at + timedelta(minutes=2) if works and rng.random() < 0.75 else ""
            rows.append(f"o{len(rows)},c{len(rows)},{at},{paid},{channel},100,0,0,100")
    return "\n".join([HEAD, *rows])


def alerts_of(shop, period):
    return alerts.alerts(shop, monitor.watch(shop, period), period)


def steady(days=70, level=60, seed=1):
    return np.random.default_rng(seed).poisson(level, days)


def test_a_collapse_is_told_with_its_days_its_size_and_the_gap_in_money(shop):
    per_day = steady()
    per_day[60:63] = 5
    s = shop(orders=orders(per_day))
    found = alerts_of(s, Period(date(2026, 10, 26), date(2026, 11, 8)))
    alert = found[found["figure"] == "paid orders"].iloc[0]
    assert (alert["first"], alert["last"]) == (date(2026, 10, 31), date(2026, 11, 2))
    days = s.frame(s["orders"])["paid_at"].dropna().dt.date
    paid = days.between(date(2026, 10, 31), date(2026, 11, 2)).sum()
    assert alert["now"] == paid
    assert alert["gmv_gap"] == pytest.approx(100 * (paid - alert["expected"]), rel=0.05)
    assert alert["why"].startswith("GMV −8") or alert["why"].startswith("GMV −9")


def test_a_collapse_and_its_recovery_are_two_alerts(shop):
    per_day = steady(level=40)
    per_day[50:57] = 2
    per_day[57:] = steady(level=160)[57:]
    s = shop(orders=orders(per_day))
    found = alerts_of(s, Period(date(2026, 10, 10), date(2026, 11, 8)))
    found = found[found["figure"] == "paid orders"]
    assert found["first"].iloc[:2].tolist() == [date(2026, 10, 21), date(2026, 10, 28)]
    assert (np.sign(found["expected_change"].iloc[:2]) == [-1, 1]).all()


def test_a_steady_shop_has_no_alert_and_says_what_was_watched(shop):
    s = shop(orders=orders(steady(seed=3), seed=3))
    found = alerts_of(s, Period(date(2026, 11, 2), date(2026, 11, 8)))
    assert found.empty
    assert str(alerts.find_alerts(found, alerts_per_month=2)) == (
        "3 daily figures were watched on 7 days: no alert, where 1.0 false ones a month are borne."
    )


def test_a_young_shop_is_not_watched(shop):
    s = shop(orders=orders(steady(days=6)), as_of="2026-09-06")
    found = alerts_of(s, Period(date(2026, 9, 1), date(2026, 9, 6)))
    assert str(alerts.find_alerts(found, alerts_per_month=2)) == (
        "Not watched: the shop is too young for anything to be expected of its days."
    )


def test_parts_along_the_chain_add_up_to_the_gap_of_gmv(sample):
    watched = monitor.watch(sample, Period(date(2026, 11, 9), date(2026, 11, 15)))
    for at in ([watched.days.index(date(2026, 9, 16))], [watched.days.index(date(2026, 11, 11))]):
        parts, gap, base = along_the_chain(watched, at)
        own = {k: v for k, v in parts.items() if not k.startswith("refunds")}
        assert sum(own.values()) == pytest.approx(gap)
        assert base > 0


def test_hours_without_a_payment_are_found_in_the_orders_alone(shop):
    dead = (datetime(2026, 11, 5, 14), datetime(2026, 11, 5, 18))
    s = shop(orders=orders(steady(level=90), dead=[dead]))
    found = hours.dead_hours(s, Period(date(2026, 11, 2), date(2026, 11, 8)))
    assert len(found) == 1
    one = found.iloc[0]
    # hours before it in which the few who ordered happened not to pay cannot be told apart
    assert one["first"] <= dead[0]
    assert (one["last"], one["paid"]) == (datetime(2026, 11, 5, 17), 0)
    assert one["gmv_gap"] == pytest.approx(-100 * one["expected"])
    assert str(hours.find_dead_hours(found)) == (
        "Over 168 hours, payments were held against those who placed an order: 1 alert."
    )
    assert str(hours.explained(found, currency="CNY")[0]) == (
        f"{one['first']:%Y-%m-%d %H:%M} to 18:00: {one['wanted']:.0f} placed an order, 0 paid "
        f"where {one['expected']:.1f} were to be expected, about ¥{one['expected'] * 100:,.0f} not "
        "earned. Was the checkout down?"
    )


def test_a_log_without_checkouts_cannot_be_watched_by_the_hour(shop):
    s = shop(
        events="event_id,visitor_id,occurred_at,kind\n1,v,2026-11-01 10:00:00,pay\n"
        "2,v,2026-11-02 10:00:00,view\n"
    )
    found = hours.dead_hours(s, Period(date(2026, 11, 1), date(2026, 11, 2)))
    assert str(hours.find_dead_hours(found)) == (
        "Hours were not watched: the event log shows no checkout, and there are no orders that "
        "could have failed to be paid."
    )


@pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")
def test_the_real_shop_of_february_2020_collapses_and_recovers(tmp_path):
    (tmp_path / "key").write_text("a key of this test, long enough")
    file = SHARED / "tmall_orders" / "tmall_order_report.csv"
    import_files("tmall-orders", [file], tmp_path / "shop", key_file=tmp_path / "key")
    s = open_shop(tmp_path / "shop", as_of="2020-02-29")
    found = alerts_of(s, Period(date(2020, 2, 1), date(2020, 2, 29)))
    found = found[found["figure"] == "paid orders"]
    # orders stopped with the parcels, from the 10th to the 16th, and came back on the 17th
    assert found["first"].tolist() == [date(2020, 2, 10), date(2020, 2, 17)]
    assert found["last"].iloc[0] == date(2020, 2, 16)
    assert found["expected_change"].iloc[0] < -0.9
    assert found["expected_change"].iloc[1] > 2
