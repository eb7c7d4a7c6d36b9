import duckdb
import pytest

from shophelm.errors import DataError, ParameterError
from shophelm.shop.tables import open_shop

ORDERS = """
    order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
    1,2026-11-01 10:00:00,2026-11-01 10:05:00,100,10,5,95
"""


def error_of(location):
    with pytest.raises(DataError) as caught:
        open_shop(location, as_of="2026-11-15")
    return str(caught.value)


def test_a_folder_that_is_not_there(tmp_path):
    gone = tmp_path / "gone"
    assert error_of(gone) == f"There is no {gone}. Give the folder that holds the shop's tables."


def test_a_folder_that_is_not_a_shop(tmp_path):
    (tmp_path / "holiday.jpg").touch()
    assert error_of(tmp_path) == (
        f"{tmp_path} is not a shop: it holds holiday.jpg, and none of the tables a shop can have. "
        "`shophelm tables` lists them, and `shophelm import` makes them from a platform's export."
    )


def test_an_empty_folder_is_not_a_shop(tmp_path):
    assert error_of(tmp_path) == (
        f"{tmp_path} is not a shop: it holds nothing, and none of the tables a shop can have. "
        "`shophelm tables` lists them, and `shophelm import` makes them from a platform's export."
    )


def test_a_file_is_not_a_folder(tmp_path):
    file = tmp_path / "orders.csv"
    file.touch()
    assert error_of(file) == (
        f"{file} is a file, not a shop's folder. Give the folder that holds orders.csv and the "
        "other tables, or turn the file into one with `shophelm import`."
    )


def test_a_table_held_twice(write):
    folder = write(orders=ORDERS)
    (folder / "orders.parquet").touch()
    assert error_of(folder) == (
        f"{folder} holds orders more than once: orders.parquet, orders.csv. Keep one of them."
    )


def test_an_address_that_leads_nowhere():
    assert error_of("nosuch://host/shop") == (
        "nosuch://host/shop cannot be opened: Don't know how to connect to 'nosuch://host/shop'. "
        "Check the path, or the address, user and password."
    )


def test_a_day_that_is_none(write):
    with pytest.raises(ParameterError) as caught:
        open_shop(write(orders=ORDERS), as_of="15.11.2026")
    assert str(caught.value) == (
        "as_of is '15.11.2026', which is not a day. Write it as YYYY-MM-DD, such as 2026-11-15."
    )


def test_csv_parquet_duckdb_and_url_hold_the_same_shop(write, tmp_path):
    folder = write(orders=ORDERS)
    expected = open_shop(folder, as_of="2026-11-15")["orders"].to_pandas()
    parquet, database = tmp_path / "parquet", tmp_path / "shop.duckdb"
    parquet.mkdir()
    with duckdb.connect(database) as con:
        con.execute(f"CREATE TABLE orders AS FROM read_csv('{folder}/orders.csv')")
        con.execute(f"COPY orders TO '{parquet}/orders.parquet'")
    for location in (parquet, database, f"duckdb://{database}?read_only=True"):
        found = open_shop(location, as_of="2026-11-15")["orders"].to_pandas()
        assert found.equals(expected), location
