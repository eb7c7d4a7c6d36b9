"""What customers will bring, in shops drawn from the model's own story and in the sample."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from shophelm.user import cohort_life, lifetimes, worth, worth_checked

FIRST, AS_OF = date(2025, 1, 1), date(2026, 11, 15)
BURST = (date(2025, 11, 11), date(2025, 11, 14))


def drawn_orders(n, *, pace, burst_pace, seed):
    """Draw customers who buy at their pace until they leave; some are won in a burst."""
    rng = np.random.default_rng(seed)
    days = (AS_OF - FIRST).days
    begins = rng.uniform(0, days, n)
    won = rng.random(n) < 0.12
    begins[won] = rng.uniform((BURST[0] - FIRST).days, (BURST[1] - FIRST).days, won.sum())
    rate = rng.gamma(1.2, 1 / 1.2, n) * np.where(won, burst_pace, pace)
    leaves = rng.beta(1.1, 4.0, n)
    at, rows, here = begins, [], np.ones(n, dtype=bool)
    while here.any():
        rows.append(pd.DataFrame({"customer": np.flatnonzero(here), "day": at[here]}))
        here = here & (rng.random(n) > leaves)
        at = at + rng.exponential(1 / rate)
        here &= at < days
    orders = pd.concat(rows, ignore_index=True)
    mean = 1 / rng.gamma(5.0, 1 / 400.0, n)
    paid = rng.gamma(4.0, mean[orders["customer"]] / 4.0).round(2) + 0.01
    return orders.assign(paid=paid * 100)


def shop_of(orders, folder):
    orders = orders.assign(paid_at=pd.Timestamp(FIRST) + pd.to_timedelta(orders["day"], unit="D"))
    duckdb.sql(
        f"""COPY (SELECT 'o' || row_number() OVER () AS order_id, 'c' || customer AS customer_id,
        paid_at AS created_at, paid_at, paid::decimal(18, 2) AS goods_amount,
        0.00 AS discount_amount, 0.00 AS shipping_amount, paid::decimal(18, 2) AS paid_amount
        FROM orders) TO '{folder}/orders.parquet'"""
    )
    (folder / "campaigns.csv").write_text(
        "campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic\n"
        f"d11,Double 11,double11,2025-10-20,{BURST[0]},{BURST[1]},2025-11-25,presale\n"
    )
    return open_shop(folder, as_of=AS_OF)


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    """A shop whose Double 11 newcomers buy at three tenths of the others' pace."""
    orders = drawn_orders(12_000, pace=0.02, burst_pace=0.006, seed=1)
    return shop_of(orders, tmp_path_factory.mktemp("split"))


def test_newcomers_who_buy_more_slowly_are_found_and_their_forecast_is_repaired(split):
    life = lifetimes.lifetimes(split)
    (group,) = life.groups.to_dict("records")
    assert (group["kind"], group["found"]) == ("double11", True)
    assert group["expected_year"] < 0.6 * group["expected_year_rest"]
    assert "double11" in str(lifetimes.find_groups(life))
    checked = worth_checked.worth_checked(split, days=182).set_index("earlier")
    won = checked.loc["won in double11"]
    assert won["predicted_low"] <= won["bought"] <= won["predicted_high"]
    # one model for all promises them too much
    own, one = (won[c] - won["bought"] for c in ("predicted", "predicted_as_one"))
    assert abs(own) < one / 2


def test_newcomers_like_all_others_stay_with_them(tmp_path):
    orders = drawn_orders(6_000, pace=0.02, burst_pace=0.02, seed=2)
    life = lifetimes.lifetimes(shop_of(orders, tmp_path))
    assert life.groups["found"].tolist() == [False]
    assert list(life.models) == [""]
    assert "not unlike the rest" in str(lifetimes.find_groups(life))


def test_what_came_lies_where_it_was_forecast(split):
    checked = worth_checked.worth_checked(split, days=182).set_index("earlier")
    whole = checked.loc["all"]
    assert whole["predicted_low"] <= whole["bought"] <= whole["predicted_high"]
    assert whole["worth_predicted_low"] <= whole["worth_brought"] <= whole["worth_predicted_high"]
    held = checked["bought"].between(checked["predicted_low"], checked["predicted_high"])
    # ten intervals of 95 %: three misses are one chance in a hundred
    assert (~held).sum() <= 2


def test_the_totals_are_those_of_single_customers(split):
    life = lifetimes.lifetimes(split)
    each = worth.worth_by_customer(life, days=364)
    ahead = worth.worth(life, days=364).set_index("still_there")
    assert ahead.loc["all", "customers"] == len(each) == ahead["customers"].iloc[:-1].sum()
    assert ahead.loc["all", "to_bring"] == pytest.approx(each["worth"].sum())
    assert ahead["expected_purchases"].iloc[:-1].sum() == pytest.approx(
        each["expected_purchases"].sum()
    )
    assert (ahead["to_bring_low"] < ahead["to_bring"]).all()
    assert each["alive"].between(0, 1).all()


def test_purchases_are_counted_as_sql_counts_them(sample):
    life = lifetimes.lifetimes(sample)
    sql = """
        SELECT customer_id, count(DISTINCT paid_at::date) - 1 AS repeats,
               min(paid_at::date) AS first, max(paid_at::date) AS last
        FROM 'data/sample/orders.csv.gz' WHERE customer_id IS NOT NULL AND paid_at IS NOT NULL
        GROUP BY ALL ORDER BY customer_id"""
    wanted = duckdb.sql(sql).df()
    found = life.customers[["customer_id", "repeats"]]
    assert found.equals(wanted[["customer_id", "repeats"]].astype(found.dtypes.to_dict()))
    first, last = (life.time.at(wanted[c]) for c in ("first", "last"))
    assert np.allclose(life.customers["recency"], last - first, atol=1e-5)
    assert np.allclose(life.customers["age"], life.time.now - first, atol=1e-5)


def test_money_times_a_hundred_changes_worth_alone(tmp_path):
    orders = drawn_orders(2_000, pace=0.02, burst_pace=0.02, seed=3)
    some, more = tmp_path / "a", tmp_path / "b"
    some.mkdir(), more.mkdir()
    lives = [
        lifetimes.lifetimes(shop_of(o, f))
        for o, f in ((orders, some), (orders.assign(paid=orders["paid"] * 100), more))
    ]
    one, other = (worth.worth(life, days=91).set_index("still_there") for life in lives)
    assert other["expected_purchases"].tolist() == one["expected_purchases"].tolist()
    assert other["to_bring"].tolist() == pytest.approx((one["to_bring"] * 100).tolist(), rel=1e-3)


def test_a_shop_where_hardly_anyone_comes_back_says_that_nothing_can_be_known(shop):
    rows = [
        f"o{i},c{i},2026-0{1 + i % 9}-03 10:00:00,2026-0{1 + i % 9}-03 10:00:00,10.00,0,0,10.00"
        for i in range(300)
    ]
    columns = "order_id,customer_id,created_at,paid_at,goods_amount,discount_amount"
    head = f"{columns},shipping_amount,paid_amount"
    s = shop(orders="\n".join([head, *rows]))
    life = lifetimes.lifetimes(s)
    text = (
        "What customers will bring cannot be known yet: of 300 customers, 0 (0.00%) bought again, "
        "too few or too much alike for a model."
    )
    ahead = worth.worth(life, days=364)
    assert ahead.empty
    assert str(worth.find_worth(life, ahead, days=364, currency="CNY")) == text
    assert str(worth.find_newcomer(life, currency="CNY")) == text
    assert str(lifetimes.find_groups(life)) == text
    checked = worth_checked.worth_checked(s)
    assert str(worth_checked.find_worth_checked(checked)) == (
        "Forecasts cannot be checked yet: 182 days ago too few had come back for a model."
    )
    assert str(cohort_life.find_cohort_life(cohort_life.cohort_life(s))) == (
        "The shop is too young to say how long a cohort of customers lasts."
    )


def test_a_shop_without_customers_is_told_what_is_missing(shop):
    orders = """
        order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
        o1,2026-11-03 10:00:00,2026-11-03 10:01:00,100.00,10.00,5.00,95.00
    """
    life = lifetimes.lifetimes(shop(orders=orders))
    assert isinstance(life, Missing)
    assert isinstance(worth.worth(life, days=28), Missing)


def test_a_cohort_is_followed_only_as_far_as_silence_can_be_judged(split):
    found = cohort_life.cohort_life(split)
    known = found.dropna(subset=["still_buying"])
    silence = timedelta(days=30.4375 * found.attrs["silence_months"])
    start = AS_OF - silence - timedelta(days=30.4375 * known["month"].iloc[-1])
    sql = """
        SELECT avg((last - first >= 30.4375 * 3)::int) FROM (
            SELECT min(paid_at::date) AS first, max(paid_at::date) AS last
            FROM '{}/orders.parquet' GROUP BY customer_id) WHERE first <= '{}'"""
    (share,) = duckdb.sql(sql.format(split.source.location, start)).fetchone()
    assert known["still_buying"].iloc[3] == pytest.approx(share, abs=0.01)
    assert (np.diff(known["still_buying"]) <= 0).all()
    assert found["still_buying"].isna().sum() == cohort_life.AHEAD
