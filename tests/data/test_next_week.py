from datetime import date

import pandas as pd

from shophelm.data import chain, next_week, trend
from shophelm.shop.calendar import Period
from tests.hand_shop import HAND_SHOP

CAMPAIGNS = """
    campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic
    d,Double 11,double11,2026-11-01,2026-11-11,2026-11-12,2026-11-20,coupon
    b,Black Friday,black_friday,2026-11-20,2026-11-27,2026-11-28,2026-11-30,coupon
"""
LAUNCHES = """
    launch_id,task,season,duration_days,owner_role,due_on
    l,choose range,spring,10,merchandiser,2026-11-20
    l,photos,spring,10,designer,2026-12-20
"""
WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))


def actions(*rows):
    columns = ["action", "owner_role", "status", "due_on"]
    return pd.DataFrame(rows, columns=columns)


def test_phases_tasks_holidays_and_actions_due_stand_in_order(shop):
    s = shop(**HAND_SHOP, campaigns=CAMPAIGNS, launches=LAUNCHES)
    due = actions(
        ("Mend the page", "merchandiser", "accepted", date(2026, 11, 18)),
        ("Long done", "merchandiser", "done", date(2026, 11, 18)),
        ("Later", "merchandiser", "proposed", date(2026, 12, 18)),
    )
    ahead = next_week.next_days(s, due, country="CN")
    assert ahead.values.tolist() == [
        [date(2026, 11, 18), "we should know: Mend the page (merchandiser)"],
        [date(2026, 11, 20), "Black Friday: warm-up begins"],
        [date(2026, 11, 20), "Double 11: last day"],
        [date(2026, 11, 20), "spring: choose range is due (merchandiser)"],
    ]
    assert str(next_week.find_next_days(ahead.head(1))) == (
        "In the next 7 days: 2026-11-18 we should know: Mend the page (merchandiser)."
    )


def test_holidays_over_the_turn_of_the_year_are_seen(shop):
    s = shop(orders=HAND_SHOP["orders"], as_of="2026-12-28")
    ahead = next_week.next_days(s, actions(), country="CN")
    assert [date(2027, 1, 1), "New Year's Day (public holiday)"] in ahead.values.tolist()


def test_an_empty_week_says_so(shop):
    ahead = next_week.next_days(shop(**HAND_SHOP), actions(), country="CN")
    assert str(next_week.find_next_days(ahead)) == "Nothing is planned for the next 7 days."


def test_the_customer_cut_names_new_and_returning_buyers(shop):
    week = chain.compare(shop(**HAND_SHOP), WEEK)
    # ann bought before; bob is new; the guest is a buyer of whom nothing is known
    assert str(chain.find_customers(week)) == (
        "3 customers bought: 1 new buyer and 1 returning buyer. Of the customers of a year "
        "50.00% bought more than once."
    )


def test_the_campaign_cut_names_the_phases_of_the_period(shop):
    without = shop(**HAND_SHOP)
    assert str(trend.find_campaigns(without, chain.compare(without, WEEK), WEEK)) == (
        "Campaigns are not known: the shop has no promotion calendar."
    )
    s = shop(**HAND_SHOP, campaigns=CAMPAIGNS)
    assert str(trend.find_campaigns(s, chain.compare(s, WEEK), WEEK)) == (
        "Double 11: warm-up, Double 11: burst and Double 11: afterglow: last year's like is not "
        "known."
    )
    quiet = Period(date(2026, 10, 19), date(2026, 10, 25))
    assert str(trend.find_campaigns(s, chain.compare(s, WEEK), quiet)) == (
        "No campaign ran in this period."
    )
