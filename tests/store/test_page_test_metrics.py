"""The sums of each arm, by hand and against SQL written for the sample."""

import duckdb
import numpy as np
import pytest

from shophelm.methods.two_sample import arm_of_ratios, arm_of_sums
from shophelm.store.page_test_metrics import BY_NAME, arms, metric_of
from tests.conftest import SAMPLE
from tests.store.page_test_shop import TABLES, opened_in


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    return opened_in(tmp_path_factory.mktemp("hand"), TABLES)


def found(shop, name, **given):
    frame, arm = arms(shop, [BY_NAME[name]], **given)
    return frame.set_index("variant"), arm


def test_arms_of_the_small_shop_are_those_added_up_by_hand(hand):
    # plain: a1 (1 cart, 80), a3 (1 cart, 10), v2, v4; scene: a5 (2 carts, 100), v6, v7 (20)
    carts, _ = found(hand, "cart_rate")
    assert carts["n"].to_dict() == {"plain": 4, "scene": 3}
    assert carts["mean"].to_dict() == pytest.approx({"plain": 2 / 4, "scene": 1 / 3})
    money, _ = found(hand, "uv_value")
    assert money["mean"].to_dict() == pytest.approx({"plain": 90 / 4, "scene": 120 / 3})
    settled, _ = found(hand, "settled_per_visitor")
    assert settled["mean"].to_dict() == pytest.approx({"plain": 90 / 4, "scene": 80 / 3})
    cash, _ = found(hand, "cash_per_visitor")
    assert cash["mean"].to_dict() == pytest.approx({"plain": 40 / 4, "scene": 60 / 3})


def test_ratios_are_of_sums_with_the_variance_over_people(hand):
    frame, arm = found(hand, "average_order_value")
    assert frame["mean"].to_dict() == pytest.approx({"plain": 45, "scene": 60})
    by_hand = arm_of_ratios(4, 90, 2, 80**2 + 10**2, 2, 90)
    assert arm.variance[0] == pytest.approx(by_hand.variance[0])
    views, _ = found(hand, "carts_per_view")
    assert views["mean"].to_dict() == pytest.approx({"plain": 2 / 3, "scene": 2 / 1})


def test_values_are_cut_at_quantiles_of_both_arms_together(hand):
    # paid, sorted: 0 0 0 10 20 80 100
    frame, arm = found(hand, "uv_value", winsorise=5 / 6)
    # the quantile 5/6 of seven values is the sixth: 100 becomes 80
    assert frame["mean"].to_dict() == pytest.approx({"plain": 90 / 4, "scene": 100 / 3})
    assert frame["cut"].to_dict() == {"plain": 0, "scene": 1}
    assert arm.variance[1] == pytest.approx(arm_of_sums(3, 100, 80**2 + 20**2).variance[0])


def test_amounts_below_zero_are_cut_up(shop):
    # a1 gets 70 more back: cash, sorted, is −40 0 0 0 10 20 40
    back = TABLES["refunds"] + "    r9,o1,2026-10-13 12:00:00,70.00\n"
    opened = shop(**TABLES | {"refunds": back})
    frame, _ = found(opened, "cash_per_visitor")
    assert frame["mean"].to_dict() == pytest.approx({"plain": -30 / 4, "scene": 60 / 3})
    # a twelfth from either end lies half way to the next value: at −20 and 30
    frame, _ = found(opened, "cash_per_visitor", winsorise=11 / 12)
    assert frame["mean"].to_dict() == pytest.approx({"plain": -10 / 4, "scene": 50 / 3})
    assert frame["cut"].to_dict() == {"plain": 1, "scene": 1}


def test_a_cut_at_nothing_leaves_values_as_they_are(hand):
    # three in seven pay nothing: below that share there is nothing to cut down to
    frame, _ = found(hand, "uv_value", winsorise=0.3)
    assert frame["mean"].to_dict() == pytest.approx({"plain": 90 / 4, "scene": 120 / 3})
    assert frame["cut"].sum() == 0


def test_a_decision_on_money_is_taken_on_money_per_visitor():
    assert metric_of("gmv_settled").name == "settled_per_visitor"
    assert metric_of("cart_visitors").name == "cart_rate"
    assert metric_of("happiness") is None


SQL = """
WITH tests AS (
  SELECT *, started_on::TIMESTAMP AS began, ended_on::TIMESTAMP + INTERVAL 1 DAY AS over
  FROM read_csv('{sample}/experiments.csv')),
seen AS (
  SELECT x.*, began, over
  FROM read_csv('{sample}/exposures.csv.gz') x JOIN tests USING (experiment_id)),
link AS (
  SELECT visitor_id, min(customer_id) AS customer_id, min(occurred_at) AS known_at
  FROM read_csv('{sample}/events.csv.gz') WHERE customer_id IS NOT NULL GROUP BY 1),
person AS (SELECT seen.*, link.customer_id, known_at FROM seen LEFT JOIN link USING (visitor_id)),
did AS (
  SELECT p.experiment_id, p.visitor_id,
    count(*) FILTER (kind = 'cart' AND occurred_at >= first_seen_at) AS carts,
    count(*) FILTER (kind = 'cart' AND occurred_at < began) AS carts_before
  FROM person p JOIN read_csv('{sample}/events.csv.gz') e USING (visitor_id)
  WHERE occurred_at < over AND occurred_at >= began - INTERVAL 28 DAY GROUP BY 1, 2),
back AS (
  SELECT order_id, sum(amount) AS amount FROM read_csv('{sample}/refunds.csv.gz')
  WHERE refunded_at < TIMESTAMP '2026-11-16' GROUP BY 1),
bought AS (
  SELECT p.experiment_id, p.visitor_id, count(*) AS orders,
    sum(paid_amount) AS paid, sum(paid_amount - coalesce(amount, 0)) AS settled
  FROM person p JOIN read_csv('{sample}/orders.csv.gz', types={{'order_id': 'VARCHAR'}}) o
    ON o.customer_id = p.customer_id
  LEFT JOIN (SELECT order_id::VARCHAR AS order_id, amount FROM back) USING (order_id)
  WHERE paid_at >= first_seen_at AND paid_at < over GROUP BY 1, 2)
SELECT experiment_id, variant, count(*) AS n,
  avg((coalesce(carts, 0) > 0)::INT) AS cart_rate,
  corr((coalesce(carts, 0) > 0)::INT, (coalesce(carts_before, 0) > 0)::INT) AS cart_corr,
  avg(coalesce(paid, 0)) AS uv_value, avg(coalesce(settled, 0)) AS settled_per_visitor,
  var_samp(coalesce(paid, 0)) AS uv_variance,
  sum(paid) / sum(orders) AS average_order_value,
  quantile_disc(paid, 0.5) FILTER (paid > 0) AS spend_median,
  quantile_disc(paid, 0.9) FILTER (paid > 0) AS spend_p90
FROM person LEFT JOIN did USING (experiment_id, visitor_id)
LEFT JOIN bought USING (experiment_id, visitor_id) GROUP BY 1, 2 ORDER BY 1, 2
"""


def test_the_samples_arms_are_those_of_hand_written_sql(sample):
    known = duckdb.sql(SQL.format(sample=SAMPLE)).df().set_index(["experiment_id", "variant"])
    frame, arm = arms(sample)
    frame = frame.assign(variance=arm.variance)
    wide = frame.pivot(index=["experiment_id", "variant"], columns="metric", values="mean")
    for name in ("cart_rate", "uv_value", "settled_per_visitor", "average_order_value",
                 "spend_median", "spend_p90"):  # fmt: skip
        assert wide[name].tolist() == pytest.approx(known[name].tolist()), name
    uv = frame[frame["metric"] == "uv_value"].set_index(["experiment_id", "variant"])
    assert uv["n"].tolist() == known["n"].tolist()
    # taking out what they did before takes a little off the variance of each arm
    assert (uv["variance"].to_numpy() / known["uv_variance"].to_numpy()) == pytest.approx(
        1 - uv["removed"].to_numpy(), abs=0.02
    )
    carts = frame[frame["metric"] == "cart_rate"].set_index(["experiment_id", "variant"])
    of_arms = known["cart_corr"].groupby("experiment_id").agg(lambda c: np.mean(c**2))
    for test, squared in of_arms.items():
        assert carts.loc[test, "removed"].iloc[0] == pytest.approx(squared, rel=0.15)
