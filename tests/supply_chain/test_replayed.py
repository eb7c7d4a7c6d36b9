from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.shop.calendar import Period
from shophelm.shop.needs import Missing
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.supply_chain.foresight import campaign_factors, enough_stock, unhidden
from shophelm.supply_chain.hidden_demand import demanded
from shophelm.supply_chain.replayed import OURS, OWN, PLAIN, find_replayed, replayed
from tests.conftest import SAMPLE
from tests.supply_chain.buying import BUYING


def days_of(units, on_hand, *, first=date(2025, 11, 1)):
    units, on_hand = np.atleast_2d(units).astype(float), np.atleast_2d(on_hand).astype(float)
    last = pd.Timestamp(first) + pd.Timedelta(days=units.shape[1] - 1)
    nothing = np.full(units.shape, np.nan)
    return ProductDays(
        products=pd.Index([f"p{i}" for i in range(len(units))]),
        period=Period(first, last.date()),
        units=units,
        money=units,
        price=nothing,
        on_hand=on_hand,
        received=nothing,
        visitors=nothing,
        on_sale=np.ones(units.shape, dtype=bool),
    )


def test_an_empty_shelf_hides_what_the_days_before_sold():
    units = [2, 4] * 5 + [1, 9, 0]
    on_hand = [5] * 10 + [0, 0, 0]
    seen = unhidden(days_of(units, on_hand))[0]
    # ten days with stock sold 3 on the mean; what sold more than that sold as much as it did
    assert seen.tolist() == [2, 4] * 5 + [3, 9, 3]
    # with fewer than seven days to go by, what was sold stands
    assert unhidden(days_of([4, 4, 1], [5, 5, 0]))[0].tolist() == [4, 4, 1]


def test_what_a_day_hides_is_told_by_the_days_before_it_only():
    rng = np.random.default_rng(1)
    units, shelf = rng.poisson(3, (2, 60)), rng.integers(0, 3, (2, 60))
    later = units.copy()
    later[:, 40:] += 50
    seen, changed = unhidden(days_of(units, shelf)), unhidden(days_of(later, shelf))
    assert (seen[:, :40] == changed[:, :40]).all()


def test_a_campaign_is_worth_what_its_like_of_last_year_was(opened):
    campaigns = """
        campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic
        old,Old,sale,2025-12-01,2025-12-02,2025-12-03,2025-12-03,x
        new,New,sale,2026-12-01,2026-12-02,2026-12-03,2026-12-03,x
        odd,Odd,other,2026-12-10,2026-12-11,2026-12-12,2026-12-12,x
    """
    shop = opened({"orders": BUYING["orders"], "campaigns": campaigns}, as_of="2026-12-15")
    units = np.full(410, 2.0)
    units[30:33] = [3, 20, 5]
    factors = campaign_factors(shop, days_of(units, np.full(410, 9)))
    there = np.flatnonzero(factors != 1)
    first = date(2025, 11, 1)
    assert there.tolist() == [(date(2026, 12, d) - first).days for d in (1, 2, 3)]
    assert factors[there].tolist() == [1.5, 10, 2.5]


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_stock_that_is_enough_lasts_as_often_as_asked(level):
    rng = np.random.default_rng(7)
    pace = rng.gamma(3, 1, 4000)[:, None]
    wanted = rng.negative_binomial(2 * pace, 0.5, (4000, 56 + 30)) * 1.0
    leads = np.tile([4, 8, 20], (4000, 1))
    stock = enough_stock(wanted[:, :56], np.ones(100), lead_days=leads, review_days=7, level=level)
    days = leads[0][rng.integers(0, 3, 4000)] + 7
    came = np.cumsum(wanted[:, 56:], axis=1)[np.arange(4000), days - 1]
    # whole units overshoot a little; three standard errors of 4,000 trials are .02 and .01
    assert level - 0.02 < (came <= stock).mean() < level + 0.03


def test_a_campaign_to_come_raises_the_stock_and_one_that_was_does_not():
    history = np.full((1, 60), 2.0)
    plain = np.ones(90)
    leads = np.array([[7]])
    asked = {"lead_days": leads, "review_days": 7, "level": 0.5}
    usual = enough_stock(history, plain, **asked)
    ahead, behind = plain.copy(), plain.copy()
    ahead[62:64] = 8
    behind[50] = 8
    assert usual[0] == pytest.approx(28, abs=1)
    assert enough_stock(history, ahead, **asked)[0] == pytest.approx(56, abs=2)
    peak = history.copy()
    peak[0, 50] = 16
    assert enough_stock(peak, behind, **asked) == pytest.approx(usual, abs=1)


def test_the_shops_own_past_is_what_sql_counts(sample):
    known = product_days(sample)
    frame = replayed(sample, days=182).set_index("policy")
    at = known.products.isin(_chosen(known, 182))
    wanted, sold = (a[at, -182:].sum() for a in (demanded(sample).demand, known.units))
    assert frame.loc[OWN, ["fill_rate", "units_lost"]].tolist() == pytest.approx(
        [sold / wanted, wanted - sold]
    )
    products, days = frame.attrs["products"], frame.attrs["days"]
    stock, money, empty = duckdb.sql(f"""
        WITH stock AS (SELECT * FROM '{SAMPLE}/stock.csv.gz' WHERE day > DATE '2026-11-15' - 182),
        chosen AS (SELECT product_id FROM '{SAMPLE}/stock.csv.gz'
            WHERE day >= DATE '2026-11-15' - 182 GROUP BY 1 HAVING count(*) = 183)
        SELECT sum(on_hand) / 182, sum(on_hand * unit_cost) / 182, avg((on_hand = 0)::INT)
        FROM stock JOIN chosen USING (product_id)
        JOIN read_csv('{SAMPLE}/products.csv') USING (product_id)
        WHERE product_id IN (SELECT product_id FROM (VALUES {_values(known, days)}) t(product_id))
    """).fetchone()
    assert frame.loc[OWN, "stock_units"] == pytest.approx(stock)
    assert frame.loc[OWN, "stock_money"] == pytest.approx(money)
    assert frame.loc[OWN, "empty_share"] == pytest.approx(empty)
    assert products == len(_chosen(known, days))


def _chosen(known, days):
    whole = known.on_sale[:, -days - 56 :].all(axis=1)
    return known.products[whole & ~np.isnan(known.on_hand[:, -days - 1 :]).any(axis=1)]


def _values(known, days):
    return ", ".join(f"('{p}')" for p in _chosen(known, days))


def test_these_rules_serve_more_of_the_sample_than_the_shop_did(sample):
    frame = replayed(sample)
    by = frame.set_index("policy")
    assert by.loc[OURS, "fill_rate_low"] > by.loc[OWN, "fill_rate"] > by.loc[PLAIN, "fill_rate"]
    assert by.loc[OURS, "cost_in_all_high"] < by.loc[OWN, "cost_in_all"]
    said = [str(s) for s in find_replayed(frame, currency="CNY")]
    assert said[1].startswith("Margin lost and stock held together, these rules cost least: ¥")


def test_where_these_rules_do_not_win_the_sentence_says_so(sample):
    poor = replayed(sample, level=0.1)
    by = poor.set_index("policy")
    said = [str(s) for s in find_replayed(poor, currency="CNY")]
    assert by.loc[OURS, "cost_in_all_low"] > by.loc[OWN, "cost_in_all"]
    assert said[1] == (
        "Margin lost and stock held together, these rules do not win: they cost "
        f"¥{by.loc[OURS, 'cost_in_all']:,.0f}, and the shop itself "
        f"¥{by.loc[OWN, 'cost_in_all']:,.0f}."
    )


def test_a_shop_too_young_to_replay_says_so(buying, opened):
    frame = replayed(buying)
    assert [str(s) for s in find_replayed(frame, currency="CNY")] == [
        "No product was on sale for long enough to replay its past."
    ]
    assert isinstance(replayed(opened({"orders": BUYING["orders"]})), Missing)
