"""Who is in which arm and what counts as theirs, in a shop added up by hand."""

import textwrap
from datetime import date

import pandas as pd
import pytest

from shophelm.store.page_test_people import people_and_views
from tests.store.page_test_shop import TABLES, opened_in


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    return opened_in(tmp_path_factory.mktemp("hand"), TABLES)


COUNTS = ["carts", "views", "pays", "orders", "paid", "settled", "cash"]


def rows(opened, *columns):
    """Give those who may have done something by person, and those who did not by arm and day."""
    frame = opened.frame(people_and_views(opened))
    alike = frame["variant"] + " " + frame["first_seen_on"].astype(str)
    frame = frame.set_index(frame["person"].fillna(alike)).sort_index()
    return frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None)


def of(opened, person, columns=COUNTS):
    return [None if v is None else float(v) for v in rows(opened, *columns).loc[person]]


def test_a_customer_is_one_person_at_the_first_exposure_whatever_the_device(hand):
    found = rows(hand, "variant", "first_seen_on", "device", "persona", "people")
    assert found.loc["a1"].tolist() == ["plain", date(2026, 10, 1), "ios", "z", 1]
    # v1 and v9 are a1, y1 and y2 are a8; v2, v4 and v6 did nothing that counts
    assert list(found.index) == [
        *("a1", "a3", "a5", "a8"),
        *("plain 2026-10-02", "plain 2026-10-14", "scene 2026-10-02", "v7", "x1"),
    ]


def test_who_saw_two_variants_is_in_no_arm(hand):
    found = rows(hand, "variant")["variant"]
    assert found[found.isna()].index.tolist() == ["a8", "x1"]


def test_what_happens_counts_from_the_first_exposure_to_the_end_of_the_test(hand):
    # two views and the cart of the other device; the cart a second early does not count; o2 of
    # 80, and on the cash basis what was paid back of an older order
    assert of(hand, "a1") == [1, 2, 0, 1, 80, 80, 30]
    # the cart came on the day after the end
    assert of(hand, "plain 2026-10-02") == [0, 1, 0, 0, 0, 0, 0]
    # in the last second
    assert of(hand, "a3") == [1, 0, 1, 1, 10, 10, 10]
    # o5 of 100, 40 of it paid back after the end; 60 of o4 paid back within; o6 a day late
    assert of(hand, "a5") == [2, 0, 1, 1, 100, 60, 40]


def test_an_id_that_never_signed_in_may_be_a_customers(hand):
    assert of(hand, "v7") == [0, 0, 0, 1, 20, 20, 20]


def test_what_they_did_before_is_that_of_28_days_before_the_start(hand):
    before = [f"{c}_before" for c in COUNTS if c != "views"]
    # o1 of 50 was paid back, but only once the test ran; e03 came on its first day
    assert of(hand, "a1", before) == [1, 0, 1, 50, 0, 50]
    # v6's cart is too long ago
    assert of(hand, "scene 2026-10-02", before) == [0, 0, 0, 0, 0, 0]
    returning = rows(hand, "returning")["returning"]
    assert returning[returning].index.tolist() == ["a1"]
    assert returning.notna().all()


def test_what_signing_in_reveals_later_does_not_count_as_known_before(shop, hand):
    # a5 bought on 29 September, and signed in after having seen the scene
    assert of(hand, "a5", ["paid_before", "orders_before"]) == [0, 0]
    known = TABLES["events"] + "    e00,v5,a5,2026-09-28 08:00:00,view\n"
    opened = shop(**TABLES | {"events": known})
    assert of(opened, "a5", ["paid_before", "settled_before", "cash_before"]) == [60, 0, 60]
    assert rows(opened, "returning").loc["a5"].tolist() == [True]


def test_who_did_nothing_is_counted_by_how_often_they_looked(shop):
    more = "    photo,w{},plain,2026-10-02 {}:00:00,pc,z\n"
    exposures = TABLES["exposures"] + "".join(more.format(i, 10 + i) for i in range(5))
    events = TABLES["events"] + "".join(
        f"    w{i}{h},w{i},,2026-10-02 2{h}:00:00,view\n" for i in (1, 2, 3) for h in (1, 2)
    )
    opened = shop(**TABLES | {"exposures": exposures, "events": events})
    found = rows(opened, "views", "people").loc["plain 2026-10-02"]
    # w0 and w4 never looked, v2 did once
    assert sorted(found.to_numpy().tolist()) == [[0, 2], [1, 1], [2, 3]]


def test_exposures_after_the_end_are_none(hand):
    # a1 to a8, v7 and x1, and v2, v4 and v6: v8 came a day late
    assert rows(hand, "people")["people"].sum() == 9


def test_a_running_test_counts_up_to_the_last_day_known(shop):
    opened = shop(as_of="2026-10-13", **TABLES)
    assert of(opened, "a5") == [2, 0, 1, 1, 100, 100, 40]
    # a3 is not known to be v3 yet
    assert of(opened, "plain 2026-10-03") == [0, 0, 0, 0, 0, 0, 0]


def test_without_events_visitors_are_customers(shop):
    tables = {k: v for k, v in TABLES.items() if k != "events"}
    tables["exposures"] = TABLES["exposures"].replace(",v1,", ",a1,").replace(",v5,", ",a5,")
    opened = shop(**tables)
    assert of(opened, "a5") == [None, None, None, 1, 100, 60, 40]
    assert of(opened, "a5", ["paid_before", "cash_before"]) == [60, 60]
    assert of(opened, "a1", ["orders", "paid", "paid_before"]) == [1, 80, 50]


def test_without_orders_or_refunds_money_is_unknown(shop):
    no_refunds = {k: v for k, v in TABLES.items() if k != "refunds"}
    assert of(shop(**no_refunds), "a5") == [2, 0, 1, 1, 100, None, None]


def test_the_order_of_rows_changes_nothing(shop, hand):
    tables = {}
    for name, text in TABLES.items():
        head, *body = textwrap.dedent(text).strip().splitlines()
        tables[name] = "\n".join([head, *sorted(body)[::-1]]) + "\n"
    pd.testing.assert_frame_equal(
        rows(shop(**tables), "variant", "first_seen_on", "device", "persona", *COUNTS),
        rows(hand, "variant", "first_seen_on", "device", "persona", *COUNTS),
    )
