"""Month-end signs: one gamer planted, none where there is none, and what cuts cost by hand."""

from datetime import date
from io import StringIO

import numpy as np
import pandas as pd
import pytest

from shophelm.errors import ParameterError
from shophelm.shop.needs import Missing
from shophelm.team.cuts_worth import cuts_worth, find_cuts_worth
from shophelm.team.gaming import find_gaming, gamers, gaming, shown
from shophelm.team.month_ends import month_ends


def sold(cut, *, months=8, products=4, seed=1, pulled=1.0, returns=0.0):
    """Orders of some months: every product of `amy` sells 5 a day, and is cut at months' ends."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2026-01-01", periods=31 * months)
    days = days[days < pd.Timestamp("2026-01-01") + pd.DateOffset(months=months, days=5)]
    orders, lines, prices, refunds = [], [], [], []
    for day in days:
        last = (day + pd.Timedelta(days=3)).month != day.month
        for p in range(2 * products):
            mine, name = p < products, f"p{p}"
            price = 10.0 * (cut if mine and last else 1.0)
            prices.append((day.date(), name, price))
            for _ in range(rng.poisson(5 * (pulled if mine and last else 1.0))):
                number = f"o{len(orders)}"
                at = f"{day.date()} 12:00:00"
                orders.append((number, at, at, price, 0, 0, price))
                lines.append((number, 1, name, 1, 10.0, price, price))
                if rng.random() < (returns if mine and last else 0.05):
                    refunds.append((f"r{number}", number, 1, f"{day.date()} 20:00:00", price))
    people = [("amy", "m", ";".join(f"p{p}" for p in range(products))),
              ("bob", "m", ";".join(f"p{p}" for p in range(products, 2 * products)))]  # fmt: skip
    frames = {
        "orders": (orders, "order_id,created_at,paid_at,goods_amount,discount_amount,"
                           "shipping_amount,paid_amount"),
        "order_lines": (lines, "order_id,line_no,product_id,quantity,list_price,unit_price,"
                               "paid_amount"),
        "prices": (prices, "valid_from,product_id,price"),
        "products": ([(f"p{p}", f"P{p}", "c", 10, 6) for p in range(2 * products)],
                     "product_id,title,category,list_price,unit_cost"),
        "people": (people, "person_id,role,products"),
        "refunds": (refunds, "refund_id,order_id,line_no,refunded_at,amount"),
    }  # fmt: skip
    return {
        name: pd.DataFrame(rows, columns=columns.split(",")).to_csv(index=False)
        for name, (rows, columns) in frames.items()
    }


def test_months_and_their_spans_are_whole(shop):
    ends = month_ends(shop(as_of="2026-05-02", **sold(1.0, months=4)), last_days=3)
    # April's first days of the month after end on 3 May
    assert ends.months == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    # the first three days of each month are the aftermath of the one before
    assert ends.days[0].tolist() == [[25, 3, 3], [22, 3, 3], [25, 3, 3]]


def test_a_cut_that_pulls_orders_and_comes_back_is_found_and_priced(shop):
    opened = shop(as_of="2026-09-03", **sold(0.8, pulled=1.5, returns=0.2))
    found = gaming(opened)
    assert gamers(found) == ["amy"]
    signs = found[found["person_id"] == "amy"].set_index("sign")
    assert signs.loc[signs["found"]].index.tolist() == ["price", "orders", "returns"]
    assert signs.at["price", "effect"] == pytest.approx(-0.2)
    for sign, truth in (("orders", 0.5), ("returns", (0.2 / 0.8) / (0.05 / 0.95) - 1)):
        assert signs.at[sign, "effect_low"] < truth < signs.at[sign, "effect_high"]
    worth = cuts_worth(opened, found).set_index("person_id").loc["amy"]
    # a day at a month's end: 20 units would be sold anyway, at 2 off; 10 more leave 2 each
    days = 3 * 28 / (365.25 / 12)
    assert worth["given"] == pytest.approx(20 * 2 * 0.8 * days, rel=0.1)
    assert worth["earned"] == pytest.approx(10 * 2 * 0.8 * days, rel=0.2)
    assert worth["returned"] == pytest.approx(20 * 4 * 0.15 * days, rel=0.3)
    net = (10 * 2 * 0.8 - 20 * 2 * 0.8 - 20 * 4 * 0.15) * days
    assert worth["net_low"] < net < worth["net_high"]
    assert worth["net"] == pytest.approx(worth["earned"] - worth["given"] - worth["returned"])
    assert str(find_cuts_worth(cuts_worth(opened, found), currency="CNY")[0]).startswith(
        "Over 28 days the month-end cuts of amy leave −¥"
    )


def test_a_campaign_that_cuts_everybody_s_prices_is_no_sign(shop):
    tables = sold(0.8, months=6)
    own = pd.read_csv(StringIO(tables["people"]))
    own["products"] = ["p0;p1;p4", "p2;p3;p5"]
    tables["people"] = own.to_csv(index=False)
    found = gaming(shop(as_of="2026-07-03", **tables))
    # both cut two of three products, and p6, p7 are nobody's
    assert not found.loc[found["sign"] == "orders", "found"].any()


def test_nothing_is_found_where_nobody_cuts(shop):
    opened = shop(as_of="2026-09-03", **sold(1.0, returns=0.05))
    found = gaming(opened)
    assert gamers(found) == []
    assert str(find_gaming(found)[0]) == (
        "Of 2 owners of products looked at, nobody shows a sign of making it at a month's end."
    )
    assert len(shown(found)) == 4
    assert cuts_worth(opened, found).empty


def test_months_before_somebody_joined_are_not_theirs(shop):
    tables = sold(0.8)
    people = pd.read_csv(StringIO(tables["people"])).assign(joined_on=["2026-05-10", "2024-01-01"])
    found = gaming(shop(as_of="2026-09-03", **tables | {"people": people.to_csv(index=False)}))
    assert found.groupby("person_id")["months"].first().to_dict() == {"amy": 3, "bob": 8}
    assert gamers(found) == []


def test_what_everybody_s_prices_do_costs_nothing(shop):
    """All prices fall by a tenth in the last days, and amy's by a fifth more."""
    tables = sold(0.8, months=6)
    prices = pd.read_csv(StringIO(tables["prices"]))
    days = pd.to_datetime(prices["valid_from"])
    last = (days + pd.Timedelta(days=3)).dt.month != days.dt.month
    prices.loc[last, "price"] *= 0.9
    opened = shop(as_of="2026-07-03", **tables | {"prices": prices.to_csv(index=False)})
    worth = cuts_worth(opened, gaming(opened)).set_index("person_id").loc["amy"]
    more = gaming(opened).set_index(["person_id", "sign"]).loc[("amy", "orders"), "effect"] + 1
    ends = month_ends(opened, last_days=3)
    each = 28 / (365.25 / 12 * len(ends.months))
    # nine where ten is usual for all, and 7.20 for amy's
    assert worth["given"] == pytest.approx(ends.units[:4, :, 1].sum() * 1.8 / more * each, rel=0.05)


@pytest.mark.parametrize("days", [0, -1, 11])
def test_a_month_without_other_days_is_refused(shop, days):
    with pytest.raises(ParameterError, match=f"last_days_of_month is {days}. It can be 1 to 10"):
        gaming(shop(as_of="2026-05-02", **sold(1.0, months=4)), last_days=days)


def test_too_few_months_tell_nothing(shop):
    missing = gaming(shop(as_of="2026-03-20", **sold(0.8, months=2)))
    assert isinstance(missing, Missing)
    assert "4 whole months of orders are needed, and there are " in str(missing)


def test_the_planted_gamer_is_found_and_nobody_else(planted):
    shop, truth = planted
    found = gaming(shop)
    gamer = truth["people"]["gamer"]
    assert gamers(found) == [gamer["person_id"]]
    price = found[(found["sign"] == "price") & found["found"]]["effect"].item()
    assert price == pytest.approx(gamer["price_factor"] - 1, abs=0.02)


@pytest.mark.slow
def test_innocents_are_seldom_called_gamers(shop):
    """Sixty shops in which nobody cuts: 5 in 100 may be called, so at most 8 of 60 (p = .01)."""
    called = 0
    for seed in range(60):
        tables = sold(1.0, months=6, products=2, seed=seed, returns=0.05)
        called += bool(gamers(gaming(shop(as_of="2026-07-03", **tables))))
    assert called <= 8


def test_lines_that_come_back_together_count_as_one_order(shop):
    """Every order has two lines, and its refund names none: both come back, or neither."""
    tables = sold(0.8, months=6, returns=0.2)
    lines = pd.read_csv(StringIO(tables["order_lines"]))
    twice = pd.concat([lines, lines.assign(line_no=2)])
    refunds = pd.read_csv(StringIO(tables["refunds"])).drop(columns="line_no")
    refunds["amount"] *= 2
    orders = pd.read_csv(StringIO(tables["orders"]))
    orders[["goods_amount", "paid_amount"]] *= 2
    pairs = {"orders": orders, "order_lines": twice, "refunds": refunds}
    pairs = {name: frame.to_csv(index=False) for name, frame in pairs.items()}
    both = shop(as_of="2026-07-03", **tables | pairs)
    assert month_ends(both, last_days=3).together == pytest.approx(2)
    alone = gaming(shop(as_of="2026-07-03", **tables)).set_index(["person_id", "sign"])
    found = gaming(both).set_index(["person_id", "sign"])
    key = ("amy", "returns")
    width = [np.log1p(f.at[key, "effect_high"]) - np.log1p(f.at[key, "effect_low"])
             for f in (alone, found)]  # fmt: skip
    # the same orders tell as much; half a line is added to twice as many
    assert width[1] == pytest.approx(width[0], rel=0.02)


def test_goods_without_a_cost_are_left_out_and_said(shop):
    tables = sold(0.8, pulled=1.5, returns=0.2)
    products = pd.read_csv(StringIO(tables["products"]))
    products.loc[products["product_id"] == "p0", "unit_cost"] = None
    opened = shop(as_of="2026-09-03", **tables | {"products": products.to_csv(index=False)})
    worth = cuts_worth(opened, gaming(opened))
    ends = month_ends(opened, last_days=3)
    sold_last = ends.units[:4, :, 1].sum(axis=1)
    assert worth["uncosted"].item() == pytest.approx(sold_last[0] / sold_last.sum())
    said = [str(s) for s in find_cuts_worth(worth, currency="CNY")]
    assert said[1].endswith("of these units no unit cost is known; they are left out of it.")
