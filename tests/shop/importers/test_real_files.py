"""The public files beside the repository: totals to the cent, as their README states them."""

from decimal import Decimal

import pytest

from shophelm.shop.importers import import_files
from shophelm.shop.tables import open_shop
from tests.shop.importers.export_files import SHARED, number, order, record, rows, save, text


@pytest.fixture
def imported(tmp_path, key):
    """Import real files, prove every record accounted for and every promise kept."""

    def imported(format_name, *names):
        files = [SHARED / n for n in names]
        if not all(f.exists() for f in files):
            pytest.skip(f"needs the public files in {SHARED}")
        folder = tmp_path / "shop"
        made = import_files(format_name, files, folder, key_file=key)
        assert all(f.read == f.accepted + f.rejected + f.kept_apart for f in made.files)
        promises = open_shop(folder, as_of="2026-11-15").promises()
        assert promises[promises["broken"] > 0].empty
        return made, folder

    return imported


def test_tmall_orders(imported):
    made, folder = imported("tmall-orders", "tmall_orders/tmall_order_report.csv")
    assert made.totals == {
        "orders": "28010",
        "paid orders": "24087",
        "总金额": "2995760.61",
        "买家实际支付金额": "1902487.15",
        "退款金额": "572335.92",
    }
    assert number(folder, "orders", "sum(paid_amount)") == "2995760.6100"
    paid = Decimal(number(folder, "orders", "sum(paid_amount) FILTER (paid_at IS NOT NULL)"))
    back = Decimal(number(folder, "refunds", "sum(amount)"))
    assert (back, paid - back) == (Decimal("572335.92"), Decimal("1902487.15"))
    assert number(folder, "orders", "count(DISTINCT region)") == "31"


def test_online_retail(imported):
    made, folder = imported("online-retail", "online_retail/online_retail.parquet")
    assert made.files[0].read == 541_909
    assert made.files[0].rejected == 0
    paid = Decimal(number(folder, "order_lines", "sum(paid_amount)"))
    back = Decimal(number(folder, "refunds", "sum(amount)"))
    apart = sum(Decimal(a.amount) for a in made.apart.values())
    assert paid - back + apart == Decimal("9747747.934")
    orders = Decimal(number(folder, "orders", "sum(paid_amount)"))
    freight = made.apart["freight, in the order's shipping_amount"]
    assert orders == paid + Decimal(freight.amount)


def test_olist_in_full(imported):
    names = ("order-items", "orders", "products")
    made, folder = imported("olist", *(f"olist/ecommerce-sales-{n}.csv.zip" for n in names))
    assert number(folder, "orders", "count(*)") == "99441"
    assert number(folder, "order_lines", "count(*)") == "112650"
    assert number(folder, "products", "count(*)") == "32951"
    assert number(folder, "order_lines", "sum(paid_amount)") == "13591643.7000"
    assert made.totals["orders without items"] == "775"


def test_olist_sample_of_8000(imported):
    names = ("orders", "order_items", "order_payments", "customers")
    files = [f"olist/sample8k/olist_{n}_dataset.csv" for n in names]
    made, folder = imported(
        "olist", *files, "olist/olist_products_dataset.csv",
        "olist/product_category_name_translation.csv",
    )  # fmt: skip
    assert number(folder, "orders", "count(*)") == "8000"
    assert number(folder, "order_lines", "sum(paid_amount)") == "1089660.0900"
    assert number(folder, "orders", "sum(shipping_amount)") == "182201.3900"
    assert number(folder, "orders", "count(*) FILTER (status = 'cancelled')") == "107"
    assert made.totals["payment_value"] == "1286330.90"


def test_taobao_events(imported):
    made, folder = imported("taobao-events", "taobao_userbehavior/UserBehavior_first84k.csv")
    file = made.files[0]
    assert (file.read, file.accepted) == (84_476, 84_440)
    assert file.rejected_by_rule == {
        "outside the log's window 2017-11-25 to 2017-12-03": 35,
        "the line has too few columns": 1,
    }
    assert number(folder, "events", "count(*) FILTER (kind = 'pay')") == "1750"
    assert number(folder, "events", "min(occurred_at)") >= "2017-11-25"


@pytest.mark.parametrize("version", ["old_2017", "2019", "2022"])
def test_the_true_headers_of_taobao_are_recognised(version, tmp_path, key):
    formats = SHARED / "export_formats"
    names = (f"taobao_ExportOrderList_{version}", "taobao_suborder_items_2022")
    if not all((formats / f"{n}.csv").exists() for n in names):
        pytest.skip(f"needs the headers in {formats}")
    orders, items = (
        (formats / f"{n}.csv").read_text(encoding="utf-8").strip("\ufeff\r\n") for n in names
    )
    line = record(items, 子订单编号="1", 主订单编号="1", 标题="甲", 价格="90", 购买数量="1")
    files = [
        save(tmp_path / "o.csv", text(orders, order(orders, 订单编号="1"))),
        save(tmp_path / "i.csv", text(items, line)),
    ]
    made = import_files("taobao-orders", files, tmp_path / "shop", key_file=key)
    assert [(f.role, f.accepted) for f in made.files] == [("orders", 1), ("suborders", 1)]
    assert rows(tmp_path / "shop", "orders", "region", "paid_amount") == [("浙江", "108.0000")]
