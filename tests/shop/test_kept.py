"""What is kept of a shop's files is what reading them anew gives, or it is not used."""

import os
import shutil
import stat

import duckdb
import pandas as pd
import pytest

from shophelm.shop import kept
from shophelm.shop.tables import open_shop

AS_OF = "2026-11-15"
BAD = (7, 11)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv(kept.VARIABLE, str(folder))
    return folder


@pytest.fixture
def large(tmp_path):
    """A shop whose orders take more bytes than a small one's, some of them unusable."""
    at = "2026-11-01 10:00:00,2026-11-01 10:05:00"
    rows = [f"o{n},{at},{'free' if n in BAD else 10 + n},0,0,{10 + n}" for n in range(3_000)]
    lines = [f"o{n},1,p{n % 9},1,{10 + n},{10 + n},{10 + n}" for n in range(3_000)]
    folder = tmp_path / "shop"
    folder.mkdir()
    head = "order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount"
    (folder / "orders.csv").write_text("\n".join([head, *rows, "o3000,cut", ""]))
    head = "order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount"
    (folder / "order_lines.csv").write_text("\n".join([head, *lines, ""]))
    return folder


def found(folder):
    """Everything a shop tells of its tables."""
    shop = open_shop(folder, as_of=AS_OF)
    tables = {}
    for name in shop.names:
        checked = shop.checked(name)
        told = (checked.read, checked.rejected, checked.days, checked.present)
        tables[name] = (told, shop.rejects(name), shop.frame(shop[name]))
    return tables, shop.promises()


def same(one, other):
    (tables, promises), (others, others_promises) = one, other
    assert tables.keys() == others.keys()
    for name, (told, rejects, rows) in tables.items():
        assert told == others[name][0]
        pd.testing.assert_frame_equal(rejects, others[name][1])
        pd.testing.assert_frame_equal(rows, others[name][2])
    pd.testing.assert_frame_equal(promises, others_promises)


def test_a_shop_read_again_is_the_shop_read_first(large, cache):
    first = found(large)
    assert first[0]["orders"][0][:2] == (3_001, 3)
    entries = sorted(cache.iterdir())
    assert len(entries) == 5  # two tables as read, two as checked, the promises
    same(first, found(large))
    assert sorted(cache.iterdir()) == entries


def test_without_what_was_kept_the_shop_is_the_same(large, cache, monkeypatch):
    first = found(large)
    shutil.rmtree(cache)
    same(first, found(large))
    monkeypatch.setenv(kept.VARIABLE, "off")
    shutil.rmtree(cache)
    same(first, found(large))
    assert not cache.exists()


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_row_that_changes_is_seen(large, cache, file_format):
    if file_format == "parquet":
        for path in list(large.iterdir()):
            frame = open_shop(large, as_of=AS_OF)
            frame = frame.frame(frame[path.stem])
            frame.to_parquet(path.with_suffix(".parquet"), compression=None)
            path.unlink()
    before = open_shop(large, as_of=AS_OF)
    total = before["orders"].paid_amount.sum().execute()
    assert before.checked("order_lines").rejected == (2 if file_format == "csv" else 0)
    path = large / f"orders.{file_format}"
    data = path.read_bytes()
    if file_format == "csv":
        path.write_bytes(data.replace(b"o2999,2026-11-01 10:00:00", b"o3999,2026-11-01 10:00:00"))
    else:
        frame = pd.read_parquet(path)
        frame.loc[frame["order_id"] == "o2999", "order_id"] = "o3999"
        frame.to_parquet(path, compression=None)
    after = open_shop(large, as_of=AS_OF)
    assert after["orders"].paid_amount.sum().execute() == total
    # its line's own file is as it was, and is rejected now
    assert after.checked("order_lines").rejected == before.checked("order_lines").rejected + 1


def test_nothing_is_kept_of_files_that_change_meanwhile(large, cache):
    shop = open_shop(large, as_of=AS_OF)
    kept_before = sorted(cache.iterdir())
    path = large / "orders.csv"
    path.write_bytes(path.read_bytes().replace(b"o2999,", b"o3999,"))
    assert not shop.source.unchanged
    shop.promises()
    assert sorted(cache.iterdir()) == kept_before
    path.unlink()
    assert not shop.source.unchanged


def test_the_folder_is_private(large, cache):
    found(large)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_where_nothing_can_be_kept_one_does_without(large, cache):
    cache.mkdir(mode=0o500)
    found(large)
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("error", [OSError(28, "No space"), duckdb.IOException("No space")])
def test_an_entry_is_made_whole_or_not_at_all(cache, error):
    def fails(folder):
        (folder / "half").write_text("half")
        raise error

    assert kept.keep("entry", fails) is None
    assert list(cache.iterdir()) == []


def test_what_was_not_used_for_longest_goes_first(cache):
    for n, name in enumerate(("old", "older", "new")):
        place = kept.keep(name, lambda folder: (folder / "data").write_bytes(b"x" * 1_000))
        os.utime(place, (1_000 - n, 1_000 - n) if name != "new" else (2_000, 2_000))
    kept.prune(2_500)
    assert sorted(p.name for p in cache.iterdir()) == ["new", "old"]


def test_code_and_content_make_a_key(cache, tmp_path):
    file = tmp_path / "file"
    file.write_text("a")
    one = kept.of_files([file])
    file.write_text("b")
    assert kept.of_files([file]) != one
    assert kept.key("a", "b") != kept.key("ab", "")
    assert kept.key("a") == kept.key("a")


def test_a_large_file_is_read_again_only_when_it_was_touched(tmp_path, cache, monkeypatch):
    file = tmp_path / "large"
    file.write_bytes(b"one")
    digest, reads = kept.of_file(file), []
    read = kept._read
    monkeypatch.setattr(kept, "_read", lambda path: reads.append(path) or read(path))
    monkeypatch.setattr(kept, "LARGE", 1)
    # it was written just now: whoever writes it again this instant leaves no trace
    monkeypatch.setattr(kept, "TICK", 10**18)
    assert [kept.of_file(file) for _ in range(2)] == [digest] * 2
    assert len(reads) == 2
    monkeypatch.setattr(kept, "TICK", 0)
    assert [kept.of_file(file) for _ in range(3)] == [digest] * 3
    assert len(reads) == 3
    before = file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert kept.of_file(file) != digest
