from datetime import date

import pandas as pd
import pytest

from shophelm.errors import ParameterError
from shophelm.shop.calendar import (
    Period,
    campaign_phases,
    days_before,
    last_days,
    same_days_last_year,
    same_phase_last_year,
)

CAMPAIGNS = pd.DataFrame(
    [
        (
            "Double 11",
            "double11",
            date(2025, 10, 20),
            date(2025, 11, 11),
            date(2025, 11, 12),
            date(2025, 11, 20),
        ),
        (
            "Double 11",
            "double11",
            date(2026, 10, 20),
            date(2026, 11, 11),
            date(2026, 11, 12),
            date(2026, 11, 20),
        ),
        (
            "Spring",
            "spring",
            date(2025, 1, 20),
            date(2025, 1, 28),
            date(2025, 2, 5),
            date(2025, 2, 12),
        ),
        (
            "Spring",
            "spring",
            date(2026, 2, 8),
            date(2026, 2, 16),
            date(2026, 2, 24),
            date(2026, 3, 3),
        ),
    ],
    columns=["name", "kind", "warmup_from", "burst_from", "afterglow_from", "ends_on"],
)


def test_the_week_to_a_day_has_seven_days():
    week = last_days(date(2026, 11, 15))
    assert (week.first, week.last, week.days) == (date(2026, 11, 9), date(2026, 11, 15), 7)
    assert week.before == Period(date(2026, 11, 2), date(2026, 11, 8))
    assert days_before(week, 56) == Period(date(2026, 9, 14), date(2026, 11, 8))


def test_a_period_has_at_least_a_day():
    with pytest.raises(ParameterError) as caught:
        last_days(date(2026, 11, 15), days=0)
    assert str(caught.value) == "days is 0. A period has at least one day."


def test_last_year_by_week_day_is_52_weeks_back():
    day = date(2026, 11, 11)
    assert same_days_last_year(Period(day, day)) == {day: date(2025, 11, 12)}


def test_last_year_by_phase_follows_the_campaign():
    double11, festival = date(2026, 11, 11), date(2026, 2, 17)
    assert same_phase_last_year(Period(double11, double11), CAMPAIGNS) == {
        double11: date(2025, 11, 11)
    }
    assert same_phase_last_year(Period(festival, festival), CAMPAIGNS) == {
        festival: date(2025, 1, 29)
    }


def test_outside_campaigns_the_week_day_counts():
    day = date(2026, 8, 5)
    assert same_phase_last_year(Period(day, day), CAMPAIGNS) == {day: date(2025, 8, 6)}


@pytest.mark.parametrize(
    ("day", "phase"),
    [
        (date(2026, 11, 10), "Double 11: warm-up"),
        (date(2026, 11, 11), "Double 11: burst"),
        (date(2026, 11, 12), "Double 11: afterglow"),
        (date(2026, 11, 21), ""),
    ],
)
def test_a_day_lies_in_a_phase(day, phase):
    assert campaign_phases([day], CAMPAIGNS) == [phase]


@pytest.mark.parametrize(("days", "back"), [(1, 7), (7, 7), (8, 14), (28, 28)])
def test_the_same_week_days_before_never_overlap(days, back):
    period = last_days(date(2026, 11, 15), days=days)
    before = period.same_week_days_before
    assert (before.days, (period.first - before.first).days) == (days, back)
    assert before.last < period.first
