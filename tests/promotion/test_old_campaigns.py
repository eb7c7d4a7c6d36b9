"""A campaign of which the shop knows nothing: said so, by every question."""

from matplotlib import pyplot as plt

from shophelm.figures import promotion as figures
from shophelm.promotion.ledger import ledger, shown
from shophelm.promotion.ledger_told import bars, days, find_headline, find_ledger
from shophelm.promotion.mechanics import find_top_up, mechanics, top_up
from shophelm.promotion.phases import phases
from shophelm.shop.needs import Missing

TABLES = {
    "orders": """
        order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
        o1,2026-10-01 10:00:00,2026-10-01 10:00:00,5,0,0,5
        o2,2026-10-03 10:00:00,2026-10-03 10:00:00,5,0,0,5
        """,
    "order_lines": """
        order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount
        o1,1,p,1,5,5,5
        o2,1,p,1,5,5,5
        """,
    "campaigns": """
        campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic
        old,Old sale,sale,2025-06-01,2025-06-03,2025-06-05,2025-06-08,99-10
        """,
}


def test_its_phases_are_missing_and_say_when_the_shop_begins(shop):
    found = phases(shop(**TABLES))
    assert isinstance(found, Missing)
    assert str(found).endswith(
        "No day of Old sale lies within the shop's, which begin on 2026-10-01."
    )


def test_what_it_added_is_said_to_be_unknown(shop):
    found = ledger(shop(**TABLES))
    assert not found.known
    assert shown(found)["part_added"].isna().all()
    (said,) = map(str, find_ledger(found, currency="CNY"))
    assert said.startswith("What Old sale added is not known: too few days without a campaign")
    assert str(find_headline(found, currency="CNY")) == "What Old sale added is not known."
    for axes in (
        figures.days(days(found), currency="CNY"),
        figures.parts(bars(found), currency="CNY"),
    ):
        plt.close(axes.figure)


def test_its_mechanic_and_threshold_hold_no_order(shop):
    opened = shop(**TABLES)
    assert mechanics(opened)["left_low"].isna().all()
    found = top_up(opened)
    assert (found.threshold, found.orders) == (99.0, 0)
    assert "cannot be told from so few" in str(find_top_up(found, currency="CNY"))
