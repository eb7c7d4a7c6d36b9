"""Opportunities and retention find what was planted, and little else."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shophelm.data.conversion_gaps import carted_not_paid, viewed_not_carted
from shophelm.data.landing_pages import pages_not_carting
from shophelm.data.price_bands import priced_above
from shophelm.data.return_gaps import returned
from shophelm.data.shortages import wanted_out_of_stock
from shophelm.shop.tables import open_shop
from shophelm.simulate import simulate
from shophelm.simulate.setting import make as setting_of

WINDOW = 56
Z = 3.29


def found(frame):
    return set(frame[frame["found"]]["subject"].str.removeprefix("product:"))


def causes(truth):
    return {truth["carts"][cause]["product_id"] for cause in ("price", "diversion", "trust")}


@pytest.fixture(scope="module")
def opened(shop_folder, truth):
    return open_shop(shop_folder, as_of=truth["shop"]["as_of"])


def test_most_carts_left_for_a_planted_cause_are_found(opened, truth):
    """At 4,000 customers a product has 50 to 200 carts in 56 days: not always enough for all."""
    assert len(causes(truth) & found(carted_not_paid(opened))) >= 2


def test_the_product_a_rival_hurt_is_dear_and_lags(opened, truth):
    finds = found(priced_above(opened))
    assert truth["rivals"]["hurt_product"] in finds
    assert finds <= set(truth["rivals"]["price_cuts"])


def test_the_rationed_product_is_wanted_while_it_is_out_of_stock(opened, truth):
    rows = wanted_out_of_stock(opened, days=625).set_index("subject")
    product = truth["supply"]["rationed_product"]
    row = rows.loc[f"product:{product}"]
    assert row["found"]
    paid = opened["orders"].filter(lambda t: t.paid_at.notnull())
    lines = opened.frame(
        opened["order_lines"].filter(lambda t: t.product_id == product).semi_join(paid, "order_id")
    )
    units = lines["quantity"].sum() / len(lines)
    low, middle = (
        (row[rate] - row["rate"]) * row["trials"] * units for rate in ("rate_low", "rate_shrunk")
    )
    unmet = truth["supply"]["products"][product]["unmet_units"]
    # cautious, as its docstring says, but not blind; what went unmet is one draw of demand
    assert low - Z * np.sqrt(unmet * units) < unmet < 2 * middle


def test_no_page_stands_out_where_none_was_planted(opened):
    assert not pages_not_carting(opened)["found"].any()


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    truth = simulate(folder, customers=20_000, seed=1, file_format="parquet")
    return open_shop(folder, as_of=truth["shop"]["as_of"]), truth


@pytest.mark.slow
def test_a_shop_five_times_the_size_shows_every_planted_cause(large):
    shop, truth = large
    assert causes(truth) | {truth["rivals"]["hurt_product"]} <= found(carted_not_paid(shop))
    assert set(truth["rivals"]["price_cuts"]) <= found(priced_above(shop))


@pytest.mark.slow
def test_a_shop_five_times_the_size_shows_doubled_returns_of_what_comes_back_often(large):
    """Snacks and skin care come back in some 3 to 6 % of lines, whole orders taken back among
    them: doubling their own returns is not seen even there. SH003's began half a year before."""
    shop, truth = large
    doubled = set(truth["reviews"]["complaints"])
    assert {"AP007", "AP009", "FR003"} <= found(returned(shop)) & doubled
    assert "SH003" in found(returned(shop, days=182))


def expected_rates(seed):
    """Each product's planted chance to cart, and to pay once carted, over the window."""
    made = setting_of(customers=4_000, seed=seed)
    visits = made.world.visits.sum(axis=2)[:, -WINDOW:]
    cart, pay = made.world.cart[:, -WINDOW:], made.world.pay[:, -WINDOW:]
    index = [f"product:{i}" for i in made.catalogue.ids]

    def mean(rate, weight):
        return (rate * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-12)

    return pd.DataFrame({"cart": mean(cart, visits), "pay": mean(pay, visits * cart)}, index=index)


@pytest.mark.slow
def test_finds_are_false_as_seldom_as_promised(tmp_path):
    """False: a find whose planted rate is at or above its category's median.

    The seeds had no part in the choice of the method.
    """
    false, finds = 0, 0
    for seed in range(101, 109):
        folder = tmp_path / str(seed)
        simulate(folder, seed=seed, file_format="parquet")
        shop, planted = open_shop(folder, as_of="2026-11-15"), expected_rates(seed)
        for frame, rate in ((viewed_not_carted(shop), "cart"), (carted_not_paid(shop), "pay")):
            true = planted[rate].reindex(frame["subject"])
            typical = true.groupby(true.index.str[8:10]).transform("median")
            kept = frame["found"].to_numpy()
            false += int((true >= typical)[kept].sum())
            finds += int(kept.sum())
    assert finds > 60
    assert stats.binomtest(false, finds, 0.05, alternative="greater").pvalue > 0.001
