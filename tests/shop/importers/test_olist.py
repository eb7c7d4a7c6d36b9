import zipfile

from shophelm.shop.importers import import_files
from shophelm.shop.importers.pseudonyms import hash_id, read_key
from tests.shop.importers.export_files import rejected, rows, save

ORDERS = """order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,\
order_delivered_carrier_date,\
order_delivered_customer_date,order_estimated_delivery_date
o1,c1,delivered,2018-06-12 20:07:44,2018-06-12 20:44:26,,2018-06-19 12:44:08,2018-07-17 00:00:00
o2,c2,canceled,2018-06-13 20:07:44,2018-06-13 20:44:26,,,2018-07-17 00:00:00
o3,c3,unavailable,2018-06-14 20:07:44,,,,2018-07-17 00:00:00
"""
CUSTOMERS = """customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state
c1,person-one,20231,rio de janeiro,RJ
c2,person-one,20231,rio de janeiro,RJ
c3,person-two,09121,santo andre,SP
"""
ITEMS = """order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value
o1,1,p1,s,2018-05-22 10:59:50,35.9,15.2
o1,2,p1,s,2018-05-22 10:59:50,35.9,15.2
o2,1,p2,s,2018-05-22 10:59:50,10,1.5
"""
PRODUCTS = """"product_id","product_category_name","product_name_lenght"
"p1",beleza_saude,40
"p2",,40
"p3",artes,40
"""
WORDS = "\ufeffproduct_category_name,product_category_name_english\nbeleza_saude,health_beauty\n"
PAYMENTS = "order_id,payment_sequential,payment_type,payment_value\no1,1,card,102.2\n"


def kaggle(tmp_path, **changed):
    contents = {"c": CUSTOMERS, "i": ITEMS, "o": ORDERS, "pay": PAYMENTS, "p": PRODUCTS, "w": WORDS}
    return [
        save(tmp_path / f"{name}.csv", content) for name, content in (contents | changed).items()
    ]


def test_kaggles_files_become_orders_of_persons(tmp_path, key):
    made = import_files("olist", kaggle(tmp_path), tmp_path / "shop", key_file=key)
    secret = read_key(key, outside=tmp_path / "shop")
    one, two = hash_id("person-one", secret), hash_id("person-two", secret)
    columns = ("order_id", "customer_id", "status", "paid_at", "region", "goods_amount")
    assert rows(tmp_path / "shop", "orders", *columns, "shipping_amount") == [
        ("o1", one, "completed", "2018-06-12 20:44:26", "RJ", "71.8000", "30.4000"),
        ("o2", one, "cancelled", "2018-06-13 20:44:26", "RJ", "10.0000", "1.5000"),
        ("o3", two, "cancelled", None, "SP", "0.0000", "0.0000"),
    ]
    assert rows(
        tmp_path / "shop", "order_lines", "order_id", "line_no", "quantity", "paid_amount"
    ) == [
        ("o1", "1", "1", "35.9000"),
        ("o1", "2", "1", "35.9000"),
        ("o2", "1", "1", "10.0000"),
    ]
    assert rows(tmp_path / "shop", "products", "product_id", "category", "list_price") == [
        ("p1", "health_beauty", "35.9000"),
        ("p2", "uncategorised", "10.0000"),
    ]
    assert made.apart["products that none of these orders sold"].records == 1
    assert made.apart["payments, only compared with the orders"].amount == "102.20"
    assert all(f.read == f.accepted + f.rejected + f.kept_apart for f in made.files)
    assert made.notes[:2] == (
        "1 orders have no item: their goods_amount is 0.",
        "1 paid orders are cancelled or unavailable; Olist publishes no refunds, so they stay in "
        "paid and settled alike.",
    )


def test_numbered_files_in_zips_are_recognised_by_their_headers(tmp_path, key):
    contents = {
        "x": "price,product_id,order_id\n58.9,0,7\n58.9,0,7\n",
        "y": "date,order_id\n2017-10-02 10:56:33,7\n2017-10-03 10:56:33,8\n",
        "z": "category_name,product_id,category_id\nperfumery,0,0\n",
    }
    for name, content in contents.items():
        with zipfile.ZipFile(tmp_path / f"{name}.csv.zip", "w") as archive:
            archive.writestr(f"{name}.csv", content)
            archive.writestr(f"__MACOSX/._{name}.csv", "junk")
    made = import_files("olist", sorted(tmp_path.glob("*.zip")), tmp_path / "shop", key_file=key)
    assert [(f.name, f.role) for f in made.files] == [
        ("x.csv.zip", "items"),
        ("y.csv.zip", "orders_by_number"),
        ("z.csv.zip", "products_by_number"),
    ]
    assert rows(tmp_path / "shop", "orders", "order_id", "paid_at", "paid_amount") == [
        ("7", "2017-10-02 10:56:33", "117.8000"),
        ("8", "2017-10-03 10:56:33", "0.0000"),
    ]
    assert rows(tmp_path / "shop", "order_lines", "line_no", "paid_amount") == [
        ("1", "58.9000"),
        ("2", "58.9000"),
    ]


def test_an_order_adds_up_only_the_lines_that_could_be_used(tmp_path, key):
    bad = ITEMS + "o1,3,p1,s,,dear,1\no1,1,p1,s,,35.9,15.2\no2,2,p1,s,,5,heavy\nnone,1,p1,s,,5,5\n"
    made = import_files("olist", kaggle(tmp_path, i=bad), tmp_path / "shop", key_file=key)
    assert [(r["row"], r["rule"]) for r in rejected(tmp_path / "shop", "order_lines")] == [
        ("4", "list_price is not an amount"),
        ("5", "the key (order_id, line_no) stands on an earlier row"),
        ("7", "order_id is not in orders"),
        ("6", "freight_value is not an amount"),
    ]
    assert [g for _, g in rows(tmp_path / "shop", "orders", "order_id", "goods_amount")] == [
        "71.8000", "10.0000", "0.0000",
    ]  # fmt: skip
    assert made.files[1].read == 7
