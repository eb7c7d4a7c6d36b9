"""Each platform's export, read to tables by hand; what a mapping may say; nothing personal."""

import json

import pytest

from shophelm.errors import DataError
from shophelm.shop.importers import FORMATS, import_files
from shophelm.shop.importers.declared import read_format
from tests.shop.importers.export_files import everything_in, rejected, rows
from tests.shop.importers.exports import EXPORTS, NAMES, csv_file, records, sycm_items_2022

EXPECTED = {
    "sycm-items": {
        ("traffic", "day", "product_id", "visitors", "page_views", "cart_visitors", "buyers",
         "paid_amount", "bounce_rate", "dwell_seconds"): [
            ("2026-08-11", "612345678901", "1391", "3020", "103", "41", "8190.5000", "0.7748",
             "35.21"),
            ("2026-08-11", "612345678902", "12", "15", None, None, None, None, None),
        ],
        ("products", "product_id", "title"): [
            ("612345678901", "连衣裙 新款"), ("612345678902", "帆布鞋"),
        ],
    },
    # the shop's row is the sum of all; sums of channels and their parts are not counted again
    "sycm-sources": {
        ("traffic", "day", "channel", "visitors", "cart_visitors", "buyers", "paid_amount"): [
            ("2026-08-11", "手淘推荐", "700", "10", "5", "1000.0000"),
            ("2026-08-11", "手淘搜索", "900", "10", "5", "1000.0000"),
            ("2026-08-11", "直通车", "600", "10", "5", "1000.0000"),
            ("2026-08-11", None, "2000", "10", "5", "1000.0000"),
        ],
    },
    "sycm-keywords": {
        ("keywords", "day", "keyword", "visitors", "buyers", "paid_amount"): [
            ("2026-08-11", "帆布鞋", "3", None, None),
            ("2026-08-11", "连衣裙 夏", "1204", "31", "6014.9000"),
        ],
    },
    "sycm-activity": {
        ("traffic", "day", "product_id", "visitors", "buyers", "paid_amount"): [
            ("2026-06-18", "612345678901", "300", "9", "900.0000"),
            ("2026-06-18", None, "4000", "120", "12000.0000"),
        ],
    },
    "sycm-coupons": {
        ("coupon_days", "day", "granted", "redeemed", "buyers", "paid_amount"): [
            ("2026-08-11", "1200", "84", "80", "9030.0000"),
        ],
    },
    # the account's two rows of one day are added up: 100.10 + 50
    "alimama": {
        ("spend", "day", "channel", "campaign_id", "cost", "impressions", "clicks"): [
            ("2026-08-11", "万相台", None, "150.1000", "3000", "27"),
            ("2026-08-11", "直通车", "5501", "456.7800", "10000", "321"),
            ("2026-08-11", "直通车", "5502", "10.0000", "5", None),
        ],
    },
    # 246 less 6 of freight is shared 200 : 60, and said once though it stands on two rows
    "jd-orders": {
        ("orders", "order_id", "created_at", "paid_at", "status", "region", "goods_amount",
         "discount_amount", "shipping_amount", "paid_amount"): [
            ("26800012345", "2026-08-11 10:00:00", "2026-08-11 10:01:00", "completed", "浙江",
             "260.0000", "20.0000", "6.0000", "246.0000"),
            ("26800012346", "2026-08-11 10:00:00", None, "cancelled", "浙江", "200.0000",
             "0.0000", "6.0000", "206.0000"),
        ],
        ("order_lines", "order_id", "line_no", "product_id", "quantity", "list_price",
         "paid_amount"): [
            ("26800012345", "1", "1001", "1", "200.0000", "184.6200"),
            ("26800012345", "2", "1002", "2", "30.0000", "55.3800"),
            ("26800012346", "1", "1001", "1", "200.0000", "200.0000"),
        ],
    },
    "jd-items": {
        ("traffic", "day", "product_id", "visitors", "page_views", "orders", "buyers"): [
            ("2026-08-11", "1001", "800", "1200", "10", "9"),
        ],
        ("products", "product_id", "title", "category"): [("1001", "电饭煲", "厨房")],
    },
    "pdd-orders": {
        ("orders", "order_id", "goods_amount", "discount_amount", "paid_amount", "status"): [
            ("260811-123456789012345", "39.9000", "5.0000", "34.9000", "completed"),
            ("260811-123456789012346", "39.9000", "5.0000", "34.9000", "completed"),
        ],
        ("order_lines", "product_id", "quantity", "list_price", "unit_price", "paid_amount"): [
            ("PAPER-3", "3", "13.3000", "11.6333", "34.9000"),
            ("PAPER-3", "3", "13.3000", "11.6333", "34.9000"),
        ],
        ("refunds", "order_id", "line_no", "amount"): [
            ("260811-123456789012346", "1", "34.9000"),
        ],
    },
    "douyin-orders": {
        ("orders", "order_id", "paid_at", "status", "paid_amount"): [
            ("6917926768823643751", "2026-08-11 20:00:00", "completed", "120.0000"),
            ("6917926768823643999", None, "cancelled", "89.0000"),
            ("6917926768823644999", "2026-08-11 20:00:00", "completed", "100.0000"),
            ("6917926768823645000", "2026-08-11 20:00:00", "completed", "100.0000"),
        ],
        ("order_lines", "order_id", "product_id", "quantity", "paid_amount"): [
            ("6917926768823643751", "BROW-1", "2", "31.0000"),
            ("6917926768823643751", "LIP-1", "1", "89.0000"),
            ("6917926768823643999", "LIP-1", "1", "89.0000"),
            # one amount for two products goes by quantity, amounts of each as they are told
            ("6917926768823644999", "BROW-1", "2", "66.6700"),
            ("6917926768823644999", "LIP-1", "1", "33.3300"),
            ("6917926768823645000", "BROW-1", "2", "40.0000"),
            ("6917926768823645000", "LIP-1", "1", "60.0000"),
        ],
        ("refunds", "order_id", "line_no", "amount"): [
            ("6917926768823643751", "2", "31.0000"), ("6917926768823645000", "2", "40.0000"),
        ],
    },
    # 95 holds its tax; the 3.50 of #1002 come on top of 30 and 5, and are left out
    "shopify-orders": {
        ("orders", "order_id", "paid_at", "status", "region", "goods_amount", "discount_amount",
         "shipping_amount", "paid_amount"): [
            ("#1001", "2026-05-01 10:00:00", "paid", "FR", "100.0000", "10.0000", "5.0000",
             "95.0000"),
            ("#1002", "2026-05-01 10:00:00", "paid", "FR", "30.0000", "0.0000", "5.0000",
             "35.0000"),
            ("#1003", None, "cancelled", "FR", "90.0000", "0.0000", "5.0000", "95.0000"),
        ],
        ("order_lines", "order_id", "line_no", "quantity", "list_price", "paid_amount"): [
            ("#1001", "1", "2", "30.0000", "54.0000"),
            ("#1001", "2", "1", "40.0000", "36.0000"),
            ("#1002", "1", "1", "30.0000", "30.0000"),
            ("#1003", "1", "2", "30.0000", "90.0000"),
        ],
        ("refunds", "order_id", "line_no", "amount"): [("#1001", None, "20.0000")],
    },
    "shopify-inventory": {
        ("stock", "day", "product_id", "warehouse", "on_hand", "in_transit", "reserved"): [
            ("2026-08-11", "MUG", "Lyon", "3", "5", "2"),
            ("2026-08-11", "TEE-B", "Lyon", "12", "5", "2"),
            ("2026-08-12", "CAP", "Lyon", "1", None, None),
        ],
    },
    "woocommerce-orders": {
        ("orders", "order_id", "paid_at", "status", "channel", "paid_amount"): [
            ("501", "2026-08-11 10:00:00", "completed", "Organic: Google", "1020.0000"),
            ("502", None, "created", "Organic: Google", "5.0000"),
        ],
    },
    "woocommerce-products": {
        ("products", "product_id", "title", "category", "list_price"): [
            ("woo-vneck-tee", "V-Neck T-Shirt", "Clothing > Tshirts", "20.0000"),
        ],
    },
    # 59.98 less 6 and 10, with 3.99 of freight
    "amazon-orders": {
        ("orders", "order_id", "created_at", "goods_amount", "discount_amount",
         "shipping_amount", "paid_amount"): [
            ("114-3941689-8772232", "2026-08-11 18:59:30", "69.9800", "6.0000", "3.9900",
             "67.9700"),
        ],
        ("order_lines", "product_id", "quantity", "list_price", "paid_amount"): [
            ("CUP-1", "1", "10.0000", "10.0000"), ("KET-1", "2", "29.9900", "53.9800"),
        ],
    },
    "amazon-business": {
        ("traffic", "day", "product_id", "visitors", "page_views", "orders", "paid_amount"): [
            ("2026-08-11", "KET-1", "1234", "2000", "24", "1299.5000"),
        ],
    },
    "amazon-search-terms": {
        ("keywords", "day", "keyword", "impressions", "clicks", "cost", "paid_amount"): [
            ("2026-08-11", "electric kettle", "1500", "25", "20.0000", "240.0000"),
            ("2026-08-11", "red kettle", "700", "12", None, None),
        ],
    },
    "google-ads": {
        ("keywords", "day", "keyword", "impressions", "clicks", "cost"): [
            ("2026-08-11", "trail shoes", "1500", "40", "14.0000"),
        ],
    },
    "google-search-console": {
        ("keywords", "day", "keyword", "impressions", "clicks", "position"): [
            ("2026-08-11", "canvas shoes", "340", "12", "8.4"),
        ],
    },
    "meta-ads": {
        ("spend", "day", "channel", "campaign_id", "cost", "impressions", "clicks"): [
            ("2026-08-11", "meta", "Summer", "1500.2500", "80000", "900"),
        ],
    },
}  # fmt: skip
CURRENCIES = {
    "shopify-orders": "EUR", "amazon-orders": "USD", "amazon-search-terms": "USD",
    "google-ads": "EUR", "meta-ads": "EGP", "shopify-inventory": "", "amazon-business": "",
    "woocommerce-orders": "", "woocommerce-products": "", "google-search-console": "",
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_becomes_the_tables_that_a_reader_of_it_would_make(name, tmp_path, key):
    made = import_files(name, EXPORTS[name](tmp_path), tmp_path / "shop", key_file=key)
    for (table, *columns), expected in EXPECTED[name].items():
        assert rows(tmp_path / "shop", table, *columns) == expected
    assert made.currency == CURRENCIES.get(name, "CNY")
    for file in made.files:
        assert file.read == file.accepted + file.rejected + file.kept_apart


@pytest.mark.parametrize("name", EXPORTS)
def test_nothing_personal_leaves_an_export(name, tmp_path, key):
    import_files(name, EXPORTS[name](tmp_path), tmp_path / "shop", key_file=key)
    out = everything_in(tmp_path / "shop")
    planted = [*NAMES.values(), "Mary", "Poppins", "75008", "33612345678", "97477", "Springfield"]
    assert [p for p in planted if p in out] == []
    reversed_too = [v[::-1] for v in NAMES.values() if v[::-1] in out]
    assert reversed_too == []


def test_every_mapping_has_an_export_that_it_is_tried_on():
    declared = {n for n, f in FORMATS.items() if f.map.__qualname__.startswith("read_format")}
    assert declared == set(EXPORTS) == set(EXPECTED)


def test_the_column_set_of_2022_is_read_as_well(tmp_path, key):
    import_files("sycm-items", sycm_items_2022(tmp_path), tmp_path / "shop", key_file=key)
    assert rows(tmp_path / "shop", "traffic", "day", "product_id", "visitors", "paid_amount") == [
        ("2022-08-11", "612345678901", "7", "99.0000")
    ]


def test_a_buyer_is_the_same_hash_in_each_of_their_orders(tmp_path, key):
    import_files("jd-orders", EXPORTS["jd-orders"](tmp_path), tmp_path / "shop", key_file=key)
    people = {p for (p,) in rows(tmp_path / "shop", "orders", "customer_id")}
    assert len(people) == 1
    assert len(people.pop()) == 16


def test_a_row_of_several_days_is_refused_and_named(tmp_path, key):
    import_files("meta-ads", EXPORTS["meta-ads"](tmp_path), tmp_path / "shop", key_file=key)
    (found,) = rejected(tmp_path / "shop", "spend")
    assert found["rule"] == "the row is of several days: export it day by day"
    assert found["value"] == "2026-08-17"


def test_joined_products_whose_cells_do_not_match_are_refused_whole_and_named(tmp_path, key):
    import_files(
        "douyin-orders", EXPORTS["douyin-orders"](tmp_path), tmp_path / "shop", key_file=key
    )
    (found,) = rejected(tmp_path / "shop", "order_lines")
    assert found["rule"] == "the quantity is not a whole number of 1 or more"
    assert (found["row"], found["value"]) == ("6", "1;2")


def test_a_file_whose_day_is_not_told_is_refused(tmp_path, key):
    (file,) = EXPORTS["amazon-business"](tmp_path)
    with pytest.raises(DataError) as caught:
        import_files("amazon-business", [file.rename(tmp_path / "report.csv")], tmp_path / "shop",
                     key_file=key)  # fmt: skip
    assert "none of the 1 records can be used; 1 of them because day is missing" in str(
        caught.value
    )
    assert "put the day in the file's name" in str(caught.value)


def test_several_currencies_are_refused(tmp_path, key):
    one = {"Name": "#1", "Financial Status": "paid", "Created at": "2026-05-01 09:59:00 +0200",
           "Total": "5", "Currency": "EUR", "Lineitem quantity": "1", "Lineitem name": "Tee",
           "Lineitem price": "5"}  # fmt: skip
    other = one | {"Name": "#2", "Currency": "USD"}
    file = csv_file(tmp_path / "a.csv", records("shopify_orders_export", one, other))
    with pytest.raises(DataError) as caught:
        import_files("shopify-orders", [file], tmp_path / "shop", key_file=key)
    assert str(caught.value) == (
        "shopify-orders: amounts are in several currencies (EUR, USD). Import one currency at a "
        "time."
    )


@pytest.mark.parametrize(
    ("said", "strange"),
    [
        ('nmae = "x"', "nmae"),
        ('[[role]]\nname = "a"\nwhat = "a"\nneeds = []\ncolour = 1', "colour"),
        ('[[role]]\nname = "a"\nwhat = "a"\nneeds = []\n[role.table.trafic]\nday = "x"', "trafic"),
        ('[[role]]\nname = "a"\nwhat = "a"\nneeds = []\n[role.table.traffic]\ndya = "x"', "dya"),
        ('[[role]]\nname = "a"\nwhat = "a"\nneeds = []\n[role.lines]\nprice = "x"', "price"),
    ],
)
def test_a_slip_in_a_mapping_is_named(said, strange, tmp_path):
    path = tmp_path / "slip.toml"
    path.write_text(f'name = "x"\nhelp = "x"\nwhere = "x"\n{said}\n')
    with pytest.raises(ValueError, match=rf"slip.toml: {strange} is not known"):
        read_format(path)


def test_what_an_import_did_can_be_read_again(tmp_path, key):
    made = import_files(
        "jd-orders", EXPORTS["jd-orders"](tmp_path), tmp_path / "shop", key_file=key
    )
    held = json.loads((tmp_path / "shop" / "import.json").read_text())
    assert held["imports"] == [made.to_json()]
