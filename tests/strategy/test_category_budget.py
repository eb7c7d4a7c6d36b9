"""Money pointed at categories: visits and worth by SQL, equal marginals, and stock that binds."""

import duckdb
import numpy as np
import pytest

from shophelm.notebook import last_days
from shophelm.promotion.spend_response import spend_response
from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from shophelm.strategy.category_budget import by_category, category_budget, find_category_budget
from shophelm.strategy.media_budget import media_budget
from shophelm.strategy.potential import potential
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def answers():
    shop = open_shop(SAMPLE, as_of="2026-09-15")
    response = spend_response(shop, last_days(shop.as_of, days=91))
    return shop, response, media_budget(shop, response), potential(shop)


@pytest.fixture(scope="module")
def found(answers):
    categories = answers[-1].assign(stock_share=1.0)
    return category_budget(*answers[:-1], categories)


def test_each_channels_money_is_divided_as_its_visits_fall(answers, found):
    spend = found.cells.groupby("channel")[["usual", "spend"]].sum()
    budget = answers[2].channels.set_index("channel")["spend"]
    assert spend["usual"].to_numpy() == pytest.approx(budget.to_numpy())
    assert spend["spend"].to_numpy() == pytest.approx(budget.to_numpy())
    looked = duckdb.sql(
        f"""
        SELECT category, count(*) AS n FROM (
            SELECT DISTINCT occurred_at::DATE, visitor_id, category
            FROM '{SAMPLE}/events.csv.gz' JOIN '{SAMPLE}/products.csv' USING (product_id)
            WHERE channel = 'ads' AND occurred_at >= '2026-06-17' AND occurred_at < '2026-09-16')
        GROUP BY category ORDER BY category
        """
    ).df()
    ads = found.cells[found.cells["channel"] == "ads"].sort_values("category")
    assert ads["category"].tolist() == looked["category"].tolist()
    share = (ads["usual"] / ads["usual"].sum()).to_numpy()
    assert share == pytest.approx((looked["n"] / looked["n"].sum()).to_numpy())


def test_the_last_of_it_leaves_the_same_where_nothing_binds(found):
    for _, rows in found.cells.groupby("channel"):
        free = rows.loc[rows["bound"] == "", "marginal"]
        assert free.to_numpy() == pytest.approx(np.full(len(free), free.mean()), rel=0.02)
    ratio = found.cells["spend"] / found.cells["usual"]
    assert ratio.between(0.5 - 1e-6, 1.5 + 1e-6).all()
    assert found.gain > 0
    # richer visits get more
    worth = by_category(found).set_index("category")["change"]
    best = found.cells.groupby("category")["worth"].mean()
    assert worth[best.idxmax()] > 0 > worth[best.idxmin()]


def test_categories_without_goods_get_no_more(answers, found):
    best = found.cells.groupby("category")["worth"].mean().idxmax()
    categories = answers[-1]
    short = categories["category"] == best
    capped = category_budget(
        *answers[:-1], categories.assign(stock_share=np.where(short, 0.5, 1.0))
    )
    rows = capped.cells[capped.cells["category"] == best]
    assert (rows["spend"] <= rows["usual"] * (1 + 1e-9)).all()
    assert (rows["bound"] == "stock").all()
    assert capped.gain < found.gain
    assert f"No more for {best}" in str(find_category_budget(capped, currency="CNY")[-1])


def test_what_one_answer_lacks_is_missing_here_too(answers):
    gone = Missing("Which categories?", "products")
    assert category_budget(*answers[:-1], gone) is gone
