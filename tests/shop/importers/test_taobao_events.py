from shophelm.shop.importers import import_files
from shophelm.shop.importers.pseudonyms import hash_id, read_key
from tests.shop.importers.export_files import number, rejected, rows, save

LOG = """1,100,7,pv,1511658000
1,100,7,cart,1511658060
2,100,7,fav,1511539200
2,101,7,buy,1512316799
2,101,7,pv,1511539199
2,101,7,pv,1512316800
3,101,7,like,1511658000
3,101,7,pv,soon
3,101,7,pv"""


def test_a_log_becomes_events_in_shanghai_time(tmp_path, key):
    made = import_files(
        "taobao-events", [save(tmp_path / "log.csv", LOG)], tmp_path / "shop", key_file=key
    )
    secret = read_key(key, outside=tmp_path / "shop")
    one, two = hash_id("1", secret), hash_id("2", secret)
    columns = ("event_id", "visitor_id", "customer_id", "occurred_at", "kind", "product_id")
    assert rows(tmp_path / "shop", "events", *columns) == [
        ("1", one, one, "2017-11-26 09:00:00", "view", "100"),
        ("2", one, one, "2017-11-26 09:01:00", "cart", "100"),
        ("3", two, two, "2017-11-25 00:00:00", "favourite", "100"),
        ("4", two, two, "2017-12-03 23:59:59", "pay", "101"),
    ]
    window = "outside the log's window 2017-11-25 to 2017-12-03"
    found = [(r["row"], r["rule"], r["value"]) for r in rejected(tmp_path / "shop", "events")]
    assert found[:-1] == [
        ("5", window, "2017-11-24 23:59:59"),
        ("6", window, "2017-12-04 00:00:00"),
        ("7", "the behaviour is not pv, fav, cart or buy", "like"),
        ("8", "the timestamp is no number of seconds", "soon"),
    ]
    assert found[-1][1:] == ("the line has too few columns", "")
    assert (made.files[0].read, made.files[0].accepted, made.files[0].rejected) == (9, 4, 5)
    assert rows(tmp_path / "shop", "products", "product_id", "title", "category") == [
        ("100", "100", "7"),
        ("101", "101", "7"),
    ]


def test_events_of_two_files_keep_ids_of_their_own_and_lie_by_visitor(tmp_path, key):
    files = [
        save(tmp_path / "a.csv", "1,1,7,pv,1511658000\n2,1,7,pv,1511658000\n"),
        save(tmp_path / "b.csv", "2,1,7,pv,1511658001\n1,1,7,pv,1511657999\n"),
    ]
    import_files("taobao-events", files, tmp_path / "shop", key_file=key)
    one, two = (hash_id(i, read_key(key, outside=tmp_path / "shop")) for i in "12")
    first, second = sorted([(one, "2-2 1-1"), (two, "1-2 2-1")])
    found = number(tmp_path / "shop", "events", "string_agg(event_id, ' ')")
    assert found == f"{first[1]} {second[1]}"
