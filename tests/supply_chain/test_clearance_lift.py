"""The lift of a clearance that was planted, and what cannot be told."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from shophelm.report.ledger import read_ledger
from shophelm.shop.needs import Missing
from shophelm.supply_chain.clearance_lift import clearance_lift, find_clearance_lift, shown
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP

DONE = date(2026, 10, 19)
HEAD = (
    "order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,"
    "paid_amount\n"
)
LINES = "order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount\n"


def ledger(*rows):
    names = ["action_id", "kind", "subject", "status", "done_on"]
    return pd.DataFrame(rows, columns=names, dtype=object)


def weeks(*, seed, lift, treated=6, alone=12, pace=0.8, weather=0.1):
    """Eight weeks of slow movers, the first few of which sell `lift` times as much afterwards."""
    rng = np.random.default_rng(seed)
    days = [date(2026, 9, 21) + timedelta(days=i) for i in range(56)]
    heads, lines, stock, n = [], [], [], 0
    for k in range(treated + alone):
        name = f"p{k:02d}"
        own = rng.lognormal(0, weather)
        held = 300
        for i, day in enumerate(days):
            after = day >= DONE
            units = rng.poisson(
                pace * (own if after else 1) * (lift if after and k < treated else 1)
            )
            if units:
                heads.append(f"o{n},c{n},{day} 10:00:00,{day} 10:01:00,{9 * units},0,0,{9 * units}")
                lines.append(f"o{n},1,{name},{units},9,9,{9 * units}")
                n += 1
            held -= units
            if i in (0, 26, 27, 55):
                stock.append(f"{day},{name},{held}")
    names = [f"p{k:02d}" for k in range(treated + alone)]
    return {
        "orders": HEAD + "\n".join(heads) + "\n",
        "order_lines": LINES + "\n".join(lines) + "\n",
        "products": "product_id,title,category,list_price\n"
        + "\n".join(f"{p},{p.upper()},coats,9" for p in names)
        + "\n",
        "stock": "day,product_id,on_hand\n" + "\n".join(stock) + "\n",
    }


def cleared(treated=6, kind="clear by markdown"):
    return ledger(*[(f"a{k}", kind, f"product:p{k:02d}", "done", DONE) for k in range(treated)])


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(s, marks=pytest.mark.slow) for s in (2, 3, 4, 5))]
)
def test_a_planted_lift_is_found(shop, seed):
    s = shop(**weeks(seed=seed, lift=2.5))
    found = clearance_lift(s, cleared())
    # each interval is of 95 %: of six, five or more hold the truth
    assert ((found["effect_low"] <= 1.5) & (found["effect_high"] >= 1.5)).sum() >= 5
    said = str(find_clearance_lift(found)[0])
    assert said.endswith("): cleared.")


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(s, marks=pytest.mark.slow) for s in (2, 3, 4, 5))]
)
def test_where_none_was_planted_none_is_found(shop, seed):
    found = clearance_lift(shop(**weeks(seed=seed, lift=1.0)), cleared())
    assert str(find_clearance_lift(found)[0]).endswith("not known yet: too few cases.")


def test_rates_are_units_of_what_was_there(shop):
    tables = weeks(seed=1, lift=2.5)
    s = shop(**tables)
    row = clearance_lift(s, cleared()).iloc[0]
    stock = dict(
        line.rsplit(",", 1)
        for line in tables["stock"].splitlines()
        if line.startswith("2026-10-18")
    )
    there = int(stock["2026-10-18,p00"])
    sold = sum(
        int(line.split(",")[3])
        for line, head in zip(
            tables["order_lines"].splitlines()[1:], tables["orders"].splitlines()[1:], strict=True
        )
        if ",p00," in line and head.split(",")[3] >= "2026-10-19"
    )
    assert row[["stock_then", "units_after", "days"]].tolist() == [there, sold, 28]
    assert row["clearance_rate"] == sold / there
    assert row["clearance_expected"] == pytest.approx(sold / there / (1 + row["effect"]))
    assert row["product"] == "P00"
    assert "action_id" not in shown(clearance_lift(s, cleared()))


def test_too_few_likes_early_days_and_other_subjects_are_not_measured(shop):
    few = shop(**weeks(seed=1, lift=2.5, treated=2, alone=2))
    found = clearance_lift(few, cleared(2))
    assert found["verdict"].unique().tolist() == ["not known yet: too few cases"]
    assert found["effect"].isna().all()
    assert str(find_clearance_lift(found)[0]) == (
        "Of 2 clearances done none can be measured: 2 not known yet: too few cases."
    )
    s = shop(**weeks(seed=1, lift=2.5))
    rows = [
        ("x1", "clear by bundle", "product:p00", "done", date(2026, 11, 10)),
        ("x2", "clear by bundle", "category:coats", "done", DONE),
        ("x3", "clear by bundle", "product:p01", "proposed", None),
        ("x4", "detail_page", "product:p02", "done", DONE),
    ]
    verdicts = clearance_lift(s, ledger(*rows)).set_index("action_id")["verdict"].to_dict()
    assert verdicts == {"x1": "too early to say", "x2": "cannot be measured"}


def test_products_on_which_something_else_was_begun_are_no_control(shop):
    s = shop(**weeks(seed=1, lift=2.5))
    other = ("b", "detail_page", "product:p10", "done", DONE + timedelta(days=3))
    busy = pd.concat([cleared(), ledger(other)])
    assert clearance_lift(s, busy)["controls"].iloc[0] == (
        clearance_lift(s, cleared())["controls"].iloc[0] - 1
    )


def test_the_sample_has_no_clearance_and_says_so(sample):
    found = clearance_lift(sample, read_ledger(SAMPLE / "actions.csv"))
    assert str(find_clearance_lift(found)[0]) == (
        "No clearance of the ledger is done yet: there is nothing to compare."
    )


def test_a_shop_without_stock_is_told_so(shop):
    assert isinstance(clearance_lift(shop(**HAND_SHOP), ledger()), Missing)
