"""Actions that were planted to work are told from those planted to do nothing, given cases."""

import pytest

from shophelm.data import followup
from shophelm.shop.tables import open_shop
from shophelm.simulate import simulate


def kinds_of(folder):
    shop = open_shop(folder, as_of="2026-11-15")
    found = followup.outcomes(shop, shop.frame(shop["actions"]))
    return found, followup.by_kind(found).set_index("kind")


def test_the_intervals_hold_what_was_planted(shop_folder, truth):
    found, kinds = kinds_of(shop_folder)
    assert len(found[found["kind"] != "title"]) == len(truth["actions"]) == 12
    worked = next(a["cart_multiplier"] for a in truth["actions"] if a["worked"]) - 1
    page, gift = kinds.loc["detail_page"], kinds.loc["gift"]
    assert page["effect_low"] <= worked <= page["effect_high"]
    assert gift["effect_low"] <= 0 <= gift["effect_high"]
    # a title that search finds brings visitors; the table does not know from where
    title = found.set_index("kind").loc["title"]
    assert title["subject"] == f"product:{truth['search']['product_id']}"
    assert title["effect_high"] > 0


@pytest.mark.slow
def test_in_a_larger_shop_what_worked_is_told_from_what_did_nothing(tmp_path):
    simulate(tmp_path, customers=20_000, seed=5, file_format="parquet")
    found, kinds = kinds_of(tmp_path)
    assert kinds.loc["detail_page", "verdict"] == followup.WORKED
    assert kinds.loc["gift", "verdict"] == followup.UNKNOWN
    pages = found[found["kind"] == "detail_page"]
    assert (pages["verdict"] == followup.WORKED).sum() >= 4
