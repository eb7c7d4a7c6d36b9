"""The clock of customers: an ordinary day takes 1, a campaign's what came of it."""

from datetime import date, timedelta

import pandas as pd
import pytest

from shophelm.user.clock import clock

FIRST, BURST = date(2026, 9, 1), date(2026, 10, 1)
CAMPAIGNS = """
    campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic
    c1,Sale,sale,2026-10-01,2026-10-01,2026-10-02,2026-10-02,discount
    c2,Sale,sale,{next},{next},{after},{after},discount
"""


def orders(*, on_burst):
    """Every customer first buys on the first day; two come back on a day, more on the burst."""
    rows = [(FIRST, n) for n in range(on_burst)]
    for n in range(1, 60):
        day = FIRST + timedelta(days=n)
        rows += [(day, c) for c in range(on_burst if day == BURST else 2)]
    head = "order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,"
    head += "shipping_amount,paid_amount\n"
    return head + "\n".join(
        f"o{i},c{c},{d} 10:00:00,{d} 10:00:00,1,0,0,1" for i, (d, c) in enumerate(rows)
    )


def test_without_campaigns_the_clock_is_the_calendar(shop):
    time = clock(shop(orders=orders(on_burst=42), as_of="2026-10-30"))
    assert time.ahead(28) == 28
    assert time.at(pd.Series([FIRST, BURST])).tolist() == [1, 31]
    assert time.now == 60


@pytest.mark.parametrize("on_burst", [2, 42])
def test_a_burst_takes_as_long_as_purchases_came(shop, on_burst):
    campaigns = CAMPAIGNS.format(next="2026-11-10", after="2026-11-11")
    time = clock(shop(orders=orders(on_burst=on_burst), campaigns=campaigns, as_of="2026-10-30"))
    # two a day are usual; twenty are added against chance
    burst = (on_burst + 20) / (2 + 20)
    assert time.pace["sale: burst"] == pytest.approx(burst)
    assert time.now == pytest.approx(59 + burst)
    # the same campaign is listed for the days ahead: once, not again a year after the first
    assert time.ahead(28) == pytest.approx(27 + burst)
    assert time.ahead(364) == pytest.approx(363 + burst)


def test_a_campaign_listed_no_more_is_expected_again_a_year_later(shop):
    campaigns = "\n".join(CAMPAIGNS.splitlines()[:3])
    time = clock(shop(orders=orders(on_burst=42), campaigns=campaigns, as_of="2026-10-30"))
    assert time.ahead(300) == pytest.approx(300)
    assert time.ahead(364) == pytest.approx(363 + 62 / 22)
