"""Imports upon imports: nothing counts twice, the newer wins, and a crash leaves the old whole."""

import json
import resource
import signal
import subprocess
import sys

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shophelm.errors import DataError, ReportError
from shophelm.shop.importers import import_auto, import_files, importing, read_records
from tests.shop.importers.export_files import (
    DETAILS,
    KEY,
    LIST_2017,
    LIST_2022,
    TMALL,
    order,
    record,
    rows,
    save,
    text,
)
from tests.shop.importers.exports import EXPORTS


def line(number, total="10", *, paid="2020-02-01 10:00:05", back="0"):
    return record(
        TMALL, 订单编号=number, 总金额=total, 买家实际支付金额=total,
        订单创建时间="2020-02-01 10:00:00", 订单付款时间=paid, 退款金额=back,
    )  # fmt: skip


def everything(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_months_that_overlap_add_up_and_the_newer_of_an_order_is_taken(tmp_path, key):
    shop = tmp_path / "shop"
    first = save(tmp_path / "a.csv", text(TMALL, line("1"), line("2", paid="")))
    second = save(tmp_path / "b.csv", text(TMALL, line("2", back="4"), line("3")))
    import_files("tmall-orders", [first], shop, key_file=key)
    made = import_files("tmall-orders", [second], shop, key_file=key)
    assert rows(shop, "orders", "order_id", "paid_at") == [
        ("1", "2020-02-01 10:00:05"), ("2", "2020-02-01 10:00:05"), ("3", "2020-02-01 10:00:05"),
    ]  # fmt: skip
    assert rows(shop, "refunds", "order_id", "amount") == [("2", "4.0000")]
    assert made.replaced["orders"].rows == 1
    of = "of 2020-02-01 to 2020-02-01"
    said = f"orders: 1 row of earlier imports, {of}, gave way to newer ones in these files"
    assert said in made.lines()


def test_an_older_export_does_not_take_the_place_of_a_newer_one(tmp_path, key):
    shop = tmp_path / "shop"
    newer = save(tmp_path / "ExportOrderList202003011200.csv", text(TMALL, line("1", "8")))
    older = save(tmp_path / "ExportOrderList202002011200.csv", text(TMALL, line("1"), line("2")))
    import_files("tmall-orders", [newer], shop, key_file=key)
    made = import_files("tmall-orders", [older], shop, key_file=key)
    assert rows(shop, "orders", "order_id", "paid_amount") == [
        ("1", "8.0000"), ("2", "10.0000"),
    ]  # fmt: skip
    assert made.replaced["orders"].rows == 0
    both = import_files("tmall-orders", [newer, older], tmp_path / "both", key_file=key)
    assert rows(tmp_path / "both", "orders", "order_id", "paid_amount") == [
        ("1", "8.0000"), ("2", "10.0000"),
    ]  # fmt: skip
    assert both.files[1].apart == {"superseded by a newer export": 1}


def test_lines_go_with_their_order(tmp_path, key):
    """The newer export's order has one line where the older one's had two."""
    shop = tmp_path / "shop"
    orders = save(tmp_path / "o.csv", text(LIST_2017, order(订单编号="1", 总金额="18")))
    two = [record(DETAILS, 订单编号="1", 标题=t, 价格="5", 购买数量="1") for t in "甲乙"]
    import_files("taobao-orders", [orders, save(tmp_path / "d.csv", text(DETAILS, *two))], shop,
                 key_file=key)  # fmt: skip
    again = save(tmp_path / "o2.csv", text(LIST_2017, order(订单编号="1", 总金额="13")))
    import_files("taobao-orders", [again, save(tmp_path / "d2.csv", text(DETAILS, two[1]))], shop,
                 key_file=key)  # fmt: skip
    assert rows(shop, "order_lines", "line_no", "paid_amount") == [("1", "5.0000")]


def test_what_only_an_older_list_knows_of_a_product_is_kept(tmp_path, key):
    shop = tmp_path / "shop"
    import_files("woocommerce-products", EXPORTS["woocommerce-products"](tmp_path), shop,
                 key_file=key)  # fmt: skip
    (file,) = EXPORTS["amazon-business"](tmp_path)
    file.write_text(file.read_text("utf-8-sig").replace("KET-1", "woo-vneck-tee"), "utf-8-sig")
    import_files("amazon-business", [file], shop, key_file=key)
    assert rows(shop, "products", "product_id", "title", "category", "list_price") == [
        ("woo-vneck-tee", "Kettle", "Clothing > Tshirts", "20.0000"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_to_import_the_same_again_changes_no_byte(name, tmp_path, key):
    files = EXPORTS[name](tmp_path)
    import_files(name, files, tmp_path / "shop", key_file=key)
    before = everything(tmp_path / "shop")
    import_files(name, files, tmp_path / "shop", key_file=key)
    assert everything(tmp_path / "shop") == before


NUMBERS = st.lists(st.sampled_from("12345"), min_size=1, max_size=4, unique=True)


@settings(max_examples=8, deadline=None, derandomize=True,
          phases=[Phase.explicit, Phase.generate])  # fmt: skip
@given(st.lists(NUMBERS, min_size=2, max_size=3))
def test_one_by_one_or_all_together_is_the_same(tmp_path_factory, months):
    base = tmp_path_factory.mktemp("months")
    key = save(base / "key", KEY)
    files = [
        save(base / f"{i}.csv", text(TMALL, *(line(n, f"{i}.{n}0") for n in numbers)))
        for i, numbers in enumerate(months, start=1)
    ]
    for file in files:
        import_files("tmall-orders", [file], base / "each", key_file=key)
    import_files("tmall-orders", files, base / "all", key_file=key)
    columns = ("orders", "order_id", "paid_amount")
    assert rows(base / "each", *columns) == rows(base / "all", *columns)


def test_old_and_new_exports_of_the_same_orders_give_the_same_tables(tmp_path, key):
    """The list of 2017 in GBK beside that of 2022, each with the items, one bought twice."""
    details = [
        record(DETAILS, 订单编号=n, 标题="甲", 价格="54", 购买数量="2", 商家编码="A1") for n in "12"
    ]
    found = []
    for header, encoding in ((LIST_2017, "gbk"), (LIST_2022, "utf-8")):
        folder = tmp_path / encoding
        folder.mkdir()
        lines = [
            order(header, 订单编号=n, 退款金额=back, 买家实际支付金额=paid, 买家会员昵称="")
            if header is LIST_2022
            else order(header, 订单编号=n, 退款金额=back, 买家实际支付金额=paid)
            for n, back, paid in (("1", "0.00", "108.00"), ("2", "8.00", "100.00"))
        ]
        files = [
            save(folder / "list.csv", text(header, *lines), encoding=encoding),
            save(folder / "items.csv", text(DETAILS, *details), encoding=encoding),
        ]
        import_files("taobao-orders", files, folder / "shop", key_file=key)
        found.append({p.name: p.read_bytes() for p in (folder / "shop").glob("*.parquet")})
    assert set(found[0]) == {"orders.parquet", "order_lines.parquet", "products.parquet",
                             "refunds.parquet"}  # fmt: skip
    assert found[0] == found[1]


def test_every_file_is_told_by_its_columns(tmp_path, key):
    said = []
    every, expected = [], set()
    for name in ("jd-orders", "jd-items", "alimama", "sycm-items", "pdd-orders"):
        folder = tmp_path / name
        folder.mkdir()
        every += EXPORTS[name](folder)
        expected.add(name)
    made = import_auto(every, tmp_path / "shop", key_file=key, progress=said.append)
    assert {r.format for r in made} == expected
    assert "jd.csv is the order list of jd-orders: it has 订单号, 商品ID, 订购数量" in "\n".join(
        said
    )
    assert sum(len(r.files) for r in made) == len(every)
    # both platforms' visits and products stand in one table
    assert len(rows(tmp_path / "shop", "traffic", "product_id")) == 3
    assert len(rows(tmp_path / "shop", "orders", "order_id")) == 4


@pytest.mark.parametrize("name", EXPORTS)
def test_each_export_is_known_by_itself(name, tmp_path, key):
    (made,) = import_auto(EXPORTS[name](tmp_path), tmp_path / "shop", key_file=key)
    assert made.format == name


def test_a_file_of_no_format_is_named_with_the_nearest(tmp_path, key):
    file = save(tmp_path / "a.csv", "订单号,商品ID,colour\n1,2,red\n")
    with pytest.raises(DataError, match=r"a\.csv is of no format that is known\. It is nearest"):
        import_auto([file], tmp_path / "shop", key_file=key)
    assert not (tmp_path / "shop").exists()


def test_two_currencies_do_not_share_a_folder(tmp_path, key):
    import_files("shopify-orders", EXPORTS["shopify-orders"](tmp_path), tmp_path / "shop",
                 key_file=key)  # fmt: skip
    with pytest.raises(ReportError, match="holds amounts in EUR, and meta-ads gives EGP"):
        import_files("meta-ads", EXPORTS["meta-ads"](tmp_path), tmp_path / "shop", key_file=key)


def test_if_one_of_several_formats_fails_nothing_is_imported(tmp_path, key):
    good = save(tmp_path / "good.csv", text(TMALL, line("1")))
    import_files("tmall-orders", [good], tmp_path / "shop", key_file=key)
    before = everything(tmp_path / "shop")
    more = save(tmp_path / "more.csv", text(TMALL, line("2")))
    (meta,) = EXPORTS["meta-ads"](tmp_path)
    with pytest.raises(ReportError, match="two currencies do not add up"):
        import_auto([more, meta], tmp_path / "shop", key_file=key)
    assert everything(tmp_path / "shop") == before


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, key, monkeypatch):
    good = save(tmp_path / "good.csv", text(TMALL, line("1")))
    read = importing.open_files

    def slow(*args, **named):
        found = read(*args, **named)
        with good.open("a") as stream:
            stream.write(",".join(line("2")) + "\r\n")
        return found

    monkeypatch.setattr(importing, "open_files", slow)
    with pytest.raises(DataError, match=r"good\.csv changed while it was read"):
        import_files("tmall-orders", [good], tmp_path / "shop", key_file=key)
    assert not (tmp_path / "shop").exists()


IMPORT = """
import os, signal, sys
from shophelm.shop.importers import import_files, importing, writing
{before}
import_files("tmall-orders", [sys.argv[1]], sys.argv[2], key_file=sys.argv[3])
"""


def run(before, *arguments, **options):
    code = IMPORT.format(before=before)
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@pytest.mark.parametrize("where", ["importing.account", "importing.publish", "writing.exchange"])
def test_an_import_that_is_killed_leaves_the_shop_as_it_was(where, tmp_path, key):
    shop = tmp_path / "shop"
    import_files("tmall-orders", [save(tmp_path / "a.csv", text(TMALL, line("1")))], shop,
                 key_file=key)  # fmt: skip
    before = everything(shop)
    more = save(tmp_path / "b.csv", text(TMALL, line("2")))
    kill = f"{where} = lambda *a, **n: os.kill(os.getpid(), signal.SIGKILL)"
    done = run(kill, more, shop, key)
    assert done.returncode == -signal.SIGKILL
    assert everything(shop) == before
    # what it left beside the folder goes with the next import
    assert list(tmp_path.glob(".shop-import-*"))
    import_files("tmall-orders", [more], shop, key_file=key)
    assert not list(tmp_path.glob(".shop-import-*"))
    assert rows(shop, "orders", "order_id") == [("1",), ("2",)]


def test_a_full_disk_is_told_and_leaves_the_shop_as_it_was(tmp_path, key):
    """Files cannot grow beyond 4 kB: what a full disk does, from the first table on."""
    shop = tmp_path / "shop"
    import_files("tmall-orders", [save(tmp_path / "a.csv", text(TMALL, line("1")))], shop,
                 key_file=key)  # fmt: skip
    before = everything(shop)
    lines = [line(str(n), f"{n}.{n % 90 + 10}") for n in range(2, 9000)]
    more = save(tmp_path / "b.csv", text(TMALL, *lines))

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = run("", more, shop, key, preexec_fn=limited)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Make room on the disk" in done.stderr
    assert everything(shop) == before


def test_two_imports_at_once_wait_for_each_other(tmp_path, key):
    shop = tmp_path / "shop"
    files = [save(tmp_path / f"{n}.csv", text(TMALL, line(str(n)))) for n in range(4)]
    slow = "import time; mapped = importing.account\n"
    slow += "importing.account = lambda *a: (time.sleep(0.5), mapped(*a))[1]"
    code = IMPORT.format(before=slow)
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(f), str(shop), str(key)]) for f in files
    ]
    assert [r.wait() for r in running] == [0, 0, 0, 0]
    assert rows(shop, "orders", "order_id") == [("0",), ("1",), ("2",), ("3",)]


def test_a_folder_of_before_there_were_marks_is_read_and_added_to(tmp_path, key):
    shop = tmp_path / "shop"
    first = save(tmp_path / "a.csv", text(TMALL, line("1")))
    import_files("tmall-orders", [first], shop, key_file=key)
    held = json.loads((shop / "import.json").read_text())
    del held["imports"][0]["mark"]
    (shop / "import.json").write_text(json.dumps(held))
    import_files("tmall-orders", [save(tmp_path / "b.csv", text(TMALL, line("2")))], shop,
                 key_file=key)  # fmt: skip
    assert rows(shop, "orders", "order_id") == [("1",), ("2",)]
    assert [r.mark != "" for r in read_records(shop)] == [False, True]
