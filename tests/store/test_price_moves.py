import gzip

import numpy as np
import pandas as pd
import pytest

from shophelm.shop.needs import Missing
from shophelm.store.price_facts import price_facts
from shophelm.store.price_moves import (
    NO_BETTER,
    NO_COST,
    NO_RANGE,
    NOT_MOVED,
    NOT_SOLD,
    price_moves,
    shown,
    unsaid,
)
from shophelm.store.price_told import find_price_moves, price_actions
from shophelm.supply_chain.price_response import elasticities
from tests.conftest import SHARED
from tests.store.week_shop import week_shop

PRICES = SHARED / "competitor_prices" / "retail_price.csv"
JUICE = SHARED / "orange_juice" / "orangeJuice_yx.csv.gz"
STEPS = [("2026-05-18", 16), ("2026-07-01", 20), ("2026-08-15", 14), ("2026-09-20", 20)]


def slopes(**told):
    """Elasticities as the supply chain's answer gives them: product → (middle, error)."""
    rows = {
        p: (e, e - 1.2816 * s, e + 1.2816 * s, "own" if s < 1 else "category")
        for p, (e, s) in told.items()
    }
    columns = ["elasticity", "elasticity_low", "elasticity_high", "by"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


@pytest.fixture
def four(shop):
    """Two that moved their price between 14 and 20, one that never did, one without a cost."""
    weekly = dict.fromkeys(["steep", "stiff", "still", "free"], [14] * 26)
    weekly |= {"idle": [7] * 2 + [0] * 23 + [0]}
    moved = dict.fromkeys(("steep", "stiff", "free", "idle"), STEPS)
    moved |= {"still": [("2026-05-18", 20)]}
    stock = dict.fromkeys(weekly, 50)
    return shop(
        **week_shop(weekly, price=20, cost={"steep": 6, "stiff": 6, "still": 6}, day_price=moved,
                    on_hand=stock)
    )  # fmt: skip


KNOWN = slopes(
    steep=(-3.0, 0.001),
    stiff=(-0.4, 0.001),
    still=(-2.0, 2.0),
    free=(-3.0, 0.001),
    idle=(-2.0, 0.1),
)


def test_what_answers_steeply_is_lowered_and_what_hardly_answers_raised(four):
    frame = price_moves(four, KNOWN).set_index("product_id")

    # at −3 and a cost of 6 the textbook's price is 9; the lowest one seen is 14
    assert frame.loc["steep", "price"] == 20
    assert frame.loc["steep", "move_to"] == 14
    assert frame.loc["steep", "at_edge"]
    assert frame.loc["steep", "seen_low"] == 14
    # 56 days × 2 ... 28 days: units are read at today's price from 91 days, some of them at 14
    days = np.array([20] * 57 + [14] * 34)
    level = 28 * 2 * 91 / ((days / 20) ** -3.0).sum()
    gain = level * ((14 / 20) ** -3.0 * (14 - 6) - (20 - 6))
    assert frame.loc["steep", "worth"] == pytest.approx(gain, rel=0.01)
    assert frame.loc["steep", "worth_in"] == "margin"
    # 20 is the highest price seen, and the best: nothing to raise
    assert frame.loc["stiff", "why"] == NO_BETTER


def test_what_cannot_be_said_is_named_with_its_reason(four):
    frame = price_moves(four, KNOWN).set_index("product_id")

    assert frame.loc["still", "why"] == NOT_MOVED
    assert frame.loc["free", "why"] == NO_COST
    assert frame.loc["idle", "why"] == NOT_SOLD
    # two a day: 397.3 units take 199 days
    assert frame.loc["still", "price_test_days"] == 199
    assert frame["price_test_days"].notna().sum() == 1
    table = unsaid(frame.reset_index())
    assert table["product"].tolist() == ["Still", "Free", "Idle"]


def test_one_price_seen_allows_no_move(four):
    own = slopes(**dict.fromkeys(("steep", "stiff", "still", "free", "idle"), (-3.0, 0.01)))

    frame = price_moves(four, own).set_index("product_id")

    assert frame.loc["still", "why"] == NO_RANGE


def test_without_costs_only_rises_are_proposed_by_their_money(shop):
    weekly = {"stiff": [14] * 26, "steep": [14] * 26}
    steps = [("2026-05-18", 20), ("2026-07-01", 16)]
    one = shop(**week_shop(weekly, day_price=dict.fromkeys(weekly, steps)))
    told = slopes(stiff=(-0.5, 0.05), steep=(-2.5, 0.05))

    frame = price_moves(one, told).set_index("product_id")

    assert frame.loc["stiff", "move_to"] == 20
    assert frame.loc["stiff", "worth_in"] == "gmv"
    # 56 units at 16 become 56 × 1.25^−0.5 at 20
    assert frame.loc["stiff", "worth"] == pytest.approx(56 * (20 * 1.25**-0.5 - 16), rel=0.02)
    assert frame.loc["steep", "why"] == NO_COST


def test_a_price_of_a_few_days_is_not_taken_for_a_price_that_held(shop):
    steps = [("2026-05-18", 16), ("2026-07-01", 20), ("2026-08-15", 9), ("2026-08-18", 20)]
    one = shop(**week_shop({"a": [14] * 26}, cost={"a": 6}, day_price={"a": steps}))

    row = price_facts(one, reach=364, seen_days=7).products.loc["a"]

    assert (row["seen_low"], row["seen_high"]) == (16, 20)
    assert price_facts(one, reach=364, seen_days=3).products.loc["a", "seen_low"] == 9


def test_bursts_of_promotions_are_no_prices_and_no_ordinary_days(shop):
    steps = [("2026-05-18", 20), ("2026-07-01", 16), ("2026-08-01", 20), ("2026-11-01", 12)]
    tables = week_shop({"a": [14] * 24 + [140] * 2}, cost={"a": 6}, day_price={"a": steps})
    tables["campaigns"] = (
        "campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic\n"
        "d,Double 11,double11,2026-11-01,2026-11-01,2026-11-16,2026-11-20,cut\n"
    )
    facts = price_facts(shop(**tables), reach=364, seen_days=7)

    assert facts.products.loc["a", "price"] == 20
    assert facts.products.loc["a", "seen_low"] == 16
    # 91 days less the fifteen of the burst, two units each (the week's 14 on seven days)
    assert np.nansum(facts.units) == 2 * 76


def test_refunds_and_coupons_take_their_part_of_a_unit(shop):
    tables = week_shop({"a": [7] * 26, "b": [7] * 26}, cost={"a": 4, "b": 4})
    # every second order of a comes back
    orders = [r.split(",")[0] for r in tables["orders"].splitlines()[1:] if r.startswith("a")]
    back = [f"r{o},{o},2026-11-14 10:00:00,10.00" for o in orders[::2]]
    tables["refunds"] = "refund_id,order_id,refunded_at,amount\n" + "\n".join(back) + "\n"
    facts = price_facts(shop(**tables), reach=364, seen_days=7).products

    # of 182 units 91 came back; of all, 91 of 364: drawn by twenty units to 3/4
    assert facts.loc["a", "cost_kept"] == pytest.approx((182 * 0.5 + 20 * 0.75) / 202)
    assert facts.loc["b", "kept"] == pytest.approx((182 + 20 * 0.75) / 202)


def test_new_prices_end_as_the_shops_do(shop):
    steps = [("2026-05-18", 159), ("2026-07-01", 199), ("2026-08-15", 129), ("2026-09-20", 199)]
    weekly = {"a": [14] * 26, "b": [14] * 26}
    one = shop(
        **week_shop(weekly, cost={"a": 100, "b": 20}, day_price=dict.fromkeys(weekly, steps))
    )
    frame = price_moves(one, slopes(a=(-3.0, 0.01), b=(-3.0, 0.01))).set_index("product_id")

    # 150 earns most at a cost of 100; the shop writes 149 and 159
    assert frame.loc["a", "move_to"] in (149, 159)
    assert frame.loc["b", "move_to"] == 129
    assert not frame.loc["a", "at_edge"]


def test_sentences_and_actions_say_what_is_moved(four):
    frame = price_moves(four, KNOWN)
    gain = frame["worth"].iloc[0]

    said = [str(s) for s in find_price_moves(frame, currency="CNY")]
    actions = price_actions(four, frame)

    assert said[0].startswith(
        "For 1 of 5 products another price that was seen earns more with 90% certainty, together "
        f"¥{gain:,.0f} in 28 ordinary days (in margin). Most: Steep from ¥20.00 to ¥14.00"
    )
    assert "would take 199 days" in said[-1]
    assert [a.subject for a in actions] == ["product:steep"]
    assert actions[0].worth_low < actions[0].worth < actions[0].worth_high
    assert actions[0].action.startswith("Lower Steep from ¥20.00 to ¥14.00 (−30.0%): about ")


def test_a_test_short_enough_is_proposed(shop):
    one = shop(**week_shop({"much": [210] * 26, "little": [7] * 26}, cost={"much": 4}))
    told = slopes(much=(-2.0, 2.0), little=(-2.0, 2.0))

    frame = price_moves(one, told)
    actions = price_actions(one, frame)

    assert [(a.kind, a.subject) for a in actions] == [("test a price", "product:much")]
    assert "for 14 days" in actions[0].action
    assert actions[0].worth is None


def test_shops_that_say_nothing_are_answered(shop):
    tiny = shop(**week_shop({"a": [1]}))
    frame = price_moves(tiny, elasticities(tiny))

    assert frame["why"].tolist() == [NOT_MOVED]
    assert all("nan" not in str(s) for s in find_price_moves(frame, currency=""))


def test_without_lines_it_says_what_is_missing(shop):
    tables = week_shop({"a": [1]})
    del tables["order_lines"]
    bare = shop(**tables)

    assert isinstance(price_moves(bare, elasticities(bare)), Missing)


# against what was planted


def truly_gained(shop, frame, truth):
    """Reckon the moves' gains by the planted elasticities, at the level that sales show."""
    moves = frame[frame["worth"].notna()].set_index("product_id")
    facts = price_facts(shop, reach=364, seen_days=7)
    planted, odd = (truth["elasticity"][k] for k in ("own_price_by_category", "exceptions"))
    gains = []
    for product, row in moves.iterrows():
        slope = odd.get(product, planted[row["category"]])
        place = facts.products.index.get_loc(product)
        own = facts.products.loc[product]
        due = np.nansum((facts.prices[place] / row["price"]) ** slope)
        level = 28 * np.nansum(facts.units[place]) / due
        then = level * (row["move_to"] / row["price"]) ** slope
        cost = own["cost_kept"] * own["unit_cost"]
        gain = then * (own["kept"] * row["move_to"] - cost)
        gains.append(gain - level * (own["kept"] * row["price"] - cost))
    return moves.assign(true=gains)


def test_nine_moves_in_ten_truly_gain_and_the_dear_product_is_lowered(planted):
    shop, truth = planted
    frame = price_moves(shop, elasticities(shop))
    moves = truly_gained(shop, frame, truth)

    assert len(moves) >= 10
    assert (moves["true"] > 0).mean() >= 0.85
    assert (moves["true"] >= moves["worth_low"]).mean() >= 0.75
    assert moves["true"].sum() > 0.5 * moves["worth"].sum()
    dear = moves.loc[truth["carts"]["price"]["product_id"]]
    # it was priced 18 % too high: 1 / 1.18 is 15 % less
    assert dear["moved_by"] < -0.05
    assert dear["true"] > 0
    within = (moves["seen_low"] <= moves["move_to"]) & (moves["move_to"] <= moves["seen_high"])
    assert within.all()


def test_the_samples_prices_keep_to_tenths(sample):
    moves = shown(price_moves(sample, elasticities(sample)))

    assert (10 * moves["move_to"] % 1).round(6).isin([0, 1]).all()
    assert (moves["worth_low"] > 0).all()
    assert (moves["probability"] >= 0.9).all()


# real shops


@pytest.mark.slow
@pytest.mark.skipif(not PRICES.exists(), reason="the retail prices are not here")
def test_retail_prices_are_never_moved_out_of_what_was_seen(shop):
    months = pd.read_csv(PRICES)
    months["day"] = pd.to_datetime(months["month_year"], format="%d-%m-%Y")
    one = shop(as_of="2018-08-28", **retail(months))
    own = elasticities(one)

    frame = price_moves(one, own).set_index("product_id")

    lately = months[months["day"] > "2017-09-01"].groupby("product_id")["unit_price"]
    ends = pd.DataFrame({"least": lately.min().round(2), "most": lately.max().round(2)})
    moves = frame[frame["worth"].notna()].join(ends)
    assert len(frame) == (months["month_year"] == "01-08-2018").sum()
    assert (moves["move_to"] >= moves["least"] - 0.005).all()
    assert (moves["move_to"] <= moves["most"] + 0.005).all()
    # no cost is known: a lower price is never proposed
    assert (moves["moved_by"] > 0).all()
    assert (frame["why"] == NO_COST).any()


def retail(months):
    """Write a month's quantity of each product as one order of each of its first days."""
    orders = [
        "order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount"
    ]
    lines = ["order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount"]
    for row in months.itertuples():
        whole, rest = divmod(int(row.qty), 28)
        for d in range(28):
            units = whole + (d < rest)
            if not units:
                continue
            order, day = f"{row.Index}-{d}", (row.day + pd.Timedelta(days=d)).date()
            price = round(row.unit_price, 2)
            paid = f"{units * price:.2f}"
            orders.append(f"{order},{day} 10:00:00,{day} 10:00:00,{paid},0,0,{paid}")
            lines.append(f"{order},1,{row.product_id},{units},{price},{price},{paid}")
    kinds = months.drop_duplicates("product_id")
    products = ["product_id,title,category,list_price"]
    products += [
        f"{r.product_id},{r.product_id},{r.product_category_name},{r.unit_price:.2f}"
        for r in kinds.itertuples()
    ]
    tables = {"orders": orders, "order_lines": lines, "products": products}
    return {name: "\n".join(rows) + "\n" for name, rows in tables.items()}


@pytest.mark.slow
@pytest.mark.skipif(not JUICE.exists(), reason="the orange juice sales are not here")
def test_a_juice_store_is_promised_nothing_beyond_its_prices(shop):
    with gzip.open(JUICE) as file:
        juice = pd.read_csv(file)
    juice = juice[juice["store"] == 137]
    prices = juice[[f"price{i}" for i in range(1, 12)]].to_numpy()
    juice["price"] = (64 * prices[np.arange(len(juice)), juice["brand"] - 1]).round(2)
    juice["units"] = (np.exp(juice["logmove"]) / 64).round().astype(int)
    juice["day"] = pd.Timestamp("2026-11-09") - pd.to_timedelta(7 * (160 - juice["week"]), "D")
    rows = pd.DataFrame(
        {"product_id": [f"b{b}" for b in juice["brand"]], "product_category_name": "juice",
         "qty": juice["units"], "unit_price": juice["price"], "day": juice["day"]}
    )  # fmt: skip
    one = shop(**weeks_of(rows))
    own = elasticities(one)

    frame = price_moves(one, own).set_index("product_id")

    assert (own["elasticity"] < 0).all()
    seen = rows[rows["day"] > "2025-11-10"].groupby("product_id")["unit_price"].agg(["min", "max"])
    moves = frame[frame["worth"].notna()].join(seen)
    assert (moves["move_to"] >= moves["min"] - 0.005).all()
    assert (moves["move_to"] <= moves["max"] + 0.005).all()
    assert (moves["moved_by"] > 0).all()


def weeks_of(rows):
    """Spread each week's units over its seven days."""
    return retail(rows.assign(qty=4 * rows["qty"])) | {}
