"""The ways out of a slow mover, by hand: what each brings, and what is not known."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from shophelm.actions import Action
from shophelm.shop.needs import Missing
from shophelm.supply_chain.clearance_facts import heroes_of, member_shares, selling_facts
from shophelm.supply_chain.clearance_ways import Offer
from shophelm.supply_chain.slow_movers import slow_movers
from shophelm.supply_chain.ways_out import chosen, clearance_actions, find_ways_out, ways_out
from tests.hand_shop import HAND_SHOP
from tests.supply_chain.outlooks import carried_on, outlook
from tests.supply_chain.shelf_shop import SHELF_SHOP

FIRST = date(2026, 11, 16)
HALF = Offer(ladder=(1.0, 0.5), holding_rate=0.0)


def known(**elasticity):
    frame = pd.DataFrame({"elasticity": elasticity})
    return frame.assign(elasticity_low=frame["elasticity"], elasticity_high=frame["elasticity"])


def found(shop, offer=HALF, elasticities=None, **tables):
    s = shop(**(SHELF_SHOP | tables))
    # a coat a week, no cap; nuts do well
    there = outlook(FIRST, coat=[1 / 14] * 35, cap=[0.0] * 35, nuts=[2.0] * 35)
    slow = slow_movers(s, there)
    elasticities = known(coat=-2.0, cap=-2.0) if elasticities is None else elasticities
    return ways_out(s, there, slow, elasticities, offer=offer)


def test_a_markdown_by_hand(shop):
    rows = found(shop, Offer(ladder=(0.5,), holding_rate=0.0)).set_index(["product_id", "way"])
    coat = rows.loc[("coat", "markdown")]
    # two coats go in four weeks at 90, and 5.5 more by the end of winter: 2.5 are left over. At
    # half the price eight go in four weeks, and the other two later, at 90
    assert coat["cleared_anyway"] == pytest.approx(2)
    assert coat["cleared"] == pytest.approx(8)
    assert coat["clearance_share"] == pytest.approx(0.8)
    assert coat["worth"] == pytest.approx((8 * 45 + 2 * 90) - (2 * 90 + 5.5 * 90))
    assert coat["given_away"] == pytest.approx(2 * 45)
    # nobody wants a cap at any price
    assert rows.loc[("cap", "markdown"), "worth"] == 0
    assert not rows["chosen"].any()


def test_the_best_path_is_found_where_a_markdown_pays(shop):
    s = found(shop, Offer(ladder=(1.0, 0.8, 0.5), holding_rate=0.0), known(coat=-6.0))
    coat = s[s["chosen"]].iloc[0]
    # at 80 % 1.9 a week, by four weeks 7.6: 2.4 are then left, which go later
    paths = {
        tuple(p): _by_hand(p) for p in [(1, 1, 1, 1), (0.8,) * 4, (1, 1, 1, 0.8), (1, 1, 0.8, 0.8),
        (1, 0.8, 0.8, 0.8), (0.5,) * 4, (1, 1, 1, 0.5), (1, 1, 0.8, 0.5), (1, 0.8, 0.8, 0.5)]
    }  # fmt: skip
    assert coat["worth"] == pytest.approx(max(paths.values()) - paths[(1, 1, 1, 1)], abs=0.01)


def _by_hand(path, stock=10.0, weekly=0.5, later=5.5, price=90.0):
    money = left = 0.0
    left = stock
    for share in path:
        sold = min(left, weekly * share**-6.0)
        money += sold * share * price
        left -= sold
    return money + min(left, later) * price


def test_money_freed_is_what_capital_costs(shop):
    rows = [found(shop, Offer(ladder=(0.5,), holding_rate=r)) for r in (0.0, 0.365)]
    worth = [r.set_index(["product_id", "way"]).loc[("coat", "markdown"), "worth"] for r in rows]
    # six coats more are gone, at 40 each, .1 % a day for 14 + (105 − 28) / 2 days
    assert worth[1] - worth[0] == pytest.approx(6 * 40 * 0.001 * (14 + 77 / 2))


def test_what_is_not_known_is_said_to_be(shop):
    rows = found(shop, elasticities=known(cap=-1.0)).set_index(["product_id", "way"])
    why = rows["why"].to_dict()
    assert why[("coat", "markdown")] == "its price elasticity is not known"
    assert why[("cap", "bundle")] == "no top seller is bought with it beyond chance"
    assert why[("cap", "members' price")] == "who is a member is not known"
    assert why[("cap", "lucky bag")] == "no past lucky bag tells how many would be bought"
    assert why[("cap", "return to the supplier")] == "no return is agreed with the supplier"
    assert rows.loc[("coat", "lucky bag"), "worth"] != rows.loc[("coat", "lucky bag"), "worth"]
    assert rows.loc[("coat", "lucky bag"), "terms"] == "at most 10 units at 40% of the price"
    told = [str(s) for s in find_ways_out(rows.reset_index(), currency="CNY")]
    assert told[0].startswith("For none of 2 slow movers is a way out known to be")
    assert "lucky bag: no past lucky bag tells" in told[1]


def test_caps_that_nobody_wants_go_back_to_the_supplier(shop):
    offer = Offer(ladder=(1.0, 0.5), holding_rate=0.0, return_price_share=0.5)
    frame = found(shop, offer)
    cap = frame[frame["chosen"] & (frame["product_id"] == "cap")].iloc[0]
    # eight at half of 3
    assert (cap["way"], cap["worth"], cap["cleared"]) == ("return to the supplier", 12, 8)
    assert cap["terms"] == "8 units at 50% of their cost"
    coat = frame[frame["chosen"] & (frame["product_id"] == "coat")].iloc[0]
    # half the price in the last week only sells two there for 90, instead of half of one for 45,
    # and as much later: more than the two at 20 that would go back, of the 2.5 left over
    assert (coat["way"], coat["terms"]) == ("markdown", "0%, 0%, 0%, 50% off, week by week")
    assert coat["worth"] == pytest.approx(45)
    ways = frame.set_index(["product_id", "way"])
    assert ways.loc[("coat", "return to the supplier"), "worth"] == pytest.approx(2 * 20)
    said = str(find_ways_out(frame, currency="CNY")[0])
    assert said.startswith("For 2 of 2 slow movers there is a way out that is worth more")
    actions = clearance_actions(shop(**SHELF_SHOP), frame)
    assert [(a.kind, a.subject, a.owner_role) for a in actions] == [
        ("clear by markdown", "product:coat", "merchandiser"),
        ("clear by return", "product:cap", "buyer"),
    ]
    assert isinstance(actions[0], Action)
    assert [float(a.worth) for a in actions] == [45, 12]
    assert len(chosen(frame)) == 2


def test_members_are_those_with_a_tier(shop):
    customers = """
        customer_id,joined_at,tier
        ann,2026-01-01 00:00:00,gold
        bob,2026-01-01 00:00:00,
    """
    s = shop(**SHELF_SHOP, customers=customers)
    assert member_shares(s) == {"apparel": 0.5, "snacks": 0.0}
    rows = found(shop, Offer(ladder=(0.5,), holding_rate=0.0), customers=customers)
    coat = rows.set_index(["product_id", "way"]).loc[("coat", "members' price")]
    # one coat at 90 to those without a tier, four at 45 to members; 5 are left, all sold later
    assert coat["cleared"] == pytest.approx(5)
    assert coat["worth"] == pytest.approx((90 + 4 * 45 + 5 * 90) - (2 + 5.5) * 90)
    assert coat["given_away"] == pytest.approx(45)
    assert coat["terms"] == "50% off for 4 weeks for members"


def baskets(*holding):
    """Orders that hold the products named, one day after another."""
    heads, lines = [], []
    for n, products in enumerate(holding):
        day = f"2026-10-{1 + n % 28:02d}"
        heads.append(f"b{n},c{n},{day} 10:00:00,{day} 10:01:00,9,0,0,9")
        lines += [f"b{n},{i + 1},{p},1,9,9,9" for i, p in enumerate(products.split())]
    return {
        "orders": "order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,"
        "shipping_amount,paid_amount\n" + "\n".join(heads) + "\n",
        "order_lines": "order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount\n"
        + "\n".join(lines)
        + "\n",
    }


CATEGORIES = """
    product_id,title,category,list_price,unit_cost
    hero,Hero,shoes,9,5
    slow,Slow,apparel,9,5
    like,Like,apparel,9,5
"""


def test_a_hero_is_bought_with_it_beyond_like_orders(shop):
    s = shop(
        products=CATEGORIES,
        **baskets(*["slow hero"] * 12, *["slow"] * 8, *["like hero"] * 4, *["like"] * 36),
    )
    hero = heroes_of(s, ["slow"])["slow"]
    assert (hero.title, hero.share) == ("Hero", 0.6)
    # of 60 orders 16 hold the hero
    assert hero.lift == pytest.approx(0.6 / (16 / 60))


def test_a_pair_that_like_orders_hold_as_often_is_no_bundle(shop):
    s = shop(
        products=CATEGORIES,
        **baskets(*["slow hero"] * 12, *["slow"] * 8, *["like hero"] * 24, *["like"] * 16),
    )
    assert heroes_of(s, ["slow"]) == {}


def test_the_price_is_what_was_paid_and_else_the_list_price(shop):
    facts = selling_facts(shop(**SHELF_SHOP))
    assert facts["price"].to_dict() == {"coat": 90, "nuts": 10, "cap": 10}
    assert facts["unit_cost"].to_dict() == {"coat": 40, "nuts": 5, "cap": 3}


def test_missing_tables_pass_through(shop):
    s = shop(**HAND_SHOP)
    there = outlook(FIRST, tee=[1.0])
    answer = ways_out(s, there, slow_movers(s, there), known(tee=-1.0))
    assert isinstance(answer, Missing)
    assert isinstance(find_ways_out(answer, currency="CNY"), Missing)
    assert isinstance(clearance_actions(s, answer), Missing)


def test_on_the_sample_no_way_loses_and_the_best_is_chosen(sample):
    there = carried_on(sample)
    slow = slow_movers(sample, there)
    elasticities = known(**dict.fromkeys(slow["product_id"], -1.8))
    frame = ways_out(sample, there, slow, elasticities)
    assert set(frame["product_id"]) == set(slow.loc[slow["slow"], "product_id"])
    assert (frame.groupby("product_id").size() == 5).all()
    assert (frame["worth"].dropna() > -1e-6).all()
    assert (frame["worth_low"].dropna() <= frame["worth"].dropna() + 1e-9).all()
    best = frame.groupby("product_id")["worth"].max()
    picked = frame[frame["chosen"]].set_index("product_id")["worth"]
    assert picked.to_dict() == best[best >= 0.01].to_dict()
    assert (
        frame["cleared"].dropna() >= frame.loc[frame["cleared"].notna(), "cleared_anyway"] - 1e-9
    ).all()
    assert np.isfinite(frame.loc[frame["chosen"], "worth_high"]).all()
