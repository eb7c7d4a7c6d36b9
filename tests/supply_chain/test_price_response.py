import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shophelm.shop.tables import open_shop
from shophelm.supply_chain.price_response import (
    elasticities,
    elasticities_by_category,
    find_price_response,
)
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP

ODD = "AP004"
TEN_AND_NINETY = 2 * stats.norm.ppf(0.9)


def errors_of(categories, truth):
    """How many standard errors each category's estimate lies beside the planted elasticity."""
    real = pd.Series(truth["elasticity"]["own_price_by_category"])
    error = (categories["elasticity_high"] - categories["elasticity_low"]) / TEN_AND_NINETY
    return (categories["elasticity"] - real) / error


def test_categories_planted_elasticities_are_found_within_their_errors(planted):
    shop, truth = planted
    categories = elasticities_by_category(shop)

    off = errors_of(categories, truth)

    assert (categories["elasticity_high"] < 0).all()
    # the squares of five standardised errors
    assert np.square(off).sum() < stats.chi2.ppf(0.99, 5)
    assert (off.abs() < TEN_AND_NINETY / 2).sum() >= 3


def test_products_intervals_hold_the_planted_elasticities(planted):
    shop, truth = planted
    frame = elasticities(shop)
    real = frame["category"].map(truth["elasticity"]["own_price_by_category"])
    others = frame.index != ODD

    held = (frame["elasticity_low"] <= real) & (real <= frame["elasticity_high"])

    assert held[others].mean() >= 0.8
    assert (frame["elasticity"] < 0).all()


@pytest.mark.slow
def test_the_product_unlike_its_category_is_found_where_the_shop_is_large_enough(planted):
    shop, truth = planted
    if truth["shop"]["customers"] < 20_000:
        pytest.skip("4,000 customers do not tell it from its category at every seed")

    row = elasticities(shop).loc[ODD]

    assert row["apart"]
    assert row["elasticity_low"] <= truth["elasticity"]["exceptions"][ODD] <= row["elasticity_high"]


def test_without_a_price_list_estimates_are_flatter(planted, tmp_path):
    shop, truth = planted
    if truth["shop"]["customers"] > 4_000:
        pytest.skip("a large shop sells on most days, so that its prices are seen anyway")
    for file in SAMPLE.iterdir():
        if file.name.partition(".")[0] in ("orders", "order_lines", "products", "campaigns"):
            (tmp_path / file.name).symlink_to(file)
    blind = open_shop(tmp_path, as_of="2026-11-15")
    real = pd.Series(truth["elasticity"]["own_price_by_category"])

    listed = elasticities_by_category(shop)["elasticity"] / real
    inferred = elasticities_by_category(blind)["elasticity"] / real

    assert inferred.mean() < listed.mean()


def test_prices_that_never_moved_tell_nothing(shop):
    few = shop(**HAND_SHOP)

    frame, categories = elasticities(few), elasticities_by_category(few)

    assert frame["elasticity"].isna().all()
    assert frame["by"].isna().all()
    assert frame["prices"].tolist() == [1, 1, 2]
    assert [str(s) for s in find_price_response(frame, categories)] == [
        "No price moved enough to tell how demand answers to it."
    ]


def test_the_sentence_says_what_a_tenth_off_brings(sample):
    frame, categories = elasticities(sample), elasticities_by_category(sample)

    said = [str(s) for s in find_price_response(frame, categories)]

    snacks = 0.9 ** categories.loc["snacks", "elasticity"] - 1
    assert f"snacks +{100 * snacks:.1f}% (80% interval" in said[0]
    own = (frame["by"] == "own").sum()
    assert said[-1].startswith(f"Of {len(frame)} products, {own} moved their own prices enough")
