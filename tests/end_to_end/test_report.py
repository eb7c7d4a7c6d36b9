"""The report as a user gets it: by the command line, on the sample and on awkward shops."""

import json
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO

import duckdb
import pytest

from shophelm.cli import main
from shophelm.shop.kept import VARIABLE
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@dataclass(frozen=True)
class Ran:
    returncode: int
    stdout: str
    stderr: str


def shophelm(*arguments):
    """Run the command line in this process, where one fork server serves every test's kernels."""
    out, err, code = StringIO(), StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["shophelm", *map(str, arguments)])
        try:
            main()
        except SystemExit as exit_:
            code = exit_.code
    return Ran(code, out.getvalue(), err.getvalue())


def report(data, out, *more, as_of="2026-11-15"):
    return shophelm("report", "--data", data, "--as-of", as_of, "--out", out, *more)


@pytest.fixture(scope="module")
def sampled(tmp_path_factory):
    """Report on the sample as a user does: in a process of its own."""
    folder = tmp_path_factory.mktemp("report")
    command = [sys.executable, "-m", "shophelm", "report", "--data", SAMPLE]
    command += ["--as-of", "2026-11-15", "--out", folder / "out", "--profile"]
    command += ["--ledger", folder / "actions.xlsx"]
    ran = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return folder, ran


def figures(out):
    return json.loads((out / "report.json").read_text())["areas"]["data"]["figures"]


def test_the_sample_report_is_whole(sampled):
    folder, ran = sampled
    names = {p.name for p in (folder / "out").iterdir()}
    assert {"index.html", "data.html", "data.ipynb", "report.json"} <= names
    assert {"store.html", "supply_chain.html", "user.html"} <= names
    assert {"actions.csv", "actions.xlsx"} <= names
    assert f"The report is {folder / 'out' / 'index.html'}" in ran.stdout
    # side by side, in any order
    started = {f"{area}: started" for area in ("data", "store", "supply_chain", "user")}
    assert started <= set(ran.stderr.splitlines())


def test_the_profile_says_where_the_time_went(sampled):
    lines = sampled[1].stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("seconds"))
    assert lines[at].split() == ["seconds", "total", "kernel", "imports", "queries", "figures"]
    total, *parts = map(float, lines[at + 1].split()[1:])
    assert all(p > 0 for p in parts)
    assert sum(parts) <= total


def test_recorded_figures_equal_hand_written_sql(sampled):
    found = figures(sampled[0] / "out")
    sql = f"""
        SELECT sum(paid_amount::decimal(18, 4)) AS gmv, count(*) AS orders,
               count(DISTINCT customer_id) AS buyers
        FROM read_csv('{SAMPLE}/orders.csv*', all_varchar = true)
        WHERE paid_at::timestamp::date BETWEEN '2026-11-09' AND '2026-11-15'"""
    gmv, orders, buyers = duckdb.sql(sql).fetchone()
    assert Decimal(found["gmv_paid"]["value"]) == gmv
    assert (found["orders"]["value"], found["buyers"]["value"]) == (orders, buyers)
    sql = f"""
        SELECT count(DISTINCT visitor_id), count(DISTINCT visitor_id) FILTER (kind = 'pay')
        FROM read_csv('{SAMPLE}/events.csv*', all_varchar = true)
        WHERE occurred_at::timestamp::date BETWEEN '2026-11-09' AND '2026-11-15'"""
    visitors, paying = duckdb.sql(sql).fetchone()
    assert found["visitors"]["value"] == visitors
    assert found["pay_conversion"]["value"] == pytest.approx(paying / visitors)


def test_pages_need_no_network_and_run_no_script(sampled):
    for page in (sampled[0] / "out").glob("*.html"):
        text = page.read_text()
        assert "<script" not in text
        assert not re.search(r"""(src|href)=["']?(https?:)?//|url\((?!#)|@import""", text)


def test_no_page_tells_where_the_shop_or_its_ledger_is_kept(sampled):
    folder = sampled[0]
    for page in (*(folder / "out").glob("*.html"), *(folder / "out").glob("*.ipynb")):
        text = page.read_text()
        assert str(folder) not in text, page.name
        assert str(SAMPLE) not in text, page.name


def test_the_first_page_stands_in_its_readers_order(sampled):
    text = (sampled[0] / "out" / "index.html").read_text()
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", text)
    assert headings == [
        "The chain",
        "Four cuts",
        "Problems that matter",
        "Decisions from before, and whether they worked",
        "Decisions now due, worth most first",
        "The next days",
        "Area by area",
    ]
    assert re.findall(r"<dt>(.*?)</dt>", text) == ["channel", "product", "customer", "campaign"]
    # the dead checkout of Double 11 is told with its money, and each due action with its owner
    assert "2026-11-11 13:00 to 16:00" in text
    assert "Together 6 actions moved cart rate by" in text
    report = json.loads((sampled[0] / "out" / "report.json").read_text())
    actions = report["areas"]["data"]["actions"]
    assert all(a["owner_role"] and a["due_on"] and a["metric"] for a in actions)
    assert any(a["worth"] for a in actions)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here to print with")
def test_the_first_page_prints_on_two_sheets(sampled, tmp_path):
    folder, _ = sampled
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command += [f"--user-data-dir={tmp_path / 'browser'}", f"--print-to-pdf={tmp_path / 'p.pdf'}"]
    subprocess.run([*command, str(folder / "out" / "index.html")], check=True, capture_output=True)
    pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "p.pdf").read_bytes())
    assert len(pages) == 2


def same_bytes(one, other):
    names = {p.name for p in one.iterdir()} - {p.name for p in one.glob("*.ipynb")}
    assert names == {p.name for p in other.iterdir() if p.suffix != ".ipynb"}
    for name in sorted(names):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_evil_text_stays_text_and_the_same_run_gives_the_same_bytes(write, tmp_path, monkeypatch):
    evil = "<script>alert(1)</script>"
    shop = write(
        **HAND_SHOP
        | {
            "products": HAND_SHOP["products"]
            .replace("Tee,apparel", f"{evil},=HYPERLINK(1)")
            .replace("Coat,apparel", "=HYPERLINK(2),apparel")
        }
    )
    for n in "12":
        (tmp_path / n).mkdir()
        monkeypatch.setenv(VARIABLE, str(tmp_path / n / "cache"))
        own = ["--ledger", tmp_path / n / "actions.xlsx", "--area", "data", "--area", "user"]
        ran = report(shop, tmp_path / n / "out", *own)
        assert ran.returncode == 0, ran.stderr
    page = (tmp_path / "1" / "out" / "data.html").read_text()
    assert evil not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    same_bytes(tmp_path / "1" / "out", tmp_path / "2" / "out")
    assert (tmp_path / "1" / "actions.xlsx").read_bytes() == (
        tmp_path / "2" / "actions.xlsx"
    ).read_bytes()


def test_a_report_uses_again_what_did_not_change_and_says_so(write, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    shop = write(**HAND_SHOP)
    own = ["--ledger", tmp_path / "actions.xlsx", "--area", "promotion", "--area", "strategy"]
    again = "nothing has changed since it last ran, which is used again"

    first = report(shop, tmp_path / "first", *own)
    assert again not in first.stderr
    second = report(shop, tmp_path / "second", *own)
    assert [f"{a}: {again}" in second.stderr for a in ("promotion", "strategy")] == [True, True]
    same_bytes(tmp_path / "first", tmp_path / "second")

    orders = HAND_SHOP["orders"].replace("search,30.00", "ads,30.00")
    assert orders != HAND_SHOP["orders"]
    write(orders=orders)
    assert again not in report(shop, tmp_path / "third", *own).stderr
    shutil.rmtree(tmp_path / "cache")
    monkeypatch.setenv(VARIABLE, "off")
    assert again not in report(shop, tmp_path / "anew", *own).stderr
    assert not (tmp_path / "cache").exists()
    same_bytes(tmp_path / "third", tmp_path / "anew")

    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    for _ in range(2):
        # what writes a file of its own runs each time
        more = [*own[:3], "user", "-p", "thresholds", tmp_path / "thresholds.json"]
        assert again not in report(shop, tmp_path / "user", *more).stderr


@pytest.mark.slow
def test_the_sample_gives_the_same_bytes_again(sampled, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    report(SAMPLE, tmp_path / "out", "--ledger", tmp_path / "actions.xlsx")
    same_bytes(sampled[0] / "out", tmp_path / "out")


@pytest.mark.slow
def test_another_period_and_day_give_other_figures(tmp_path):
    own = ["-p", "days", "14", "--ledger", tmp_path / "l.xlsx"]
    ran = report(SAMPLE, tmp_path / "out", *own, as_of="2026-06-30")
    assert ran.returncode == 0, ran.stderr
    sql = f"""
        SELECT sum(paid_amount::decimal(18, 4))
        FROM read_csv('{SAMPLE}/orders.csv*', all_varchar = true)
        WHERE paid_at::timestamp::date BETWEEN '2026-06-17' AND '2026-06-30'"""
    assert Decimal(figures(tmp_path / "out")["gmv_paid"]["value"]) == duckdb.sql(sql).fetchone()[0]


def test_a_shop_of_events_alone_says_what_it_cannot_know(write, tmp_path):
    ran = report(write(events=HAND_SHOP["events"]), tmp_path / "out", "--area", "data")
    assert ran.returncode == 0, ran.stderr
    index = (tmp_path / "out" / "index.html").read_text()
    assert "money is not known, because there are no orders" in index
    page = (tmp_path / "out" / "data.html").read_text()
    assert "Not answered: Do placed, paid, settled and cash reconcile?" in page


TRAFFIC = "day,visitors,page_views,buyers\n" + "\n".join(
    f"2026-10-{day:02},{100 + day},{300 + day},{5 + day % 3}" for day in range(1, 32)
)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"traffic": TRAFFIC}, "money is not known, because there are no orders"),
        (
            {"orders": HAND_SHOP["orders"].replace("2026", "2027")},
            "Not answered: How is the chain this week",
        ),
        (
            {
                "orders": "order_id,created_at,goods_amount,discount_amount,shipping_amount,"
                "paid_amount\n1,2026-11-14 10:00:00,5,0,0,5\n"
            },
            "GMV paid is ¥0",
        ),
    ],
    ids=["daily exports alone", "nothing up to as_of", "nothing paid"],
)
def test_the_barest_shop_gets_its_whole_report(write, tmp_path, tables, said):
    ran = report(write(**tables), tmp_path / "out")
    assert ran.returncode == 0, ran.stderr
    assert said in (tmp_path / "out" / "data.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--data", "nowhere"],
            "Error: There is no {here}/nowhere. Give the folder that holds the shop's tables.",
        ),
        (
            ["--as-of", "soon"],
            "Error: as_of is 'soon', which is not a day. Write it as YYYY-MM-DD, such as "
            "2026-11-15.",
        ),
        (
            ["-p", "days", "x"],
            "Error: The parameter days is 'x', which is not of type int. It is: length of the "
            "period that ends on as_of, in days; by default 7.",
        ),
    ],
)
def test_a_slip_is_one_line_and_exit_2(write, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    base = ["--data", write(**HAND_SHOP), "--as-of", "2026-11-15", "--out", tmp_path / "out"]
    ran = shophelm("report", *base, *arguments)
    assert ran.returncode == 2
    assert ran.stderr.strip() == message.format(here=tmp_path)
    assert not (tmp_path / "out").exists()


def test_check_saves_rejected_rows_and_says_no(write):
    orders = HAND_SHOP["orders"].rstrip() + "\n        o7,ann,soon,,ads,1,0,0,1\n"
    folder = write(orders=orders)
    ran = shophelm("check", folder, "--as-of", "2026-11-15")
    assert ran.returncode == 1
    assert ran.stdout.splitlines() == [
        "orders: 7 rows read = 6 accepted + 1 rejected",
        "  row 7: created_at is not a time (YYYY-MM-DD hh:mm:ss): 'soon'",
        f"  all 1 are in {folder}/rejected/orders.csv",
        "7 of 7 promises are kept.",
    ]
    saved = (folder / "rejected" / "orders.csv").read_text("utf-8-sig").splitlines()
    assert saved[1].startswith("7,created_at is not a time (YYYY-MM-DD hh:mm:ss),soon,o7,ann,soon")


def test_rejected_rows_and_a_table_that_cannot_be_used_cost_only_their_own(write, tmp_path):
    orders = HAND_SHOP["orders"].rstrip() + "\n        o7,ann,soon,,ads,1,0,0,1\n"
    shop = write(**HAND_SHOP | {"orders": orders, "refunds": "refund_id,order_id\nr1,o1\n"})
    ran = report(shop, tmp_path / "out", "--area", "data")
    assert ran.returncode == 0, ran.stderr
    why = "refunds: no column refunded_at, amount. The file has refund_id, order_id."
    assert ran.stderr.startswith(why)
    assert why in (tmp_path / "out" / "index.html").read_text()
    assert "Rejected: 1 of orders." in (tmp_path / "out" / "index.html").read_text()
    assert figures(tmp_path / "out")["gmv_paid"]["value"] == "319.5000"
    assert "gmv_settled" not in figures(tmp_path / "out")


def test_check_counts_payments_from_the_future(write):
    orders = HAND_SHOP["orders"].replace("2026-11-15 20:05:00", "2062-11-15 20:05:00")
    ran = shophelm("check", write(orders=orders), "--as-of", "2026-11-15")
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[0] == (
        "orders: 6 rows read = 6 accepted + 0 rejected; 1 hold a paid_at after 2026-11-15, which "
        "reads as not known yet"
    )


def test_check_of_a_database_saves_rejected_rows_beside_it(tmp_path):
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(file) as con:
        con.execute("CREATE TABLE traffic AS SELECT 'soon' AS day, 1 AS visitors, 1 AS page_views")
    ran = shophelm("check", file, "--as-of", "2026-11-15")
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[1:3] == [
        "  a row: day is not a date (YYYY-MM-DD): 'soon'",
        f"  all 1 are in {tmp_path}/shop.rejected/traffic.csv",
    ]


def test_check_counts_rows_dated_in_the_future(write):
    orders = HAND_SHOP["orders"].rstrip() + "\n        o7,ann,2062-01-01,,ads,1,0,0,1\n"
    ran = shophelm("check", write(orders=orders), "--as-of", "2026-11-15")
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[0] == (
        "orders: 7 rows read = 7 accepted + 0 rejected; 1 of the accepted are dated after "
        "2026-11-15"
    )
