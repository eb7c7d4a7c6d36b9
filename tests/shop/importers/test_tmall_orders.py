import json

from shophelm.shop.importers import ImportRecord, import_files, read_records
from tests.shop.importers.export_files import TMALL, number, record, rejected, rows, save, text


def line(number, total="100", net="100", back="0", paid="2020-02-01 10:00:05", **more):
    cells = {"订单编号": number, "总金额": total, "买家实际支付金额": net, "退款金额": back}
    cells |= {
        "收货地址": "内蒙古自治区",
        "订单创建时间": "2020-02-01 10:00:00",
        "订单付款时间": paid,
    }
    return record(TMALL, **(cells | more))


def test_what_was_paid_is_the_total_and_refunds_are_taken_off_it(tmp_path, key):
    lines = [line("1", "100", "70", "30"), line("2"), line("3", net="0", paid="")]
    file = save(tmp_path / "tmall.csv", text(TMALL, *lines), encoding="gbk")
    made = import_files("tmall-orders", [file], tmp_path / "shop", key_file=key)
    assert rows(tmp_path / "shop", "orders", "order_id", "paid_at", "region", "paid_amount") == [
        ("1", "2020-02-01 10:00:05", "内蒙古", "100.0000"),
        ("2", "2020-02-01 10:00:05", "内蒙古", "100.0000"),
        ("3", None, "内蒙古", "100.0000"),
    ]
    assert rows(tmp_path / "shop", "refunds", "order_id", "refunded_at", "amount") == [
        ("1", "2020-02-01 10:00:05", "30.0000")
    ]
    assert made.totals == {
        "orders": "3",
        "paid orders": "2",
        "总金额": "300.00",
        "买家实际支付金额": "170.00",
        "退款金额": "30.00",
    }


def test_each_bad_record_is_saved_with_its_reason(tmp_path, key):
    lines = [
        line("1"),
        line("2", total="=HYPERLINK(1)"),
        line("1"),
        line("3", 订单创建时间="yesterday"),
        line(""),
    ]
    content = text(TMALL, *lines) + "7,1\n"
    made = import_files(
        "tmall-orders", [save(tmp_path / "t.csv", content)], tmp_path / "shop", key_file=key
    )
    found = [
        (r["file"], r["row"], r["rule"], r["value"]) for r in rejected(tmp_path / "shop", "orders")
    ]
    assert found == [
        ("t.csv", "2", "goods_amount is not an amount", "'=HYPERLINK(1)"),
        ("t.csv", "3", "the key (order_id) stands on an earlier row", "order_id=1"),
        ("t.csv", "4", "created_at is not a time (YYYY-MM-DD hh:mm:ss)", "yesterday"),
        ("t.csv", "5", "order_id is missing", ""),
        ("t.csv", "6", "the line has too few columns", ""),
    ]
    assert (made.files[0].read, made.files[0].accepted, made.files[0].rejected) == (6, 1, 5)
    assert (made.tables["orders"].read, made.tables["orders"].accepted) == (6, 1)


def test_the_record_is_the_same_when_read_back(tmp_path, key):
    file = save(tmp_path / "t.csv", text(TMALL, line("1"), line("1")))
    made = import_files("tmall-orders", [file], tmp_path / "shop", key_file=key)
    assert read_records(tmp_path / "shop") == (made,)
    assert ImportRecord.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_orders_lie_in_the_order_of_time(tmp_path, key):
    days = ("2020-02-03", "2020-02-01", "2020-02-02")
    lines = [line(d[-1], 订单创建时间=f"{d} 00:00:00", 订单付款时间="") for d in days]
    file = save(tmp_path / "t.csv", text(TMALL, *lines))
    import_files("tmall-orders", [file], tmp_path / "shop", key_file=key)
    assert number(tmp_path / "shop", "orders", "string_agg(order_id, ' ')") == "1 2 3"


def test_a_total_that_is_not_paid_plus_refunded_is_told(tmp_path, key):
    file = save(tmp_path / "t.csv", text(TMALL, line("1", "100", "70", "20")))
    made = import_files("tmall-orders", [file], tmp_path / "shop", key_file=key)
    assert (
        "On 1 paid orders 总金额 is not 买家实际支付金额 + 退款金额; 总金额 and 退款金额 were "
        "taken." in made.notes
    )
