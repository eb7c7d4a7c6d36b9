"""Campaigns of real shops: a wholesaler's Christmas, and ten days of a brand's Double 11."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.promotion.first_orders import first_orders
from shophelm.promotion.ledger import REFUNDS, WHOLE, ledger
from shophelm.promotion.ledger_told import find_ledger
from shophelm.promotion.mechanics import mechanics
from shophelm.promotion.phases import phases, shown
from shophelm.shop.importers import import_files
from shophelm.shop.tables import open_shop
from tests.conftest import SHARED

RETAIL = SHARED / "online_retail" / "online_retail.parquet"
COSMETICS = SHARED / "double11_cosmetics" / "cosmetic.csv"
CHRISTMAS = """campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic
christmas_2010,Christmas 2010,christmas,2010-12-01,2010-12-01,2010-12-15,2010-12-23,gifts
christmas_2011,Christmas 2011,christmas,2011-10-31,2011-11-14,2011-11-28,2011-12-09,gifts
"""


@pytest.fixture(scope="module")
def wholesaler(tmp_path_factory):
    folder = tmp_path_factory.mktemp("online_retail")
    key = folder / "key"
    key.write_text("a key of this test, long enough")
    import_files("online-retail", [RETAIL], folder / "shop", key_file=key)
    (folder / "shop" / "campaigns.csv").write_text(CHRISTMAS)
    return folder / "shop", open_shop(folder / "shop", as_of="2011-12-09")


@pytest.mark.slow
@pytest.mark.skipif(not RETAIL.exists(), reason="the wholesaler's orders are not here")
def test_christmas_is_read_to_the_cent_and_not_claimed(wholesaler):
    """Five weeks of it, and only the time before to learn from: growth explains it as well."""
    folder, opened = wholesaler
    found = ledger(opened, campaign="christmas_2011", country="GB")
    paid = duckdb.sql(
        f"""
        SELECT sum(paid_amount)::DOUBLE FROM '{folder}/orders.parquet'
        WHERE paid_at >= '2011-10-31' AND paid_at < '2011-12-10'
        """
    ).fetchone()[0]
    whole = found.whole
    assert whole["observed"] == pytest.approx(paid, abs=0.005)
    single = found.parts[found.parts["part"] != WHOLE]
    assert single["worth"].sum() == pytest.approx(whole["worth"], abs=1e-6)
    assert REFUNDS in set(single["part"])
    assert whole["low"] < 0 < whole["high"]
    said = [str(s) for s in find_ledger(found, currency="GBP")]
    assert said[0].endswith("which is no more than ordinary stretches as long may differ by.")


@pytest.mark.slow
@pytest.mark.skipif(not RETAIL.exists(), reason="the wholesaler's orders are not here")
def test_who_pays_as_the_tables_begin_is_not_called_a_newcomer(wholesaler):
    _, opened = wholesaler
    found = ledger(opened, campaign="christmas_2010", country="GB")
    assert np.isnan(found.newcomers["effect"])
    said = " ".join(map(str, find_ledger(found, currency="GBP")))
    assert "How many newcomers it brought is not known" in said
    # of 4,000 customers, those who first paid in ten days of June are old and new enough
    everyday = first_orders(opened).bands.set_index("depth").loc["all"]
    assert 50 < everyday["newcomers"] < 200


@pytest.mark.slow
@pytest.mark.skipif(not RETAIL.exists(), reason="the wholesaler's orders are not here")
def test_phases_and_mechanics_of_two_christmases_stand_side_by_side(wholesaler):
    _, opened = wholesaler
    run = shown(phases(opened, campaign="christmas_2011")).set_index("figure")
    assert run.loc["GMV paid", "in_burst"] > 0
    rows = mechanics(opened, country="GB")
    assert rows["campaign"].tolist() == ["Christmas 2011", "Christmas 2010"]
    assert rows["pay_conversion"].isna().all()


def listings(folder, brand):
    """A brand's shop of ten days: what its counters grew by was sold, at the price of the day."""
    rows = pd.read_csv(COSMETICS).drop_duplicates()
    rows = rows[rows["店名"] == brand].rename(columns={"id": "product_id", "update_time": "day"})
    rows["day"] = pd.to_datetime(rows["day"], format="%Y/%m/%d")
    rows = rows.drop_duplicates(["product_id", "day"]).sort_values(["product_id", "day"])
    sold = rows.groupby("product_id")["sale_count"].diff()
    rows["quantity"] = sold.where(sold > 0, 0).astype(int)
    lines = rows[rows["quantity"] > 0].reset_index(drop=True)
    lines["order_id"] = [f"o{i}" for i in lines.index]
    lines["paid_amount"] = (lines["price"] * lines["quantity"]).round(2)
    lines["paid_at"] = lines["day"] + pd.Timedelta(hours=20)
    orders = lines[["order_id", "paid_at", "paid_amount"]].assign(
        created_at=lines["paid_at"], goods_amount=lines["paid_amount"], discount_amount=0,
        shipping_amount=0,
    )  # fmt: skip
    every = lines.assign(line_no=1, list_price=lines["price"], unit_price=lines["price"])
    names = ["order_id", "line_no", "product_id", "quantity", "list_price", "unit_price"]
    folder.mkdir(exist_ok=True)
    orders.to_csv(folder / "orders.csv", index=False)
    every[[*names, "paid_amount"]].to_csv(folder / "order_lines.csv", index=False)
    (folder / "campaigns.csv").write_text(
        "campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic\n"
        "d11,Double 11,double11,2016-11-05,2016-11-11,2016-11-12,2016-11-14,deposit\n"
    )
    return rows, open_shop(folder, as_of="2016-11-14")


@pytest.mark.skipif(not COSMETICS.exists(), reason="the brands' listings are not here")
@pytest.mark.parametrize("brand", ["悦诗风吟", "欧莱雅"])
def test_ten_days_of_double_11_tell_phases_and_no_more(tmp_path, brand):
    rows, opened = listings(tmp_path / "shop", brand)
    run = shown(phases(opened, campaign="d11")).set_index("figure")
    gmv = rows.assign(gmv=rows["quantity"] * rows["price"]).groupby("day")["gmv"].sum()
    assert run.loc["GMV paid", "in_burst"] == pytest.approx(gmv[pd.Timestamp("2016-11-11")])
    # without an ordinary day nothing is known of what it added
    found = ledger(opened, campaign="d11")
    assert not found.known
    (said,) = map(str, find_ledger(found, currency="CNY"))
    assert said.endswith(
        "too few days without a campaign are there to say what was to be expected."
    )
