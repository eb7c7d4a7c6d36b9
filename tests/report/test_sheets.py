import openpyxl
import pandas as pd

from shophelm.report.sheets import write_sheet

EVIL = ['=HYPERLINK("http://x")', "+1", "-1+2", "@cmd", "<script>", "plain"]
FRAME = pd.DataFrame({"subject": EVIL})


def test_no_text_becomes_a_formula_in_excel(tmp_path):
    write_sheet(FRAME, tmp_path / "a.xlsx")
    cells = [r[0] for r in openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(min_row=2)]
    assert [c.value for c in cells] == EVIL
    assert {c.data_type for c in cells} == {"s"}


def test_no_text_becomes_a_formula_in_csv(tmp_path):
    write_sheet(FRAME, tmp_path / "a.csv")
    read = pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig")["subject"].tolist()
    assert read == [f"'{t}" for t in EVIL[:4]] + EVIL[4:]


def test_the_same_rows_give_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_sheet(FRAME, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
