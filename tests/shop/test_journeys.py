"""Events come in the order of visitor, time and event_id, however the file lists them."""

from datetime import date, datetime

import numpy as np
import pytest

from shophelm.shop.calendar import Period
from shophelm.shop.journeys import KIND, OTHER, journeys

HEAD = "event_id,visitor_id,occurred_at,kind,product_id,page,channel,keyword,dwell_seconds"
ROWS = [
    "e1,ann,2026-11-09 00:00:00,search,,results,ads,shoes,4.5",
    "e2,ann,2026-11-09 00:00:05,view,tee,detail,ads,,20",
    "e3,ann,2026-11-09 00:00:05,cart,tee,,ads,,",
    "e4,bob,2026-11-08 23:59:59,home,,,,,",
    "e5,bob,2026-11-09 12:00:00.250,view,cap,detail,,,1",
    "e6,bob,2026-11-10 00:00:00,view,cap,detail,,,1",
]
DAY = Period(date(2026, 11, 9), date(2026, 11, 9))
COLUMNS = ("product_id", "page", "channel", "keyword", "dwell_seconds")


def micro(text):
    return int((datetime.fromisoformat(text) - datetime(1970, 1, 1)).total_seconds() * 1e6)


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 2, 0, 4, 1, 3], [0, 2, 1, 3, 4, 5]])
def test_the_order_of_the_file_is_no_matter(shop, order):
    s = shop(events="\n".join([HEAD, *(ROWS[i] for i in order)]))
    found = journeys(s, DAY, columns=COLUMNS)
    assert found.visitor.tolist() == [0, 0, 0, 1]
    assert found.at.tolist() == [
        micro("2026-11-09 00:00:00"),
        micro("2026-11-09 00:00:05"),
        micro("2026-11-09 00:00:05"),
        micro("2026-11-09 12:00:00.250"),
    ]
    assert found.kind.tolist() == [KIND[k] for k in ("search", "view", "cart", "view")]
    assert found.words["product_id"].names == ("cap", "tee")
    assert found.words["product_id"].codes.tolist() == [-1, 1, 1, 0]
    assert found.words["page"].codes.tolist() == [1, 0, -1, 0]
    assert found.words["channel"].codes.tolist() == [0, 0, 0, -1]
    assert found.words["keyword"].codes.tolist() == [0, -1, -1, -1]
    np.testing.assert_equal(found.dwell, [4.5, 20, np.nan, 1])


def test_columns_that_are_not_asked_for_are_not_read(shop):
    found = journeys(shop(events="\n".join([HEAD, *ROWS])), DAY, ties=False)
    assert found.words == {}
    assert np.isnan(found.dwell).all()


def test_columns_that_the_log_lacks_are_unknown(shop):
    rows = [",".join(row.split(",")[:4]) for row in ROWS]
    s = shop(events="\n".join(["event_id,visitor_id,occurred_at,kind", *rows]))
    found = journeys(s, DAY, columns=COLUMNS)
    assert found.words["product_id"].names == ()
    assert found.words["product_id"].codes.tolist() == [-1] * 4
    assert np.isnan(found.dwell).all()


def test_a_period_without_events_is_empty(shop):
    s = shop(events="\n".join([HEAD, *ROWS]))
    found = journeys(s, DAY.shifted(DAY.last - date(2026, 11, 1)), columns=COLUMNS)
    assert len(found) == 0
    assert found.words["page"].names == ()


def test_nothing_later_than_as_of_is_read(shop):
    s = shop(events="\n".join([HEAD, *ROWS]), as_of="2026-11-09")
    assert len(journeys(s, Period(date(2026, 11, 8), date(2026, 11, 20)))) == 5


def test_a_part_keeps_the_words_of_the_whole(shop):
    s = shop(events="\n".join([HEAD, *ROWS]))
    whole = journeys(s, Period(date(2026, 11, 8), date(2026, 11, 10)), columns=["product_id"])
    part = whole.during(Period(date(2026, 11, 10), date(2026, 11, 10)))
    assert part.kind.tolist() == [KIND["view"]]
    assert part.words["product_id"].names == ("cap", "tee")
    assert part.words["product_id"].codes.tolist() == [0]
    assert whole.is_kind("view", "cart").tolist() == [False, True, True, False, True, True]


def test_a_kind_that_the_contract_does_not_know_is_another(shop):
    s = shop(events="\n".join([HEAD, *ROWS[:2], ROWS[2].replace("cart", "share")]))
    found = journeys(s, DAY)
    assert found.kind.tolist() == [KIND["search"], KIND["view"], OTHER]
    assert found.is_kind("pay", "cart").tolist() == [False] * 3
