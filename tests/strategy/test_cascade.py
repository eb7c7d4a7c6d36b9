"""The cascade: exact on any data, shares by SQL, and drivers held against what was reached."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shophelm.errors import ParameterError
from shophelm.shop.calendar import Period
from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from shophelm.strategy.cascade import LEVELS, by_name, cascade, find_cascade, planned
from shophelm.strategy.daily_facts import daily_facts
from shophelm.strategy.own_targets import own_targets
from shophelm.strategy.standing import standing
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP

EVENTS = f"read_csv('{SAMPLE}/events.csv.gz', types={{'dwell_seconds': 'DOUBLE'}})"


@pytest.fixture(scope="module")
def plan(sample):
    return cascade(sample)


def test_facts_count_each_visit_buyer_and_cent_once_by_sql(sample):
    facts = daily_facts(sample)
    visits, buyers, gmv = duckdb.sql(
        f"""
        SELECT (SELECT count(*) FROM (SELECT DISTINCT visitor_id, occurred_at::DATE FROM {EVENTS})),
            count(DISTINCT (coalesce(customer_id, order_id::VARCHAR), paid_at::DATE)),
            sum(paid_amount)::DOUBLE
        FROM '{SAMPLE}/orders.csv.gz' WHERE paid_at IS NOT NULL
        """
    ).fetchone()
    assert facts.visits.to_numpy().sum() == visits
    assert facts.buyers.to_numpy().sum() == buyers
    assert facts.gmv.to_numpy().sum() == pytest.approx(gmv, abs=0.005)
    assert facts.by_category.to_numpy().sum() == pytest.approx(gmv, abs=0.005)


def test_the_shop_s_own_targets_of_its_months_are_kept_to_the_cent_by_sql(plan):
    own = duckdb.sql(
        f"""
        SELECT strftime(period_from, '%Y-%m'), value::DOUBLE FROM '{SAMPLE}/targets.csv'
        WHERE scope = 'shop' AND metric = 'gmv_paid' AND period_from >= '2026-01-01'
            AND period_to <= '2026-12-31' AND period_to - period_from BETWEEN 27 AND 31
        ORDER BY period_from
        """
    ).fetchall()
    months = planned(plan, "month")
    assert [m.strftime("%Y-%m") for m in months["first"]] == [m for m, _ in own]
    assert [round(v, 2) for v in months["gmv"]] == [round(v, 2) for _, v in own]


@pytest.mark.parametrize("kind", ["channel", "category"])
def test_channels_and_categories_keep_the_proportions_of_their_own_targets(plan, kind):
    """Their targets miss the shop's by a per cent, so that they are scaled, month by month."""
    own = duckdb.sql(
        f"""
        SELECT strftime(period_from, '%Y-%m') AS month, split_part(scope, ':', 2) AS name,
            value::DOUBLE / sum(value::DOUBLE) OVER (PARTITION BY period_from) AS share
        FROM '{SAMPLE}/targets.csv'
        WHERE scope LIKE '{kind}:%' AND metric = 'gmv_paid' AND period_from >= '2026-01-01'
            AND period_to <= '2026-12-31' AND period_to - period_from BETWEEN 27 AND 31
        """
    ).df()
    rows = planned(plan, "month", by=kind)
    rows["month"] = [d.strftime("%Y-%m") for d in rows["first"]]
    rows["share"] = rows["gmv"] / rows.groupby("month")["gmv"].transform("sum")
    both = own.merge(rows, left_on=["month", "name"], right_on=["month", kind])
    assert len(both) == len(own) == len(rows)
    assert both["share_x"].to_numpy() == pytest.approx(both["share_y"].to_numpy(), abs=1e-5)


def test_a_year_may_begin_with_any_month(sample):
    plan = cascade(sample, first_month=4, annual_target=1_000_000)
    assert (plan.period.first, plan.period.last) == (date(2026, 4, 1), date(2027, 3, 31))
    assert by_name(plan, by="channel")["planned_year"].sum() == pytest.approx(1_000_000)
    assert str(find_cascade(plan, currency="CNY")[0]).startswith("2026/27 is to bring ¥1,000,000")
    early = cascade(open_shop(SAMPLE, as_of="2026-02-01"), first_month=4, annual_target=1_000_000)
    assert early.period.first == date(2025, 4, 1)
    with pytest.raises(ParameterError, match=r"first_month is 13\. Give a month from 1 to 12\."):
        cascade(sample, first_month=13)


def test_targets_with_a_gap_or_of_weeks_are_not_taken(shop):
    """Eleven months do not tile the year; quarters do; a year alone does, too."""
    days = ("-01-31", "-02-28", "-03-31", "-04-30", "-05-31", "-06-30", "-07-31", "-08-31",
            "-09-30", "-10-31", "-11-30")  # fmt: skip
    months = [f"2026{d[:4]}01,2026{d},shop,gmv_paid,10" for d in days]
    quarters = [
        f"2026-{a},2026-{b},shop,gmv_paid,{v}"
        for a, b, v in (("01-01", "03-31", 30), ("04-01", "06-30", 40), ("07-01", "09-30", 50),
                        ("10-01", "12-31", 60))
    ]  # fmt: skip
    head = "period_from,period_to,scope,metric,value"
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert own_targets(shop(targets="\n".join([head, *months])), year) == []
    found = own_targets(shop(targets="\n".join([head, *months, *quarters])), year)
    assert [v[""] for _, v in found] == [30.0, 40.0, 50.0, 60.0]
    orders = {t: HAND_SHOP[t] for t in ("orders", "order_lines")}
    opened = shop(targets="\n".join([head, *quarters]), **orders)
    plan = cascade(opened, year=2026, country="")
    assert planned(plan, "quarter")["gmv"].tolist() == [30.0, 40.0, 50.0, 60.0]


def test_without_targets_the_year_is_planned_at_the_level_it_began_with(shop):
    """A hundred a day last year, two hundred since: the plan is one of a hundred a day."""
    at = pd.date_range("2025-09-01", "2026-04-30")
    paid = np.where(at.year == 2025, 100, 200)
    orders = pd.DataFrame({"order_id": [f"o{i}" for i in range(len(at))], "paid_amount": paid})
    orders = orders.assign(
        created_at=at, paid_at=at, goods_amount=paid, discount_amount=0, shipping_amount=0
    )
    opened = shop(orders=orders.to_csv(index=False), as_of="2026-04-30")
    plan = cascade(opened, country="")
    assert plan.target / 100 == pytest.approx(365 * 100, rel=0.02)
    assert plan.grown == pytest.approx(1.0)


def holds_exactly(plan):
    """Sums and products at every level, in whole numbers."""
    assert plan.cells["gmv"].sum() == plan.target
    by_day = plan.cells.groupby("day")["gmv"].sum()
    if len(plan.categories):
        assert plan.categories.groupby("day")["gmv"].sum().equals(by_day)
    for level in LEVELS:
        for by in ("", "channel"):
            rows = planned(plan, level, by=by)
            assert round(rows["gmv"].sum() * 100) == plan.target
            known = rows[rows["visits"] > 0]
            product = known["visits"] * known["pay_conversion"] * known["spend_per_buyer"]
            bought = known["buyers"] > 0
            assert np.allclose(product[bought], known["gmv"][bought], rtol=1e-12)


def test_sums_and_products_are_exact_at_every_level(plan):
    holds_exactly(plan)
    assert len(planned(plan, "month")) == 12
    assert len(planned(plan, "quarter", by="category")) == 4 * 5


SOME_ORDERS = st.lists(
    st.tuples(
        st.integers(0, 420),
        st.sampled_from(["search", "ads", ""]),
        st.sampled_from(["tee", "cap", "new", "unknown"]),
        st.integers(0, 10**7),
    ),
    min_size=1,
    max_size=25,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SOME_ORDERS, st.integers(0, 10**10))
def test_cascades_are_exact_on_any_data(tmp_path_factory, orders, target):
    """Zeros, days without sales, orders without channel and categories never seen included."""
    folder = tmp_path_factory.mktemp("any")
    first = date(2025, 11, 1)
    lines = []
    for i, (day, channel, product, cents) in enumerate(orders):
        at = f"{first + timedelta(days=day)} 10:00:00"
        lines.append((f"o{i}", f"c{i % 7}", at, at, channel, cents / 100, product))
    frame = pd.DataFrame(
        lines,
        columns=[
            "order_id",
            "customer_id",
            "created_at",
            "paid_at",
            "channel",
            "paid_amount",
            "product_id",
        ],
    )
    money = {"goods_amount": frame["paid_amount"], "discount_amount": 0, "shipping_amount": 0}
    frame.drop(columns="product_id").assign(**money).to_csv(folder / "orders.csv", index=False)
    line = {
        "line_no": 1,
        "quantity": 1,
        "list_price": frame["paid_amount"],
        "unit_price": frame["paid_amount"],
    }
    frame[["order_id", "product_id", "paid_amount"]].assign(**line).to_csv(
        folder / "order_lines.csv", index=False
    )
    (folder / "products.csv").write_text(
        "product_id,title,category,list_price\n"
        "tee,Tee,shirts,1\ncap,Cap,hats,1\nnew,New,new ones,1\n"
    )
    opened = open_shop(folder, as_of=str(max(first + timedelta(days=o[0]) for o in orders)))
    holds_exactly(cascade(opened, year=2027, annual_target=target / 100, country=""))


def test_a_driver_asked_for_more_than_was_ever_reached_is_named(sample):
    plan = cascade(sample, year=2027, annual_target=2_500_000)
    worst = plan.drivers.loc[plan.drivers["times"].idxmax()]
    assert worst["times"] == pytest.approx(worst["asked"] / worst["best"])
    assert worst["times"] > 1.1
    said = " ".join(map(str, find_cascade(plan, currency="CNY")))
    assert "is asked for the impossible" in said
    calm = cascade(sample, year=2027, annual_target=1_200_000)
    assert str(find_cascade(calm, currency="CNY")[-1]).startswith("No driver is asked for more")


def test_the_split_lays_growth_on_one_driver(sample):
    """All of it on conversion: visits stay as they run now."""
    split = {"visits": 0.0, "pay_conversion": 1.0, "spend_per_buyer": 0.0}
    plan = cascade(sample, year=2027, annual_target=1_500_000, split=split)
    flat = cascade(sample, year=2027, annual_target=1_000_000, split=split)
    one, other = (planned(p, "year").iloc[0] for p in (plan, flat))
    assert one["visits"] == pytest.approx(other["visits"])
    assert one["pay_conversion"] / other["pay_conversion"] == pytest.approx(1.5)
    assert one["spend_per_buyer"] == pytest.approx(other["spend_per_buyer"])


def test_the_best_ever_is_that_of_sql(plan):
    """The 28 days of most visits, by their sum."""
    (best,) = duckdb.sql(
        f"""
        WITH day AS (
            SELECT occurred_at::DATE AS day, count(DISTINCT visitor_id) AS n FROM {EVENTS}
            GROUP BY 1
        )
        SELECT max(total) / 28 FROM (
            SELECT day, sum(n) OVER (
                ORDER BY day RANGE BETWEEN INTERVAL 27 DAY PRECEDING AND CURRENT ROW
            ) AS total FROM day
        )
        """
    ).fetchone()
    row = plan.drivers[plan.drivers["driver"] == "visits"].iloc[0]
    assert row["best"] == pytest.approx(best)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"annual_target": -1.0}, "annual_target is -1.0"),
        ({"split": {"visits": 1.0}}, "Give visits, pay_conversion, spend_per_buyer each a share"),
    ],
)
def test_what_makes_no_plan_is_refused(sample, given, why):
    with pytest.raises(ParameterError, match=why):
        cascade(sample, **given)


def steady(names, **tables):
    """Orders of 100 a day from 2025-06 in each channel, to the day given."""
    rows = [
        (f"{name}{n}", at, at, name, 100, 0, 0, 100)
        for name, last in names.items()
        for n, at in enumerate(pd.date_range("2025-06-01", last))
    ]
    columns = ["order_id", "created_at", "paid_at", "channel", "goods_amount", "discount_amount",
               "shipping_amount", "paid_amount"]  # fmt: skip
    return {"orders": pd.DataFrame(rows, columns=columns).to_csv(index=False)} | tables


def test_a_channel_that_is_gone_gets_nothing(shop):
    opened = shop(**steady({"search": "2026-11-15", "live": "2026-03-01"}))
    plan = cascade(opened, annual_target=1_000_000, country="")
    holds_exactly(plan)
    assert by_name(plan, by="channel")["planned_year"].tolist() == [1_000_000.0, 0.0]
    assert isinstance(cascade(opened, year=2024), Missing)


def test_quarters_of_any_business_year_add_up(sample):
    plan = cascade(sample, first_month=2, annual_target=1_000_000)
    rows = by_name(plan, by="channel")
    quarters = rows[[f"planned_q{q}" for q in (1, 2, 3, 4)]].to_numpy()
    assert quarters.sum() == pytest.approx(1_000_000)
    assert rows["planned_year"].to_numpy() == pytest.approx(quarters.sum(axis=1))


MONTHS = [
    f"{d:%Y-%m-%d},{d + pd.offsets.MonthEnd():%Y-%m-%d}"
    for d in pd.date_range("2026-01-01", periods=12, freq="MS")
]
HEAD = "period_from,period_to,scope,metric,value\n"


def test_one_channels_target_is_not_the_shops(shop):
    names = {"search": "2026-11-15", "ads": "2026-11-15", "live": "2026-11-15"}
    one = HEAD + "\n".join(f"{m},channel:ads,gmv_paid,1000" for m in MONTHS)
    plan = cascade(shop(**steady(names, targets=one)), country="")
    assert plan.target / 100 == pytest.approx(3 * 365 * 100, rel=0.02)
    every = HEAD + "\n".join(f"{m},channel:{n},gmv_paid,1000" for m in MONTHS for n in names)
    assert cascade(shop(**steady(names, targets=every)), country="").target == 3_600_000


def test_a_campaigns_target_does_not_hide_those_of_months(shop):
    rows = [f"{m},shop,gmv_paid,5000" for m in MONTHS]
    rows.append("2026-10-14,2026-11-11,shop,gmv_paid,9000")
    opened = shop(**steady({"search": "2026-11-15"}, targets=HEAD + "\n".join(rows)))
    assert cascade(opened, country="").target == 6_000_000


def test_conversion_is_counted_from_the_first_visit_on(shop):
    """Orders since 2025-06, visits only since 2026-09: ten a day, of whom one buys."""
    events = "event_id,visitor_id,occurred_at,kind\n" + "\n".join(
        f"e{n}{i},v{n}{i},{at:%Y-%m-%d} 09:00:00,view"
        for n, at in enumerate(pd.date_range("2026-09-01", "2026-11-15"))
        for i in range(10)
    )
    opened = shop(**steady({"search": "2026-11-15"}, events=events))
    plan = cascade(opened, country="")
    best = plan.drivers.set_index("driver")["best"]
    assert best["pay_conversion"].iloc[0] == pytest.approx(0.1)
    rows = standing(opened, plan).drivers.set_index("driver")["actual"]
    assert rows["pay_conversion"] == pytest.approx(0.1)
    assert rows["visits"] == pytest.approx(10.0)
