from decimal import Decimal

import duckdb
import pytest

from shophelm.shop.importers import import_files
from shophelm.shop.importers.pseudonyms import hash_id, read_key
from tests.shop.importers.export_files import number, rejected, rows, save

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
SALES = """536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,71053,LANTERN,2,2010-12-01 08:26:00,3.395,17850.0,United Kingdom
536365,POST,POSTAGE,1,2010-12-01 08:26:00,18,17850.0,United Kingdom
536366,85123a,,1,2010-12-02 09:00:00,5.06,,France
536366,85123a,,1,2010-12-02 09:00:00,5.06,,France
536367,DOT,DOTCOM POSTAGE,1,2010-12-02 09:00:00,9.99,,France
"""
CREDITS = """C536379,85123A,WHITE HEART,-2,2010-12-03 09:41:00,2.55,17850.0,United Kingdom
C536380,D,Discount,-1,2010-12-03 09:41:00,3.00,17850.0,United Kingdom
C536381,85123A,WHITE HEART,-9,2010-12-03 10:00:00,2.55,17850.0,United Kingdom
C536382,22556,TINS,-1,2010-12-03 10:00:00,1.65,17850.0,United Kingdom
C536383,22556,TINS,-1,2010-12-03 10:00:00,1.65,,United Kingdom
"""
SERVICES = """A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,11062.06,,United Kingdom
536370,AMAZONFEE,AMAZON FEE,-1,2010-12-03 10:00:00,100,,United Kingdom
536371,M,Manual,1,2010-12-03 10:00:00,7,17850.0,United Kingdom
536372,S,SAMPLES,-1,2010-12-03 10:00:00,2,,United Kingdom
536373,gift_0001_20,Voucher,1,2010-12-03 10:00:00,16.67,,United Kingdom
536374,85123A,damaged,-10,2010-12-03 10:00:00,0,,United Kingdom
536375,85123A,found,10,2010-12-03 10:00:00,0,,United Kingdom
"""


def import_lines(tmp_path, key, body, name="retail.csv"):
    file = save(tmp_path / name, HEADER + body)
    return import_files("online-retail", [file], tmp_path / "shop", key_file=key)


def test_invoices_become_orders_with_freight_in_its_place(tmp_path, key):
    made = import_lines(tmp_path, key, SALES)
    customer = hash_id("17850", read_key(key, outside=tmp_path / "shop"))
    columns = ("order_id", "customer_id", "paid_at", "region", "goods_amount", "shipping_amount")
    assert rows(tmp_path / "shop", "orders", *columns, "paid_amount") == [
        (
            "536365",
            customer,
            "2010-12-01 08:26:00",
            "United Kingdom",
            "22.0900",
            "18.0000",
            "40.0900",
        ),
        ("536366", None, "2010-12-02 09:00:00", "France", "10.1200", "0.0000", "10.1200"),
    ]
    assert rows(tmp_path / "shop", "products", "product_id", "title", "list_price") == [
        ("71053", "LANTERN", "3.3950"),
        ("85123A", "WHITE HEART", "5.0600"),
    ]
    assert made.files[0].apart == {
        "freight, in the order's shipping_amount": 1,
        "freight on an invoice without goods": 1,
    }
    assert made.apart["freight on an invoice without goods"].amount == "9.99"
    assert (
        "1 lines repeat another line exactly; they were kept, for an invoice may list a product "
        "twice." in made.notes
    )


def test_credit_notes_become_refunds_of_earlier_orders(tmp_path, key):
    made = import_lines(tmp_path, key, SALES + CREDITS)
    columns = ("refund_id", "order_id", "line_no", "quantity", "amount", "reason", "refunded_at")
    assert rows(tmp_path / "shop", "refunds", *columns) == [
        ("C536379-1", "536365", "1", "2", "5.1000", "cancellation", "2010-12-03 09:41:00"),
        ("C536380-1", "536365", None, None, "3.0000", "discount", "2010-12-03 09:41:00"),
        ("C536381-1", "536365", "1", "4", "10.2000", "cancellation", "2010-12-03 10:00:00"),
    ]
    rest = made.apart["rest of credit notes that exceed what their customer had bought"]
    assert (rest.records, rest.amount, rest.counted) == (1, "-12.75", False)
    never = made.apart["credit notes whose customer had bought nothing of the kind before"]
    assert (never.records, never.amount) == (1, "-1.65")
    assert made.apart["credit notes without a customer"].amount == "-1.65"


def test_everything_adds_up_to_the_sum_of_the_file(tmp_path, key):
    made = import_lines(tmp_path, key, SALES + CREDITS + SERVICES)
    paid = Decimal(number(tmp_path / "shop", "order_lines", "sum(paid_amount)"))
    back = Decimal(number(tmp_path / "shop", "refunds", "sum(amount)"))
    apart = sum(Decimal(a.amount) for a in made.apart.values())
    assert paid - back + apart == Decimal(made.totals["Quantity × UnitPrice of all usable lines"])
    file = made.files[0]
    assert (file.read, file.accepted, file.rejected, file.kept_apart) == (18, 7, 0, 11)


def test_unusable_lines_are_rejected(tmp_path, key):
    bad = """536365,71053,X,two,2010-12-01 08:26:00,3.395,17850.0,United Kingdom
536365,71053,X,2,2010-12-01 08:26:00,cheap,17850.0,United Kingdom
536365,71053,X,2,someday,3.395,17850.0,United Kingdom
"""
    import_lines(tmp_path, key, SALES + bad)
    assert [
        (r["row"], r["rule"], r["value"]) for r in rejected(tmp_path / "shop", "order_lines")
    ] == [
        ("7", "Quantity is not a whole number", "two"),
        ("8", "UnitPrice is not an amount", "cheap"),
        ("9", "InvoiceDate is not a time", "someday"),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (("12/1/2010 8:26", "12/2/2010 8:26"), "2010-12-01 08:26:00"),
        (("12/1/2010 8:26", "13/1/2010 8:26"), "2010-01-12 08:26:00"),
    ],
)
def test_slashed_dates_are_month_first_unless_that_cannot_be(written, meant, tmp_path, key):
    body = "".join(f"{i},71053,£ X,1,{w},1,,UK\n" for i, w in enumerate(written, start=1))
    file = save(tmp_path / "data.csv", HEADER + body, encoding="cp1252")
    import_files("online-retail", [file], tmp_path / "shop", key_file=key)
    assert rows(tmp_path / "shop", "orders", "order_id", "created_at")[0] == ("1", meant)


def test_parquet_with_numbers_and_times_gives_the_same(tmp_path, key):
    import_lines(tmp_path, key, SALES + CREDITS)
    with duckdb.connect() as con:
        con.sql(f"COPY (FROM read_csv('{tmp_path}/retail.csv')) TO '{tmp_path}/r.parquet'")
    import_files("online-retail", [tmp_path / "r.parquet"], tmp_path / "other", key_file=key)
    columns = {"orders": "paid_amount", "order_lines": "paid_amount", "refunds": "amount"}
    for table, column in columns.items():
        assert rows(tmp_path / "shop", table, "order_id", column) == rows(
            tmp_path / "other", table, "order_id", column
        )
