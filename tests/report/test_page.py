"""How the cells of a table are written."""

from unittest import mock

import pandas as pd
import pytest

from shophelm.report.page import Page


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("bounce_rate", 0.0312, "3.12%"),
        ("worth_of_move", 1234.6, "¥1,235"),
        ("bounce_rate", None, "–"),
        # a product's cell "potential" may head a column, as may the factor of that name
        ("potential", 0.25, "25.00%"),
        ("potential", "7 (¥71,609)", "7 (¥71,609)"),
        ("no measure", "<b>", "&lt;b&gt;"),
    ],
)
def test_a_cell_is_written_by_its_columns_unit_and_words_as_they_are(shop, column, value, text):
    page = Page("store", shop(traffic="day,visitors\n2026-11-01,5\n"), currency="CNY")
    with mock.patch("shophelm.report.page.display") as display:
        page.table(pd.DataFrame({column: [value]}))
    assert f">{text}</td>" in display.call_args.args[0].data
