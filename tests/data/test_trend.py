from datetime import date

import pandas as pd
import pytest

from shophelm.data import trend
from shophelm.errors import ParameterError
from tests.hand_shop import HAND_SHOP

CAMPAIGNS = """
    campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic
    d11,Double 11,double11,2026-11-05,2026-11-11,2026-11-12,2026-11-14,coupon
"""


def test_days_have_no_gaps_and_a_day_without_rows_is_unknown(shop):
    days = trend.daily(shop(orders=HAND_SHOP["orders"]))
    assert days["day"].tolist() == list(pd.date_range("2026-11-03", "2026-11-15"))
    gmv = days.set_index("day")["gmv_paid"]
    assert float(gmv["2026-11-10"]) == 179.5
    assert pd.isna(gmv["2026-11-05"])


def test_its_sentence_names_the_best_and_the_weakest_day(shop):
    days = trend.daily(shop(orders=HAND_SHOP["orders"]))
    assert str(trend.find_trend(days, currency="CNY")) == (
        "Over 13 days the median day brought ¥60.00 of GMV paid; the best was 2026-11-10 "
        "(¥179.50), the weakest 2026-11-15 (¥30.00)."
    )


def test_phases_and_holidays_of_the_days_are_listed(shop):
    s = shop(orders=HAND_SHOP["orders"], campaigns=CAMPAIGNS)
    listed = trend.promotion_calendar(s, trend.daily(s), country="")
    assert listed.values.tolist() == [
        ["warm-up", "Double 11", date(2026, 11, 5), date(2026, 11, 10)],
        ["burst", "Double 11", date(2026, 11, 11), date(2026, 11, 11)],
    ]


def test_holidays_come_from_the_country(shop):
    orders = HAND_SHOP["orders"].replace("2026-11-03 10:00:00", "2026-09-30 10:00:00")
    s = shop(orders=orders.replace("2026-11-03", "2026-09-30"))
    listed = trend.promotion_calendar(s, trend.daily(s), country="CN")
    assert listed.iloc[0].tolist() == [
        "holiday",
        "National Day",
        date(2026, 10, 1),
        date(2026, 10, 3),
    ]


def test_a_country_that_is_none_is_named(shop):
    s = shop(orders=HAND_SHOP["orders"])
    with pytest.raises(ParameterError) as caught:
        trend.promotion_calendar(s, trend.daily(s), country="XX")
    assert str(caught.value) == (
        "country is 'XX', whose public holidays are not known. Give a two-letter code such as CN, "
        "GB or BR, or an empty text for no holidays."
    )
