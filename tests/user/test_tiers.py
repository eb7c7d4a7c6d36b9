"""Tiers on a shop that a reader can add up: thresholds, sizes, moves, and who went where."""

from datetime import date
from decimal import Decimal

import duckdb
import pandas as pd
import pytest

from shophelm.errors import ParameterError
from shophelm.user import tier_members, tier_migration, tier_moves, tier_response, tiers
from tests.conftest import SAMPLE
from tests.user.hands import customers, orders

BUYS = (
    ("ann", "2026-08-10", "100"), ("ann", "2026-10-10", "500"), ("bob", "2026-09-30", "480"),
    ("cat", "2026-11-10", "2100"),
)  # fmt: skip
TIERS = {"ann": "silver", "bob": "bronze", "cat": "gold", "dan": "bronze"}
GIVEN = "bronze 0, silver 500, gold 2000"


@pytest.fixture
def small(shop):
    return shop(orders=orders(BUYS), customers=customers(TIERS))


def test_a_threshold_lies_between_the_most_of_one_tier_and_the_least_of_the_next(small):
    read = tiers.thresholds(small)
    assert read["tier"].tolist() == ["bronze", "silver", "gold"]
    assert read["threshold_low"].tolist()[1:] == [480, 600]
    assert read["threshold_high"].tolist()[1:] == [600, 2100]
    assert read["threshold"].tolist() == [0, 500, 1000]
    assert read["exported"].tolist() == [2, 1, 1]
    assert str(tiers.find_thresholds(read, currency="CNY")) == (
        "Read from the tiers as exported: silver at ¥500 (above ¥480.00, at most ¥600.00) and gold "
        "at ¥1,000 (above ¥600.00, at most ¥2,100.00)."
    )


@pytest.mark.parametrize(
    ("low", "high", "threshold"),
    [(499.9, 500.3, 500), (1964.3, 2001.4, 2000), (480, 496, 490), (0, 0.07, 0.01), (99, 101, 100)],
)
def test_of_an_interval_the_roundest_number_is_taken(shop, low, high, threshold):
    s = shop(
        orders=orders([("ann", "2026-08-10", low), ("bob", "2026-08-10", high)]),
        customers=customers({"ann": "one", "bob": "two"}),
    )
    assert tiers.thresholds(s)["threshold"].tolist() == [0, threshold]


def test_tiers_that_do_not_separate_are_not_known(shop):
    s = shop(orders=orders(BUYS), customers=customers(TIERS | {"ann": "bronze", "bob": "silver"}))
    read = tiers.thresholds(s)
    assert read["threshold"].isna().tolist() == [False, True, False]
    assert str(tiers.find_thresholds(read, currency="CNY")) == (
        "Where silver begins is not known: by money paid so far it does not separate from the tier "
        'below. Give the parameter tiers, like "silver 500, gold 2000".'
    )
    assert tier_members.sizes(s, read).empty
    assert tier_migration.tier_migration(s, read).empty
    seen = tier_response.bunched(s, read)
    assert tier_moves.moved_thresholds(s, read, seen).empty
    assert str(tier_members.find_sizes(tier_members.sizes(s, read), currency="CNY")) == (
        "Tiers cannot be counted while their thresholds are not known."
    )


def test_given_thresholds_are_held_against_the_tiers_as_exported(small):
    given = tiers.thresholds(small, tiers="silver 550, gold 650, platinum 9000")
    assert given["tier"].tolist() == ["no tier", "silver", "gold", "platinum"]
    assert given["threshold"].tolist() == [0, 550, 650, 9000]
    assert given["exported"].tolist() == [0, 1, 1, 0]
    assert given["apart"].tolist() == [0, 0, 0, 0]
    assert str(tiers.find_thresholds(given, currency="CNY")) == (
        "As given: silver at ¥550, gold at ¥650 and platinum at ¥9,000. As exported there are also "
        "bronze (2), which the parameter does not name."
    )
    other = tiers.thresholds(small, tiers="bronze 0, silver 400, gold 3000")
    # bob has paid for silver, cat not for gold
    assert other["apart"].tolist() == [1, 0, 1]
    assert "2 of 4 stood in another tier at export than their spend asks for." in str(
        tiers.find_thresholds(other, currency="CNY")
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "silver",
            "tiers is 'silver', in which 'silver' is not a tier of its own and a number. Write it "
            'like "silver 500, gold 2000".',
        ),
        (
            "silver 5, silver 6",
            "tiers is 'silver 5, silver 6', in which 'silver 6' is not a tier of its own and a "
            'number. Write it like "silver 500, gold 2000".',
        ),
        ("a 5, b 5", "tiers is 'a 5, b 5', in which two tiers begin at the same money."),
        (
            "silver nan",
            "tiers is 'silver nan', in which 'silver nan' is not a tier of its own and a number. "
            'Write it like "silver 500, gold 2000".',
        ),
    ],
)
def test_a_parameter_that_cannot_be_read_says_so(small, text, message):
    with pytest.raises(ParameterError) as told:
        tiers.thresholds(small, tiers=text)
    assert str(told.value) == message


def test_a_tier_may_have_a_name_of_two_words(small):
    given = tiers.thresholds(small, tiers="black card 1999.99")
    assert given[["tier", "threshold"]].values.tolist() == [["no tier", 0], ["black card", 1999.99]]


def test_a_shop_without_tiers_says_so(shop):
    s = shop(orders=orders(BUYS))
    assert str(tiers.find_thresholds(tiers.thresholds(s), currency="CNY")) == (
        "Where tiers begin is not known: the shop has no customers.tier. Give the parameter tiers, "
        'like "silver 500, gold 2000".'
    )
    sized = tier_members.sizes(s, tiers.thresholds(s, tiers=GIVEN))
    assert sized["customers"].tolist() == [1, 1, 1]


def test_customers_and_money_of_each_tier_and_who_is_near(small):
    sized = tier_members.sizes(small, tiers.thresholds(small, tiers=GIVEN))
    assert sized["customers"].tolist() == [2, 1, 1]
    assert sized["share"].tolist() == [0.5, 0.25, 0.25]
    assert sized["spent"].tolist() == [Decimal(480), Decimal(600), Decimal(2100)]
    assert sized["spent_share"].tolist() == pytest.approx([480 / 3180, 600 / 3180, 2100 / 3180])
    assert sized["near"].tolist() == [1, 0, 0]
    assert sized["lacking"].tolist() == pytest.approx([20, float("nan"), float("nan")], nan_ok=True)
    assert str(tier_members.find_sizes(sized, currency="CNY")) == (
        "2 customers in silver or higher are 50.00% of the customers and spent 84.91% of the "
        "money. Within a tenth below the next threshold stand 1 customer for silver (lacking "
        "¥20 on average)."
    )


def test_a_tier_nobody_is_in_is_counted_with_nobody(small):
    sized = tier_members.sizes(small, tiers.thresholds(small, tiers="a 500, b 5000"))
    assert sized["customers"].tolist() == [2, 2, 0]
    assert sized["spent"].tolist()[2] == 0


def test_moving_a_threshold_counts_who_is_between_and_what_they_cost(small):
    given = tiers.thresholds(small, tiers=GIVEN)
    seen = tier_response.bunched(small, given)
    rows = tier_moves.moved_thresholds(
        small, given, seen, benefits="silver 0.10, gold 0.25", moves=(-0.2, 0.5, 4.0)
    )
    # silver to 400: bob gains it; to 750: ann loses it; to 2,500 it would pass gold
    # gold to 1,600 changes nobody, to 3,000 cat loses it, to 10,000 as well
    assert rows["candidate"].tolist() == [400, 750, 1600, 3000, 10_000]
    assert rows["gain_tier"].tolist() == [1, 0, 0, 0, 0]
    assert rows["lose_tier"].tolist() == [0, 1, 0, 1, 1]
    # the shop is 98 days old, of which 28 are two sevenths
    bob, ann, cat = (money * 28 / 98 for money in (480 * 0.10, 600 * 0.10, 2100 * 0.15))
    assert rows["cost"].tolist() == pytest.approx([bob, -ann, 0, -cat, -cat])
    # one customer's money is its own error: 80 % lie within 1.2816 of them
    assert rows["cost_low"].iloc[0] == pytest.approx(bob * (1 - 1.2815516))
    assert rows["gain"].isna().all()
    unknown = tier_moves.moved_thresholds(small, given, seen, moves=(-0.2,))
    assert unknown["cost"].isna().all()
    assert str(tier_moves.find_moved_thresholds(unknown, currency="CNY")) == (
        "If silver began at another spend, customers being as they are: at ¥400 1 more. The cost "
        "needs the parameter benefits, like “silver 0.01, gold 0.03”. A gain is not known: nothing "
        "shows that customers respond to a threshold."
    )


def test_few_customers_do_not_tell_whether_they_top_up(small):
    given = tiers.thresholds(small, tiers=GIVEN)
    found = tier_response.response(given, tier_response.bunched(small, given))
    assert found["reading"].tolist() == [tier_response.FEW, tier_response.FEW]
    assert found.drop(columns=["tier", "threshold", "reading"]).isna().all(axis=None)
    assert str(tier_response.find_response(found, currency="CNY")) == (
        "Too few customers stand near silver and gold to tell whether they top up."
    )


def test_customers_are_followed_over_the_last_whole_month(small):
    given = tiers.thresholds(small, tiers=GIVEN)
    moved = tier_migration.tier_migration(small, given)
    # October: ann went from 100 to 600; bob had paid on the last of September; dan has not; cat
    # comes in November
    assert moved.values.tolist() == [
        ["bronze", "bronze", 3, Decimal(480), Decimal(480), Decimal(0)],
        ["bronze", "silver", 1, Decimal(100), Decimal(600), Decimal(500)],
    ]
    assert str(tier_migration.find_tier_migration(small, moved, currency="CNY")) == (
        "In 2026-10, 1 of 4 customers reached another tier: 1 from bronze to silver (¥500 paid); "
        "0 joined."
    )
    wide = tier_migration.matrix(moved, "money_now", currency="CNY")
    assert wide.to_dict("records") == [{"from": "bronze", "bronze": "¥480", "silver": "¥600"}]


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [("2026-11-15", "2026-10-01", "2026-10-31"), ("2026-11-30", "2026-11-01", "2026-11-30")],
)
def test_the_last_whole_month_is_over(day, first, last):
    month = tier_migration.last_whole_month(date.fromisoformat(day))
    assert (str(month.first), str(month.last)) == (first, last)


def test_who_comes_new_comes_from_nowhere(shop):
    s = shop(orders=orders(BUYS), as_of="2026-09-30")
    moved = tier_migration.tier_migration(s, tiers.thresholds(s, tiers=GIVEN))
    assert moved.values.tolist() == [
        ["not yet a customer", "bronze", 1, Decimal(0), Decimal(480), Decimal(480)],
        ["bronze", "bronze", 1, Decimal(100), Decimal(100), Decimal(0)],
    ]


def test_moves_of_the_sample_add_up_to_its_tiers_on_either_day(sample):
    given = tiers.thresholds(sample, tiers=GIVEN)
    moved = tier_migration.tier_migration(sample, given)
    for side, money, day in (
        ("from", "money_then", date(2026, 9, 30)),
        ("to", "money_now", date(2026, 10, 31)),
    ):
        sized = tier_members.sizes(sample.at(day), given).set_index("tier")
        of_tier = moved[moved[side] != tier_migration.NOT_YET].groupby(side)
        assert of_tier["customers"].sum().to_dict() == sized["customers"].to_dict()
        assert of_tier[money].agg(lambda m: sum(m, Decimal(0))).to_dict() == (
            sized["spent"].to_dict()
        )


def test_the_samples_tiers_agree_with_sql(sample):
    theirs = duckdb.sql(f"""
        WITH spent AS (SELECT customer_id, sum(paid_amount::DECIMAL(18,4)) AS paid
                       FROM '{SAMPLE}/orders.csv.gz' WHERE paid_at IS NOT NULL GROUP BY 1)
        SELECT tier, count(*) AS n, sum(coalesce(paid, 0)) AS paid,
               count(*) FILTER (tier = 'bronze' AND paid >= 450) AS near,
        FROM '{SAMPLE}/customers.csv.gz' LEFT JOIN spent USING (customer_id)
        GROUP BY 1 ORDER BY min(coalesce(paid, 0))""").df()
    read = tiers.thresholds(sample)
    sized = tier_members.sizes(sample, read)
    # by spend as it is by the tiers as exported
    assert sized["tier"].tolist() == theirs["tier"].tolist()
    assert sized["customers"].tolist() == theirs["n"].tolist()
    assert [float(m) for m in sized["spent"]] == theirs["paid"].tolist()
    assert sized["near"].iloc[0] == theirs["near"].iloc[0]
    assert read["apart"].tolist() == [0, 0, 0, 0]


def test_an_earlier_day_does_not_know_the_tiers_of_the_export(sample):
    read = tiers.thresholds(sample.at(date(2026, 6, 30)))
    assert read["threshold"].isna().any()


def test_missing_customers_of_orders_leave_it_unanswered(shop):
    s = shop(orders=orders([("", "2026-08-10", "100")]))
    answer = tiers.thresholds(s)
    assert "no customer_id in orders" in str(answer)
    assert str(tiers.find_thresholds(answer, currency="CNY")) == str(answer)
    assert tier_response.response(answer, {}) is answer


def test_order_of_rows_changes_nothing(shop):
    one = shop(orders=orders(BUYS), customers=customers(TIERS))
    before = tiers.thresholds(one), tier_members.sizes(one, tiers.thresholds(one))
    other = shop(orders=orders(BUYS[::-1]), customers=customers(dict(reversed(TIERS.items()))))
    after = tiers.thresholds(other), tier_members.sizes(other, tiers.thresholds(other))
    for a, b in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(a, b)
