"""Real exports, imported and reported: the totals are those counted by whoever published them."""

import json
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from shophelm.data.causes import causes
from shophelm.data.segments import gmv_segments
from shophelm.shop.calendar import Period
from shophelm.shop.tables import open_shop
from tests.conftest import SHARED
from tests.end_to_end.test_report import report, shophelm

pytestmark = pytest.mark.skipif(
    not SHARED.exists(), reason=f"the real data are not here ({SHARED.name} beside the repository)"
)

OLIST = ("ecommerce-sales-orders", "ecommerce-sales-order-items", "ecommerce-sales-products")
SAMPLE8K = ("orders", "order_items", "order_payments", "customers")


def files(name):
    if name == "olist":
        return [SHARED / "olist" / f"{f}.csv.zip" for f in OLIST]
    if name == "olist-8k":
        return [SHARED / "olist" / "sample8k" / f"olist_{f}_dataset.csv" for f in SAMPLE8K]
    return {
        "tmall-orders": [SHARED / "tmall_orders" / "tmall_order_report.csv"],
        "online-retail": [SHARED / "online_retail" / "online_retail.parquet"],
        "taobao-events": [SHARED / "taobao_userbehavior" / "UserBehavior_first84k.csv"],
    }[name]


@pytest.fixture
def reported(tmp_path):
    """Import real files and report on a period that holds all of them."""

    def run(name, *, as_of, days, currency, country, areas=("data",)):
        shop, out = tmp_path / "shop", tmp_path / "out"
        (tmp_path / "key").write_text("a key of this test, long enough")
        key = ["--key-file", tmp_path / "key"]
        made = shophelm("import", name.removesuffix("-8k"), *files(name), "--to", shop, *key)
        assert made.returncode == 0, made.stderr
        given = {"currency": currency, "days": days, "country": country}
        options = [x for pair in given.items() for x in ("-p", *pair)]
        options += [x for area in areas for x in ("--area", area)]
        ran = report(shop, out, *options, as_of=as_of)
        assert ran.returncode == 0, ran.stderr
        recorded = json.loads((out / "report.json").read_text())["areas"]
        return (out / "data.html").read_text(), *(recorded[area] for area in areas)

    return run


def value(area, name):
    return Decimal(str(area["figures"][name]["value"]))


def said(area, text):
    return [s for s in area["sentences"] if text in s]


def test_tmall(reported):
    page, area = reported("tmall-orders", as_of="2020-03-31", days=60, currency="CNY", country="CN")
    assert value(area, "gmv_placed") == Decimal("2995760.61")
    assert value(area, "orders") == 24087
    assert value(area, "gmv_settled") == Decimal("1902487.15")
    assert value(area, "gmv_paid") - value(area, "gmv_settled") == Decimal("572335.92")
    assert said(area, "no orders on 2020-02-08 and 2020-02-16")
    assert said(area, "This export has no products: product questions stay closed.")
    assert said(area, "28,010 records from 1 file: 28,010 accepted, 0 rejected")
    assert "the chain by product (data)" in page


@pytest.mark.slow
def test_online_retail(reported, tmp_path):
    _, area = reported("online-retail", as_of="2011-12-09", days=374, currency="GBP", country="GB")
    record = area["sentences"]
    assert any("541,909 records from 1 file" in s for s in record)
    assert said(area, "The bridge closes to the cent")
    assert said(area, "no orders on any Saturday")
    assert said(area, "cohorts")
    # causes add up to what SQL counts
    shop = open_shop(tmp_path / "shop", as_of="2011-11-30")
    moved = causes(shop, Period(date(2011, 11, 1), date(2011, 11, 30)))
    assert sum(moved["gmv_part"][:-1]) == moved["gmv_part"].iloc[-1]
    sql = f"""
        SELECT sum(CASE WHEN paid_at >= '2011-11-01' THEN paid_amount ELSE -paid_amount END)
        FROM '{tmp_path}/shop/orders.parquet'
        WHERE paid_at >= '2011-10-02' AND paid_at < '2011-12-01'"""
    paid = gmv_segments(shop, Period(date(2011, 11, 1), date(2011, 11, 30)))
    assert paid["part"].iloc[-1] == duckdb.sql(sql).fetchone()[0]


@pytest.mark.slow
def test_olist(reported):
    _, area = reported("olist", as_of="2018-10-17", days=800, currency="BRL", country="BR")
    assert value(area, "gmv_paid") == Decimal("13591643.70")
    assert value(area, "orders") == 99441
    assert value(area, "units") == 112650
    # the ids of the public core tell no customers apart
    assert said(area, "Not answered: Which customers of each month come back")


def test_customers_of_olist_hardly_come_back_and_their_worth_is_not_claimed(reported):
    areas = ("data", "user")
    _, data, area = reported(
        "olist-8k", as_of="2018-10-17", days=800, currency="BRL", country="BR", areas=areas
    )
    assert value(data, "gmv_placed") == Decimal("1089660.09") + Decimal("182201.39")
    assert said(area, "What customers will bring cannot be known yet")
    assert area["actions"] == [] or all(a["worth"] is None for a in area["actions"])


@pytest.mark.slow
def test_taobao_events(reported):
    _, area = reported("taobao-events", as_of="2017-12-03", days=9, currency="CNY", country="CN")
    assert "money is not known" in area["headline"]
    assert value(area, "visitors") <= 815
    assert value(area, "page_views") > 75000
    assert said(area, "84,476 records from 1 file: 84,440 accepted, 36 rejected")
