"""Mangled files: never a traceback, never a record unaccounted for."""

import csv
import io
import shutil

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shophelm.errors import ShophelmError
from shophelm.shop.importers import import_files
from tests.shop.importers.export_files import (
    DETAILS,
    KEY,
    LIST_2017,
    TMALL,
    order,
    record,
    save,
    text,
)
from tests.shop.importers.exports import EXPORTS

CELL = st.one_of(
    st.sampled_from(
        ["", "NULL", "-", '="12"', "'12", "12", "1,234.50", "1E+17", "0元", "2020-01-02", "nan",
         "2020/1/2 3:04", "交易成功", "浙江省", 'a"b', "a\nb", "a,b", "=1+1", "inf", "-5", "9" * 30]
    ),
    st.text(st.characters(codec="gbk", exclude_categories=["Cs", "Cc"]), max_size=6),
)  # fmt: skip
# shrinking would take minutes: every example is an import
FEW = settings(
    max_examples=6, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate]
)


def mangled(header, sound):
    """Draw files: sound records with some cells replaced, cut short, repeated or overlong."""
    width = len(header.split(","))
    change = st.dictionaries(st.integers(0, width - 1), CELL, max_size=3)
    cut = st.sampled_from([0, 0, 0, 0, -1, -5, 1])
    return st.lists(st.tuples(change, cut, st.integers(1, 3)), min_size=1, max_size=6).map(
        lambda drawn: [_changed(sound, *how) for how in drawn]
    )


def _changed(cells, change, cut, number):
    cells = [change.get(i, number_or(c, number, i)) for i, c in enumerate(cells)]
    return cells[:cut] if cut < 0 else cells + ["x"] * cut


def number_or(cell, number, place):
    return str(number) if place == 0 else cell


def counted(content):
    return sum(1 for r in csv.reader(io.StringIO(content, newline="")) if r) - 1


def prove(format_name, contents, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    key = save(folder / "key", KEY)
    files = [save(folder / f"{i}.csv", c, encoding="gbk") for i, c in enumerate(contents)]
    try:
        made = import_files(format_name, files, folder / "shop", key_file=key)
    except ShophelmError as error:
        if "fault of Shophelm" in str(error):
            raise
        return
    for content, file in zip(contents, made.files, strict=True):
        assert file.read == file.accepted + file.rejected + file.kept_apart == counted(content)
    for table in made.tables.values():
        assert table.read == table.accepted + table.rejected


@FEW
@given(lines=mangled(TMALL, ["", "10", "10", "浙江省", "2020-02-01", "2020-02-01", "0"]))
def test_tmall_orders(tmp_path_factory, lines):
    prove("tmall-orders", [text(TMALL, *lines)], tmp_path_factory.getbasetemp() / "tmall")


@FEW
@given(
    orders=mangled(LIST_2017, order(订单编号="")),
    items=mangled(DETAILS, record(DETAILS, 标题="甲", 价格="5", 购买数量="1")),
)
def test_taobao_orders_with_items(tmp_path_factory, orders, items):
    contents = [text(LIST_2017, *orders), text(DETAILS, *items)]
    prove("taobao-orders", contents, tmp_path_factory.getbasetemp() / "taobao")


TEXTS = ("jd-orders", "pdd-orders", "douyin-orders", "shopify-orders", "amazon-orders", "alimama",
         "meta-ads", "google-ads", "amazon-business")  # fmt: skip
"""Formats whose exports are text: what a spreadsheet holds is text by the time it is read."""


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
@settings(max_examples=40, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(data=st.data())
def test_a_platform_s_mangled_export(name, tmp_path_factory, data):
    """Cells exchanged, lines cut, repeated or overlong, anywhere below the header."""
    folder = tmp_path_factory.getbasetemp() / f"mangled-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    key = save(folder / "key", KEY)
    for file in EXPORTS[name](folder):
        encoding = (
            "utf-8-sig"
            if file.read_bytes()[:3] == b"\xef\xbb\xbf"
            else ("utf-8" if name.startswith(("shopify", "amazon", "google", "pdd")) else "gbk")
        )
        delimiter = "\t" if file.suffix == ".txt" else ","
        rows = list(
            csv.reader(io.StringIO(file.read_text(encoding), newline=""), delimiter=delimiter)
        )
        at = max(range(len(rows)), key=lambda n: len([c for c in rows[n] if c]) * (n < 4))
        width = len(rows[at])
        changes = st.dictionaries(st.integers(0, width - 1), CELL, max_size=3)
        kept = rows[: at + 1]
        for row in rows[at + 1 :]:
            for _ in range(data.draw(st.integers(0, 2))):
                changed, cut = data.draw(changes), data.draw(st.sampled_from([0, 0, 0, -1, 1]))
                cells = [changed.get(n, cell) for n, cell in enumerate(row)]
                kept.append(cells[:cut] if cut < 0 else cells + ["x"] * cut)
        stream = io.StringIO()
        csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(kept)
        file.write_text(stream.getvalue(), encoding, errors="ignore", newline="")
        records = sum(1 for r in kept[at + 1 :] if r)
        try:
            made = import_files(name, [file], folder / "shop", key_file=key)
        except ShophelmError as error:
            if "fault of Shophelm" in str(error):
                raise
            continue
        (read,) = made.files
        assert read.read == read.accepted + read.rejected + read.kept_apart == records
