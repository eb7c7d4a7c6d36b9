"""Left carts, drawn: lines, breaks and bars are the answers' own numbers."""

from datetime import date

import matplotlib as mpl
import pandas as pd
import pytest

from shophelm.figures import carts as figures


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def rates(since):
    return pd.DataFrame(
        {"product_id": ["b", "b", "a"], "product": ["Boot", "Boot", "Apron"],
         "from_day": [date(2026, 4, 1), date(2026, 4, 29), date(2026, 4, 29)],
         "rate": [0.5, 0.2, 0.4], "low": [0.4, 0.15, 0.3], "high": [0.6, 0.3, 0.6],
         "rate_usual": [0.45, 0.5, 0.5], "since": [since, since, None],
         "since_low": [date(2026, 4, 20)] * 2 + [None],
         "since_high": [date(2026, 5, 2)] * 2 + [None]}
    )  # fmt: skip


def test_each_product_has_its_rates_beside_the_usual_ones_and_its_break():
    first = figures.bought_over_time(rates(date(2026, 4, 25)), currency="CNY")
    boot, apron = first.figure.axes
    assert (boot.get_title(loc="left"), apron.get_title(loc="left")) == ("Boot", "Apron")
    points, _, (bars,) = boot.containers[0].lines
    assert points.get_ydata().tolist() == [0.5, 0.2]
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [[pytest.approx(0.4), pytest.approx(0.6)], [pytest.approx(0.15), 0.3]]
    usual = next(line for line in boot.lines if line.get_label() == "usual")
    assert list(usual.get_ydata()) == [0.45, 0.5]
    broken = next(line for line in boot.lines if str(line.get_label()).startswith("break"))
    assert broken.get_xdata()[0] == date(2026, 4, 25)
    # a product below its peers from the first day has no day to mark
    assert not any(str(line.get_label()).startswith("break") for line in apron.lines)


def test_causes_are_stacked_to_one_the_costliest_on_top():
    products = pd.DataFrame(
        {"product": ["Boot", "Apron"], "p_price": [0.7, 0.0], "p_diversion": [0.1, 0.0],
         "p_trust": [0.0, 0.9], "p_stock": [0.0, 0.0], "p_none": [0.2, 0.1]}
    )  # fmt: skip
    axes = figures.causes(products, currency="CNY")
    widths = [bar.get_width() for group in axes.containers for bar in group]
    assert widths == pytest.approx([0.7, 0.0, 0.1, 0.0, 0.0, 0.9, 0.0, 0.0, 0.2, 0.1])
    starts = [bar.get_x() for bar in axes.containers[4]]
    assert starts == pytest.approx([0.8, 0.9])
    assert [t.get_text() for t in axes.get_yticklabels()] == ["Boot", "Apron"]
    assert axes.yaxis_inverted()
    names = [t.get_text() for t in axes.get_legend().get_texts()]
    assert names == ["price", "diversion", "trust", "stock", "none of these"]


def test_no_product_found_still_draws():
    nothing = rates(None).head(0)
    assert figures.bought_over_time(nothing, currency="CNY").figure.axes
    empty = pd.DataFrame(columns=["product", *figures.COLOURS])
    assert figures.causes(empty, currency="CNY").get_title(loc="left").startswith("Why carts")
