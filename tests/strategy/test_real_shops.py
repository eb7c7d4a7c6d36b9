"""Real shops: India's targets by category and month, a wholesaler, and Olist's two years."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.methods.media_response import media_response
from shophelm.promotion.spend_response import ChannelDraws
from shophelm.shop.importers import import_files
from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from shophelm.strategy.cascade import by_name, cascade, planned
from shophelm.strategy.launch_plan import launch_plan
from shophelm.strategy.media_budget import divided, media_budget
from shophelm.strategy.potential import potential
from shophelm.strategy.replay import replays
from shophelm.strategy.rivals import look_alikes
from shophelm.strategy.standing import standing
from tests.conftest import SHARED
from tests.real_india import INDIA, india_folder

RETAIL = SHARED / "online_retail" / "online_retail.parquet"
OLIST = [
    SHARED / "olist" / f"ecommerce-sales-{name}.csv.zip"
    for name in ("orders", "order-items", "products")
]
pytestmark = pytest.mark.skipif(
    not SHARED.exists(), reason=f"the real data are not here ({SHARED.name} beside the repository)"
)


@pytest.fixture(scope="module")
def india(tmp_path_factory):
    return india_folder(tmp_path_factory.mktemp("india"))


def test_indias_targets_of_categories_and_months_are_the_plan(india):
    plan = cascade(open_shop(india, as_of="2018-12-31"), first_month=4, country="IN")
    told = duckdb.sql(
        f"""
        SELECT strptime("Month of Order Date", '%b-%y')::DATE AS first, Category AS category,
            sum(replace(Target, ',', '')::DOUBLE) AS target
        FROM read_csv('{INDIA}/Sales_target.csv', delim=';', all_varchar=true)
        GROUP BY ALL ORDER BY first, category
        """
    ).df()
    assert len(told) == 36
    months = planned(plan, "month", by="category")
    both = months.assign(first=pd.to_datetime(months["first"])).merge(
        told, on=["first", "category"]
    )
    assert len(both) == 36
    assert both["gmv"].to_numpy() == pytest.approx(both["target"].to_numpy(), abs=0.005)
    year = by_name(plan, by="category")
    assert year["planned_year"].sum() == pytest.approx(told["target"].sum())


def test_india_stands_where_sql_says(india):
    opened = open_shop(india, as_of="2018-12-31")
    found = standing(opened, cascade(opened, first_month=4, country="IN"), country="IN")
    (paid,) = duckdb.sql(
        f"""
        SELECT sum(replace(Amount, ',', '')::DOUBLE)
        FROM read_csv('{INDIA}/Order_Details.csv', delim=';', all_varchar=true) AS line
        JOIN read_csv('{INDIA}/List_of_Orders.csv', delim=';', all_varchar=true) AS head
            USING ("Order ID")
        WHERE strptime("Order Date", '%d/%m/%Y') <= DATE '2018-12-31'
        """
    ).fetchone()
    assert found.outlook.so_far == pytest.approx(paid)
    assert found.months["month"].tolist() == [
        "2019-01", "2019-02", "2019-03",
    ]  # fmt: skip
    # what came; its last quarter was far better than the nine months before
    whole = open_shop(india, as_of="2019-03-31")
    real = standing(whole, cascade(whole, first_month=4, country="IN"), country="IN")
    came = real.outlook.so_far - paid
    assert found.outlook.chance(paid + came) > 0.01
    assert 0 <= found.chance <= 1


@pytest.mark.slow
def test_a_wholesalers_months_were_foretold_as_often_as_promised(tmp_path):
    """Online Retail: eleven spans of 28 days; 80 % are promised, three standard errors 44 %."""
    (tmp_path / "key").write_text("a key of this test, long enough")
    import_files("online-retail", [RETAIL], tmp_path / "shop", key_file=tmp_path / "key")
    opened = open_shop(tmp_path / "shop", as_of="2011-12-09")
    found = replays(opened, country="GB")
    assert len(found) >= 10
    assert found["held"].mean() >= 0.44
    plan = cascade(opened, annual_target=11_000_000, country="GB")
    assert plan.cells["gmv"].sum() == 1_100_000_000
    assert np.isnan(plan.cells["visits"]).sum() == 0
    # no media, launches or rivals: their sections say so
    for question in (launch_plan, look_alikes):
        assert isinstance(question(opened), Missing)
    assert isinstance(media_budget(opened, Missing("Spend?", "spend")), Missing)


@pytest.mark.slow
def test_olists_second_year_is_foretold_from_its_first(tmp_path):
    """It grows sixfold in its first months, and lists no campaign, not even Black Friday.

    Of 13 spans, 80 % are promised: within three standard errors.
    """
    import_files("olist", OLIST, tmp_path / "shop")
    opened = open_shop(tmp_path / "shop", as_of="2018-08-22")
    found = replays(opened, country="BR")
    last_year = found[found["origin"] >= date(2017, 8, 22)]
    assert len(last_year) >= 12
    assert last_year["held"].mean() >= 0.8 - 3 * np.sqrt(0.16 / len(last_year))
    rows = potential(opened)
    assert rows["potential"].sum() == pytest.approx(1.0)
    assert rows["margin_share"].isna().all()


@pytest.mark.slow
def test_robyns_market_is_divided_so_that_the_last_leaves_the_same():
    """Responses of three channels over four years of weeks, turned into days of the same effect."""
    weeks = pd.read_csv(SHARED / "mmm_robyn" / "dt_simulated_weekly.csv")
    names = ["tv_S", "ooh_S", "print_S"]
    at = np.arange(len(weeks))
    season = [f(2 * np.pi * k * at / 52.18) for k in (1, 2) for f in (np.sin, np.cos)]
    base = np.column_stack(
        [
            np.ones(len(at)),
            *season,
            weeks["competitor_sales_B"] / weeks["competitor_sales_B"].mean(),
        ]
    )
    learnt = media_response(weeks["revenue"].to_numpy(), weeks[names].to_numpy(), base)
    draws, usual = {}, {}
    for n, name in enumerate(names):
        decay = learnt.decay[:, n] ** (1 / 7)
        half = learnt.half[:, n] * (1 - learnt.decay[:, n]) / (7 * (1 - decay))
        draws[name] = ChannelDraws(decay, half, learnt.reach[:, n] / 7, np.ones(len(decay)))
        usual[name] = float(weeks[name].mean()) / 7
        # a week of steady money brings as much by the day as by the week
        by_day = 7 * draws[name].left(np.array([usual[name]]))[:, 0]
        by_week = learnt.steadily(weeks[names].mean().to_numpy())[:, n]
        assert by_day == pytest.approx(by_week, rel=1e-6)
    found = divided(draws, usual, np.ones(84), date(2019, 11, 18))
    assert found.cells["spend"].sum() == pytest.approx(sum(usual.values()) * 56)
    free = found.cells[found.cells["bound"] == ""]
    assert free["marginal"].to_numpy() == pytest.approx(np.full(len(free), found.price), rel=0.02)
    assert found.gain > 0
    assert found.gain_low <= found.gain <= found.gain_high
