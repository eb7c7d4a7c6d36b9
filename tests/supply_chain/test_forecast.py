"""What will sell: chosen without looking ahead, summed without a rest, as sure as it says."""

import dataclasses
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.methods import conformal
from shophelm.shop.importers import import_files
from shophelm.shop.needs import Missing
from shophelm.shop.product_days import product_days
from shophelm.shop.tables import open_shop
from shophelm.simulate import simulate
from shophelm.supply_chain import backtested, forecast, weeks_ahead
from shophelm.supply_chain.demand_history import alone, history, some_of
from shophelm.supply_chain.forecasters import METHODS, NAIVE, boosted_at, forecast_from
from shophelm.supply_chain.rival_sales import rival_sales
from shophelm.supply_chain.tried import choose, origins, tried, try_all
from tests.conftest import SHARED
from tests.supply_chain.selling import AS_OF, shop_of, steady


@pytest.fixture
def key(tmp_path):
    file = tmp_path / "key"
    file.write_text("a key of enough letters")
    return file


@pytest.fixture(scope="module")
def outlook(sample):
    return forecast.forecast(sample)


@pytest.fixture(scope="module")
def table(sample):
    return backtested.backtested(sample)


def test_the_outlook_is_whole(outlook, sample):
    days = product_days(sample)
    assert outlook.products.equals(days.products)
    assert outlook.first == date(2026, 11, 16)
    assert outlook.horizon == forecast.LONG
    assert outlook.spread.shape == (72, 119, 100)
    assert (outlook.mean >= 0).all()
    assert np.isfinite(outlook.spread).all()
    assert (outlook.spread >= 0).all()
    assert (np.diff(outlook.spread, axis=1) >= 0).all()
    assert (np.diff(outlook.spread, axis=2) >= 0).all()
    gone = ~days.on_sale[:, -1]
    assert gone.any()
    assert set(outlook.method[gone]) == {forecast.OFF_SALE}
    assert outlook.mean[gone].sum() == outlook.spread[gone].sum() == 0
    assert (outlook.mean[~gone].sum(axis=1) > 0).all()


def test_a_shorter_outlook_is_the_longer_one_cut(outlook, sample):
    shorter = forecast.forecast(sample, horizon=28)
    assert np.array_equal(shorter.mean, outlook.mean[:, :28])
    assert np.array_equal(shorter.spread, outlook.spread[:, :28])
    with pytest.raises(ValueError, match=r"^horizon is 0; it must lie between 1 and 182 days$"):
        forecast.forecast(sample, horizon=0)


def test_categories_add_up_to_the_shop_and_weeks_to_the_days(outlook, sample):
    weeks = weeks_ahead.weeks_ahead(sample)
    ahead = weeks[weeks["expected_units"].notna()]
    shop = ahead[ahead["category"] == "shop"]["expected_units"].to_numpy()
    parts = ahead[ahead["category"] != "shop"].groupby("week_from")["expected_units"].sum()
    assert parts.to_numpy() == pytest.approx(shop)
    assert shop == pytest.approx(outlook.mean[:, :56].sum(axis=0).reshape(8, 7).sum(axis=1))
    order = ["units_low_95", "units_low", "units_high", "units_high_95"]
    assert (np.diff(ahead[order], axis=1) >= 0).all()


def test_weeks_past_are_as_sql_counts_them(sample):
    weeks = weeks_ahead.weeks_ahead(sample)
    found = weeks[weeks["sold_units"].notna()].groupby("category")["sold_units"].sum()
    first = weeks["week_from"].min()
    rows = duckdb.sql(f"""
        SELECT category, sum(quantity) FROM 'data/sample/order_lines.csv.gz'
        JOIN 'data/sample/orders.csv.gz' USING (order_id)
        JOIN 'data/sample/products.csv' USING (product_id)
        WHERE paid_at >= DATE '{first}' GROUP BY category""").fetchall()
    assert found.drop("shop").to_dict() == dict(rows)
    assert found["shop"] == sum(n for _, n in rows)


def test_changing_what_came_after_an_origin_changes_no_forecast_of_it(sample):
    past = history(sample)
    cut = 400
    later = past.demand.copy()
    later[:, cut:] = 999
    price = past.setting.price.copy()
    price[:, cut:] = 5
    moved = {
        n: np.where(np.arange(v.shape[1]) < cut, v, 7.0) for n, v in past.setting.moved.items()
    }
    setting = dataclasses.replace(past.setting, price=price, moved=moved)
    other = dataclasses.replace(past, demand=later, setting=setting)
    one, two = (
        forecast_from(h, cut, horizon=28, methods=METHODS, model=boosted_at(h, cut, horizon=28))
        for h in (past, other)
    )
    assert set(one) == set(METHODS)
    for method in METHODS:
        assert np.array_equal(one[method], two[method]), method


def test_later_rows_of_the_shop_change_no_forecast(sample):
    day = date(2026, 8, 1)
    earlier = sample.at(day)
    found = history(earlier)
    whole = history(sample)
    known = found.period.days
    here = whole.products.get_indexer(found.products)
    assert np.array_equal(found.setting.price, whole.setting.price[here][:, :known], equal_nan=True)
    rivals = [h.setting.moved["rivals"] for h in (found, whole)]
    assert np.array_equal(rivals[0], rivals[1][here][:, :known], equal_nan=True)


def test_no_window_that_judges_took_part_in_choosing(sample):
    seen = tried(sample)
    last_seen = max(seen.cuts[i] for i in seen.choosing) + 28
    assert last_seen <= min(seen.cuts[i] for i in seen.judged)
    assert seen.cuts[-1] + 28 == seen.history.period.days
    assert len(seen.judged) == 3
    assert len(seen.choosing) == 9


def test_the_chosen_forecasts_beat_seasonal_naive(table):
    every = table[table["demand_class"] == "all"].set_index("forecaster")
    assert every.loc["chosen", "rmsse"] < 0.8 * every.loc[NAIVE, "rmsse"]
    assert every.loc["chosen", "wape"] < every.loc[NAIVE, "wape"]
    assert abs(every.loc["chosen", "forecast_bias"]) < 0.1


def test_the_table_is_as_counted_by_hand(sample, table):
    days = product_days(sample)
    known = np.where(days.on_sale & ~(days.on_hand <= 0), days.units, np.nan)
    off = total = 0.0
    for cut in (541, 569, 597):
        for row in known:
            last = [row[:cut][i::7] for i in range(7)]
            last = [v[~np.isnan(v)] for v in last]
            for ahead in range(28):
                wanted = last[(cut + ahead) % 7]
                actual = row[cut + ahead]
                if not np.isnan(actual):
                    off += abs((wanted[-1] if len(wanted) else 0.0) - actual)
                    total += actual
    found = table[(table["demand_class"] == "all") & (table["forecaster"] == NAIVE)]
    assert found["wape"].item() == pytest.approx(off / total)


def test_sentences_say_what_the_table_says(table):
    text = str(backtested.find_backtested(table))
    row = table[(table["demand_class"] == "all") & (table["forecaster"] == "chosen")].iloc[0]
    assert f"off by a scaled error of {row['rmsse']:.2f} a day" in text
    assert f"{row['covered_80']:.0%} held" in text
    assert str(backtested.find_choice(table)).startswith("9 windows before chose: intermittent (")


def test_where_seasonal_naive_is_not_beaten_it_is_named():
    rows = [(c, m, 40, r) for c, m, r in (
        ("smooth", NAIVE, 1.0), ("smooth", "chosen", 0.8), ("lumpy", NAIVE, 0.9),
        ("lumpy", "chosen", 0.9), ("all", NAIVE, 1.0), ("all", "chosen", 0.9),
    )]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["demand_class", "forecaster", "forecasts", "rmsse"])
    assert backtested.beaten_by_naive(frame) == ["lumpy"]


def test_a_repeating_week_is_left_to_seasonal_naive():
    week = np.array([0, 0, 9, 0, 0, 4, 0])
    draw = np.random.default_rng(4)
    demand = np.tile(np.stack([draw.permutation(week) for _ in range(60)]), 40).astype(float)
    seen = try_all(alone(demand + draw.poisson(0.02, demand.shape)))
    assert choose(seen, seen.choosing)[""] == (NAIVE,)


def test_a_campaign_ahead_is_expected_as_the_last_one_was(tmp_path):
    units = steady(20, 500)
    start = AS_OF - timedelta(days=499)
    bursts = [start + timedelta(days=d) for d in (120, 300, 510)]
    for day in (120, 121, 300, 301):
        units[:, day] *= 5
    names = ["warmup_from", "burst_from", "afterglow_from", "ends_on"]
    campaigns = pd.DataFrame({"campaign_id": ["c0", "c1", "c2"], "name": "Sale", "kind": "sale"})
    for name, later in zip(names, (0, 0, 2, 2), strict=True):
        campaigns[name] = [d + timedelta(days=later) for d in bursts]
    campaigns["mechanic"] = "off"
    ahead = forecast.forecast(shop_of(units, tmp_path, campaigns=campaigns), horizon=28)
    days = ahead.mean.sum(axis=0)
    # the days 510 and 511 are the 11th and 12th ahead; a week later they are ordinary
    assert days[10:12].sum() / days[17:19].sum() == pytest.approx(5, rel=0.15)


def test_a_shop_of_a_few_weeks_says_so(tmp_path):
    units = steady(6, 40)
    shop = shop_of(units, tmp_path)
    found = backtested.backtested(shop)
    assert found.empty
    assert str(backtested.find_backtested(found)) == (
        "Forecasts cannot be checked yet: 40 days are too few. Until there are 16 weeks, each "
        "product is expected to sell the mean of its last eight weeks."
    )
    assert str(backtested.find_choice(found)) == "No forecast could be chosen by trial yet."
    ahead = forecast.forecast(shop)
    assert set(ahead.demand_class) == {"new"}
    assert set(ahead.method) == {"mean of 8 weeks"}
    weekly = ahead.mean[:, :7].sum(axis=1)
    assert weekly == pytest.approx(units.mean(axis=1) * 7, rel=0.06)
    low, high = ahead.wanted(28)[:, 10], ahead.wanted(28)[:, -10]
    assert (low < ahead.expected(28)).all()
    assert (ahead.expected(28) < high).all()
    assert str(weeks_ahead.find_weeks_ahead(weeks_ahead.weeks_ahead(shop)))


def test_origins_leave_the_boosted_model_what_it_needs():
    assert origins(625)[0] == 625 - 12 * 28
    assert origins(300)[0] >= 112
    assert origins(300)[-1] == 272
    assert origins(150) == [66, 94, 122]
    assert origins(100) == []


def test_the_order_of_rows_changes_nothing(tmp_path):
    units = steady(5, 200)
    found = []
    for turn in (1, -1):
        folder = tmp_path / str(turn)
        folder.mkdir()
        shop_of(units, folder)
        for name in ("orders", "order_lines"):
            rows = pd.read_csv(folder / f"{name}.csv")
            rows.iloc[::turn].to_csv(folder / f"{name}.csv", index=False)
        found.append(forecast.forecast(open_shop(folder, as_of=AS_OF)))
    assert np.array_equal(found[0].mean, found[1].mean)
    assert np.array_equal(found[0].spread, found[1].spread)


def test_a_shop_without_lines_is_told_what_is_missing(shop):
    orders = """
        order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
        o1,2026-11-03 10:00:00,2026-11-03 10:01:00,100.00,10.00,5.00,95.00
    """
    without = shop(orders=orders)
    found = forecast.forecast(without)
    assert isinstance(found, Missing)
    assert forecast.find_forecast(without, found) is found


def test_rivals_moves_are_their_last_week_over_their_last_eight(sample):
    past = history(sample)
    names = pd.Series(past.categories)[past.setting.group].set_axis(past.products)
    found = rival_sales(sample, past.products, names, past.period)
    rows = duckdb.sql("""
        SELECT avg(sales_index) FILTER (day > DATE '2026-11-08') / avg(sales_index)
        FROM 'data/sample/rivals.csv.gz'
        WHERE day > DATE '2026-11-15' - 56 AND day <= DATE '2026-11-15'
          AND matched_product_id = 'AP001' GROUP BY rival_id""").fetchall()
    place = past.products.get_loc("AP001")
    assert found[place, -1] == pytest.approx(np.mean([r for (r,) in rows]))


def covered(demand):
    """How often totals of 28 days lay within intervals calibrated before them."""
    found = backtested.coverages(try_all(alone(demand)))["all"]
    return found["covered_80"], found["covered_95"]


def panel(many, *, days, seed):
    draw = np.random.default_rng(seed)
    level = np.exp(draw.normal(1.2, 1.1, many))[:, None]
    wander = np.exp(np.cumsum(draw.normal(0, 0.012, (many, days)), axis=1))
    shape = np.exp(draw.normal(1.5, 0.5, many))[:, None]
    return draw.poisson(level * wander * draw.gamma(shape, 1 / shape, (many, days))).astype(float)


def test_intervals_cover_what_they_promise_on_later_windows():
    low, high = covered(panel(400, days=420, seed=1))
    assert abs(low - 0.80) < 0.03
    assert abs(high - 0.95) < 0.03


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_intervals_cover_what_they_promise_on_large_panels(seed):
    low, high = covered(panel(2000, days=560, seed=seed))
    assert abs(low - 0.80) < 0.03
    assert abs(high - 0.95) < 0.03


@pytest.mark.slow
@pytest.mark.parametrize("seed", [5, 6, 7])
def test_simulated_shops_are_forecast_better_than_by_last_week(tmp_path, seed):
    truth = simulate(tmp_path, customers=10_000, seed=seed, file_format="parquet")
    shop = open_shop(tmp_path, as_of=truth["shop"]["as_of"])
    frame = backtested.backtested(shop)
    every = frame[frame["demand_class"] == "all"].set_index("forecaster")
    assert every.loc["chosen", "rmsse"] < 0.8 * every.loc[NAIVE, "rmsse"]
    # nine windows, in each of which all products share the shop's luck
    assert abs(every.loc["chosen", "covered_80"] - 0.80) < 0.05
    assert abs(every.loc["chosen", "covered_95"] - 0.95) < 0.03


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
def test_uci_weekly_products_are_covered_until_all_rise_together():
    file = SHARED / "weekly_sales" / "Sales_Transactions_Dataset_Weekly.csv"
    weeks = pd.read_csv(file)[[f"W{i}" for i in range(52)]].to_numpy(float)
    assert weeks.shape == (811, 52)
    low, high = weekly_coverage(weeks, judged=(40, 44))
    assert abs(low - 0.80) < 0.03
    assert abs(high - 0.95) < 0.03
    # the year's last four weeks sell more of everything than any origin before had seen
    low, high = weekly_coverage(weeks, judged=(48,))
    assert 0.6 < low < 0.77
    assert 0.85 < high < 0.92


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
def test_online_retail_is_covered_and_no_bulk_order_is_forecast_again(tmp_path, key):
    file = SHARED / "online_retail" / "online_retail.parquet"
    import_files("online-retail", [file], tmp_path / "shop", key_file=key)
    shop = open_shop(tmp_path / "shop", as_of="2011-12-09")
    frame = backtested.backtested(shop)
    chosen = frame[frame["forecaster"] == "chosen"].set_index("demand_class")
    naive = frame[frame["forecaster"] == NAIVE].set_index("demand_class")
    assert (chosen["rmsse"] < naive["rmsse"]).all()
    assert abs(chosen.loc["all", "covered_80"] - 0.80) < 0.03
    assert abs(chosen.loc["all", "covered_95"] - 0.95) < 0.03
    # on the last day one order takes 80,995 of a product that had not been sold before
    ahead = forecast.forecast(shop, horizon=28)
    past = history(shop).sold[:, -28:].sum(axis=1)
    assert past.max() == 80_995
    assert ahead.expected(28)[past.argmax()] < 1_000
    assert ahead.expected(28).sum() < past.sum()


def weekly_coverage(weeks, *, judged):
    """Forecast four weeks by a mean of eight, calibrate on early origins, judge on late ones."""

    def errors(cuts):
        expected = [weeks[:, c - 8 : c].mean(axis=1) for c in cuts]
        expected = np.concatenate(expected)[:, None] * np.arange(1, 5)
        got = np.concatenate([np.cumsum(weeks[:, c : c + 4], axis=1) for c in cuts])
        size = np.concatenate([conformal.unit_size(weeks[:, :c]) for c in cuts])
        return expected, got, size, np.full(len(size), "all")

    calibration = conformal.calibrate(*errors(range(12, 36, 4)), knots=[1, 2, 3, 4])
    expected, got, size, of = errors(judged)
    levels = conformal.spread_at(calibration, expected, size, of)[:, 3]
    ends = [backtested.interval(levels, share) for share in (0.80, 0.95)]
    return [((lo <= got[:, 3]) & (got[:, 3] <= hi)).mean() for lo, hi in ends]


def test_of_many_products_some_of_every_size_are_tried():
    sold = np.arange(12.0)[:, None] * np.ones(300)
    past = alone(sold)
    assert some_of(past, most=12) is past
    some = some_of(past, most=5)
    # every third of those sorted by units, the largest among them
    assert some.sold[:, 0].tolist() == [2, 5, 8, 11]
    assert some.products.tolist() == [past.products[i] for i in (2, 5, 8, 11)]
    assert some.setting.age.shape == (4,)
    assert some.setting.price.shape == (4, 300)
