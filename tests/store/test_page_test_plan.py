"""The plan of the next test, against hand-written SQL and a published calculator."""

import duckdb
import numpy as np
import pytest

from shophelm.errors import ParameterError
from shophelm.methods.power import sample_size_of_means, sample_size_of_proportions
from shophelm.shop.needs import Missing
from shophelm.store.page_test_plan import find_plan, ordinary_until, page_test_plan
from tests.conftest import SAMPLE

# Double 11's warm-up begins on 20 October 2026: the plan is made on the eight weeks before
UNTIL = "2026-10-19"
PEOPLE = """
SELECT visitor_id, max(coalesce(customer_id, '')) AS customer_id,
  max((kind = 'cart')::INT) AS cart
FROM read_csv('{sample}/events.csv.gz')
WHERE occurred_at::DATE BETWEEN DATE '{until}' - {days} + 1 AND DATE '{until}' {more}
GROUP BY 1
"""


def counted(weeks, more=""):
    text = PEOPLE.format(sample=SAMPLE, until=UNTIL, days=7 * weeks, more=more)
    return duckdb.sql(f"SELECT count(*), avg(cart) FROM ({text})").fetchone()


def test_weeks_before_a_campaign_stand_for_ordinary_ones(sample):
    assert str(ordinary_until(sample)) == UNTIL


def test_people_and_rates_of_each_length_are_those_of_sql(sample):
    plan = page_test_plan(sample)
    for weeks in (1, 3, 8):
        row = plan.weeks.iloc[weeks - 1]
        assert (row["people"], row["mean"]) == pytest.approx(counted(weeks))
    product = page_test_plan(sample, product_id="AP001")
    more = "AND product_id = 'AP001'"
    row = product.weeks.iloc[7]
    assert (row["people"], row["mean"]) == pytest.approx(counted(8, more))


def test_money_of_each_length_is_that_of_sql(sample):
    people = PEOPLE.format(sample=SAMPLE, until=UNTIL, days=28, more="")
    mean, sd = duckdb.sql(f"""
        SELECT avg(coalesce(paid, 0)), stddev_samp(coalesce(paid, 0)) FROM ({people})
        LEFT JOIN (SELECT customer_id, sum(paid_amount) AS paid
            FROM read_csv('{SAMPLE}/orders.csv.gz', types={{'order_id': 'VARCHAR'}})
            WHERE paid_at::DATE BETWEEN DATE '{UNTIL}' - 27 AND DATE '{UNTIL}' GROUP BY 1)
        USING (customer_id)""").fetchone()
    row = page_test_plan(sample, metric="uv_value").weeks.iloc[3]
    assert row["mean"] == pytest.approx(mean, rel=1e-3)
    # what is seen of so many with two arms of half of them: 2.8016 errors
    seen = 2.8016 * sd * np.sqrt(4 / row["people"]) / mean
    assert row["smallest"] == pytest.approx(seen, rel=2e-3)


def test_the_plan_needs_what_the_calculator_says(sample):
    plan = page_test_plan(sample, effects=(0.06, 0.25), weeks=8)
    for row in plan.effects.itertuples():
        weeks = 8 if np.isnan(row.weeks) else int(row.weeks)
        past = plan.weeks.iloc[weeks - 1]
        needed = sample_size_of_proportions(past["mean"], row.effect * past["mean"])
        assert row.per_arm == np.ceil(needed)
        if not np.isnan(row.weeks):
            assert 2 * row.per_arm <= past["people"]
            before = plan.weeks.iloc[: weeks - 1]
            assert (before["smallest"] > row.effect).all()
    # 20.0 % against 25.0 % takes 1,031 an arm (Evan Miller)
    assert sample_size_of_proportions(0.2, 0.05) == pytest.approx(1030.2, abs=0.05)


def test_the_sentence_is_in_the_managers_units(sample):
    plan = page_test_plan(sample)
    best = plan.effects[plan.effects["weeks"].notna()].iloc[0]
    said = str(find_plan(plan, currency="CNY"))
    assert said.startswith(
        f"Variant B needs {int(best['a_week']):,} visitors a week for {int(best['weeks'])} weeks, "
        f"and the control as many; below +{best['effect']:.1%} you won't see it: the cart rate of "
        "the shop is "
    )
    assert said.endswith(f" visitors in the 8 weeks to {UNTIL}.")
    none = page_test_plan(sample, metric="uv_value", effects=(0.03,))
    assert str(find_plan(none, currency="CNY")).startswith(
        "No effect asked for can be seen within 8 weeks of testing the shop: the UV value of the "
    )


def test_a_shop_where_nothing_happens_has_no_plan(shop):
    opened = shop(events="event_id,visitor_id,occurred_at,kind\ne1,v1,2026-11-10 10:00:00,view\n")
    plan = page_test_plan(opened)
    assert plan.weeks["people"].tolist() == [1] * 8
    assert plan.effects["weeks"].isna().all()
    assert "below not known you won't see it" in str(find_plan(plan, currency="CNY"))
    assert isinstance(
        page_test_plan(shop(events="event_id,visitor_id,occurred_at,kind\n")), Missing
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"metric": "happiness"},
            "metric is 'happiness', which can't be planned. Give one of cart_rate, "
            "pay_conversion, uv_value.",
        ),
        (
            {"metric": "uv_value", "product_id": "AP001"},
            "metric is 'uv_value', which is planned for the whole shop only. Leave product_id "
            "empty, or give cart_rate or pay_conversion.",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused(sample, given, said):
    with pytest.raises(ParameterError) as error:
        page_test_plan(sample, **given)
    assert str(error.value) == said


def test_a_test_as_planned_sees_the_effect_in_four_of_five_cases():
    # means: arms of the planned size, an effect of a tenth, spread as money is
    chance = np.random.default_rng(2)
    n = int(np.ceil(sample_size_of_means(1.0, 0.1)))
    seen = 0
    for _ in range(1_000):
        ours, theirs = chance.gamma(1, 1, n) + 0.1, chance.gamma(1, 1, n)
        error = np.sqrt(ours.var(ddof=1) / n + theirs.var(ddof=1) / n)
        seen += (ours.mean() - theirs.mean()) / error > 1.96
    assert seen / 1_000 == pytest.approx(0.8, abs=0.04)
