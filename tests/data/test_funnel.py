from datetime import date

import duckdb
import pytest

from shophelm.data.funnel import by_step, find_funnel, funnel
from shophelm.shop.calendar import Period, last_days
from tests.conftest import SAMPLE
from tests.data.visits import log

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
PRODUCTS = """
    product_id,title,category,list_price
    tee,Tee,apparel,50
    cap,Cap,hats,10
"""
VISITS = [
    "ann ads 2026-11-09 10:00 home view:tee cart:tee checkout:tee pay:tee",
    # a cart before the page, and nothing after it
    "bob ads 2026-11-09 10:00 cart:tee home view:cap",
    # carted on Tuesday evening, bought on Wednesday morning, within 24 hours
    "cat search 2026-11-10 20:00 search view:cap favourite:cap",
    "cat ads 2026-11-11 09:00 checkout:cap pay:cap",
    # paid after more than 24 hours
    "dan search 2026-11-12 10:00 home view:tee cart:tee checkout:tee",
    "dan search 2026-11-13 10:02 pay:tee",
    "eve ads 2026-11-14 10:00 home",
    # the week before
    "eve ads 2026-11-07 10:00 home view:tee",
    "fay ads 2026-11-02 10:00 home view:tee cart:tee",
    "fay ads 2026-11-01 10:00 home",
]


@pytest.fixture
def asked(shop):
    s = shop(events=log(*VISITS), products=PRODUCTS)
    return lambda **options: funnel(s, WEEK, **options)


def visitors(frame):
    return frame.pivot(index="slice", columns="step", values="visitors").to_dict("index")


def test_the_whole_is_counted_by_hand(asked):
    found = asked()
    assert found["slice"].unique().tolist() == ["all"]
    assert found["step"].tolist() == [
        "visit",
        "item page",
        "cart or favourite",
        "checkout",
        "payment",
    ]
    assert found["visitors"].tolist() == [5, 4, 3, 3, 2]
    assert found["share"].tolist() == pytest.approx([1, 0.8, 0.6, 0.6, 0.4])
    assert found["rate"].tolist()[1:] == pytest.approx([0.8, 0.75, 1, 2 / 3])
    assert found["visitors_before"].tolist() == [2, 2, 1, 0, 0]
    assert found["rate_before"].tolist()[1:4] == [1, 0.5, 0]
    assert (found["rate_low"] < found["rate"]).sum() == 4


def test_time_to_finish_can_be_given(asked):
    assert asked(hours=25)["visitors"].tolist() == [5, 4, 3, 3, 3]
    assert asked(hours=0)["visitors"].tolist() == [5, 4, 0, 0, 0]


def test_a_days_steps_must_all_fall_into_it(asked):
    found = visitors(asked(by="day"))
    assert found["2026-11-10"] == {
        "visit": 1,
        "item page": 1,
        "cart or favourite": 1,
        "checkout": 0,
        "payment": 0,
    }
    assert found["2026-11-11"]["payment"] == 0
    assert found["2026-11-09"]["payment"] == 1


def test_a_day_is_held_against_its_own_week_day(asked):
    found = asked(by="day").set_index(["slice", "step"])["visitors_before"]
    assert found["2026-11-09"].tolist() == [1, 1, 1, 0, 0]
    assert found["2026-11-14"].tolist() == [1, 1, 0, 0, 0]
    assert found["2026-11-10"].tolist() == [0, 0, 0, 0, 0]


def test_hours_of_all_days_are_added_up(asked):
    found = visitors(asked(by="hour"))
    assert found["10:00"]["visit"] == 4
    assert found["20:00"]["cart or favourite"] == 1


def test_channels_are_those_of_the_events(asked):
    found = visitors(asked(by="channel"))
    assert found["ads"] == {
        "visit": 3,
        "item page": 2,
        "cart or favourite": 1,
        "checkout": 1,
        "payment": 1,
    }
    assert found["search"] == {
        "visit": 2,
        "item page": 2,
        "cart or favourite": 2,
        "checkout": 1,
        "payment": 0,
    }


def test_categories_begin_with_the_item_page(asked):
    found = asked(by="category")
    assert visitors(found) == {
        "apparel": {"item page": 2, "cart or favourite": 2, "checkout": 2, "payment": 1},
        "hats": {"item page": 2, "cart or favourite": 1, "checkout": 1, "payment": 1},
    }
    assert by_step(found).to_dict("list") == {
        "slice": ["apparel", "hats"],
        "visitors": [2, 2],
        "cart or favourite": [1, 0.5],
        "checkout": [1, 1],
        "payment": [0.5, 1],
    }


def test_without_products_there_are_no_categories(shop):
    found = funnel(shop(events=log(*VISITS)), WEEK, by="category")
    assert found.empty
    assert str(find_funnel(found)) == "The log has no step to count in this period."


def test_a_log_without_checkouts_has_a_shorter_funnel(shop):
    visits = [v.replace("checkout:", "view:").replace("home", "view:tee") for v in VISITS]
    found = funnel(shop(events=log(*visits).replace(",search,", ",view,")), WEEK)
    assert found["step"].tolist() == ["item page", "cart or favourite", "payment"]


def test_what_changed_most_is_said(shop):
    def week(day, pays):
        return [
            f"v{day}{i} ads {day} 10:00 home view:tee cart:tee checkout:tee"
            + " pay:tee" * (i < pays)
            for i in range(40)
        ]

    s = shop(events=log(*week("2026-11-10", 4), *week("2026-11-03", 30), VISITS[-1]))
    assert str(find_funnel(funnel(s, WEEK))) == (
        "Of 40 visitors who took the first step (visit), so many got further: item page 100.00%, "
        "cart or favourite 100.00%, checkout 100.00% and payment 10.00%. Against the same week "
        "days before, payment changed most beyond chance: 75.00% → 10.00% of those who had come "
        "that far."
    )
    assert str(find_funnel(funnel(s, WEEK, by="channel"), by="channel")) == (
        "By channel: against the same week days before, payment of ads changed most beyond "
        "chance: 75.00% → 10.00% of those who had come that far."
    )


def test_with_no_period_before_there_is_nothing_to_compare(shop):
    s = shop(events=log(*VISITS[:7]))
    found = funnel(s, WEEK)
    assert found[["visitors_before", "rate_before", "p_value"]].isna().all(axis=None)
    assert str(find_funnel(found)).endswith("There is no period before to compare with.")


def test_the_sample_agrees_with_hand_written_sql(sample):
    week = last_days(sample.as_of)
    steps = ["kind IN ('home', 'list', 'search', 'view')", "kind = 'view'"]
    steps += ["kind IN ('cart', 'favourite')", "kind = 'checkout'", "kind = 'pay'"]
    tables = ", ".join(f"s{i} AS (SELECT * FROM e WHERE {s})" for i, s in enumerate(steps))
    expected = []
    for k in range(len(steps)):
        chain = " ".join(
            f"JOIN s{i} ON s{i}.v = s0.v AND s{i}.t BETWEEN s{i - 1}.t AND s0.t + INTERVAL 1 DAY"
            for i in range(1, k + 1)
        )
        ((n,),) = duckdb.sql(f"""
            WITH e AS (
                SELECT visitor_id AS v, occurred_at AS t, kind
                FROM read_csv('{SAMPLE / "events.csv.gz"}')
                WHERE occurred_at::DATE BETWEEN '{week.first}' AND '{week.last}'), {tables}
            SELECT count(DISTINCT s0.v) FROM s0 {chain}""").fetchall()
        expected.append(n)
    assert funnel(sample, week)["visitors"].tolist() == expected
