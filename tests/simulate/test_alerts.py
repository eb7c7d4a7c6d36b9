"""Planted incidents are found in the simulated shop, and false alerts stay within their budget."""

from datetime import date, datetime

import numpy as np
import pytest

from shophelm.data import alerts, hours, monitor
from shophelm.shop.calendar import Period
from shophelm.shop.tables import open_shop

WATCHED = Period(date(2025, 9, 1), date(2026, 11, 15))
BUDGET = 2.0


@pytest.fixture(scope="module")
def opened(shop_folder):
    return open_shop(shop_folder, as_of="2026-11-15")


@pytest.fixture(scope="module")
def daily(opened):
    return alerts.alerts(opened, monitor.watch(opened, WATCHED), WATCHED, alerts_per_month=BUDGET)


@pytest.fixture(scope="module")
def hourly(opened):
    return hours.dead_hours(opened, WATCHED, alerts_per_month=BUDGET)


def test_the_channel_that_dried_up_is_found_on_its_days(daily, truth):
    dry = truth["incidents"]["dry_channel"]
    first, last = (date.fromisoformat(d) for d in dry["days"])
    found = daily[daily["figure"] == f"visitors of channel {dry['channel']}"]
    found = found[(found["first"] <= last) & (found["last"] >= first)]
    assert found["first"].min() == first
    assert (last - found["last"].max()).days <= 1
    assert (found["now"] < 0.5 * found["expected"]).all()
    assert all("visitors −" in why for why in found["why"])


def test_each_dead_checkout_is_found_with_its_hours(hourly, truth):
    for dead in truth["incidents"]["dead_checkouts"]:
        day = date.fromisoformat(dead["day"])
        first, last = (datetime(day.year, day.month, day.day, h) for h in dead["hours"])
        found = hourly[(hourly["first"] < last) & (hourly["last"] >= first)]
        assert len(found) == 1
        assert found["paid"].iloc[0] == 0
        assert found["first"].iloc[0].date() == day
        assert found["gmv_gap"].iloc[0] < 0


def test_double_11_itself_is_no_alert_of_the_shop(daily):
    burst = daily[(daily["first"] <= date(2026, 11, 11)) & (daily["last"] >= date(2026, 11, 11))]
    shops_own = burst[~burst["figure"].str.contains(" of channel | of category ")]
    assert shops_own.empty


def unplanted(found, truth):
    """Alerts that no planted incident, and no change of a channel's spend, is behind."""
    dry = truth["incidents"]["dry_channel"]
    keep = ~found["why"].str.contains("Its spend went") & ~found["figure"].str.endswith(
        dry["channel"]
    )
    days = [d["day"] for d in truth["incidents"]["dead_checkouts"]]
    return found[keep & ~found["first"].astype(str).isin(days)]


def test_false_daily_alerts_stay_within_their_half_of_the_budget(daily, truth):
    borne = BUDGET / 2 * daily.attrs["judged"] / 30
    assert daily.attrs["judged"] > 400
    assert len(unplanted(daily, truth)) <= borne + 2.58 * np.sqrt(borne)


def test_false_alerts_of_payments_stay_within_their_quarter_of_the_budget(hourly, truth):
    days = {d["day"] for d in truth["incidents"]["dead_checkouts"]}
    false = [a for a in hourly["first"] if str(a.date()) not in days]
    borne = BUDGET / 4 * hourly.attrs["hours"] / 24 / 30
    assert len(false) <= borne + 2.58 * np.sqrt(borne)
