"""Every question of product matrix and price answers, whatever the shop lacks."""

import pytest

from shophelm.store.gaps_told import find_portfolio_gaps, gap_actions
from shophelm.store.matrix_moves import find_moves, matrix_moves, moved
from shophelm.store.matrix_moves import shown as moves_shown
from shophelm.store.matrix_plan import cells_ask, matrix_plan
from shophelm.store.matrix_told import find_matrix_plan, find_product_matrix, matrix_actions
from shophelm.store.portfolio_gaps import portfolio_gaps
from shophelm.store.price_moves import price_moves, unsaid
from shophelm.store.price_told import find_price_moves, price_actions
from shophelm.store.product_matrix import by_cell, product_matrix
from shophelm.supply_chain.price_response import elasticities
from tests.hand_shop import HAND_SHOP

HEADERS = {
    "stock": "day,product_id,on_hand\n",
    "rivals": "day,rival_id,rival_shop,title,category,price,monthly_sales\n",
    "purchase_orders": "po_id,product_id,supplier_id,ordered_on,promised_on,quantity,unit_cost\n",
    "refunds": "refund_id,order_id,refunded_at,amount\n",
    "prices": "product_id,valid_from,price\n",
    "campaigns": "campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic\n",
}


def one_order(tables):
    rows = {name: text.strip().splitlines() for name, text in tables.items()}
    kept = {"orders": rows["orders"][:2], "order_lines": rows["order_lines"][:2]}
    return {name: "\n".join(lines) + "\n" for name, lines in kept.items()}


def unlike(change):
    return {**HAND_SHOP, **change}


ODD = {
    "as it is": HAND_SHOP,
    "one order alone": one_order(HAND_SHOP),
    "tables without rows": unlike(HEADERS),
    "a product without a category": unlike(
        {"products": "product_id,title,category,list_price\ntee,Tee,,50.00\ncap,Cap,hats,10.00\n"}
    ),
    "costs above prices": unlike(
        {"products": "product_id,title,category,list_price,unit_cost\n"
                     "tee,Tee,apparel,50.00,90\ncap,Cap,hats,10.00,90\ncoat,Coat,apparel,200,900\n"}
    ),
    "stock of what is not sold": unlike(
        {"stock": "day,product_id,on_hand\n2026-11-15,ghost,5\n2026-11-15,cap,0\n"}
    ),
    "no visits": {k: v for k, v in HAND_SHOP.items() if k != "events"},
}  # fmt: skip


QUICK = ("one order alone", "tables without rows")


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in ODD]
)
def test_odd_shops_are_answered_in_words(shop, name):
    odd = shop(**ODD[name])
    matrix = product_matrix(odd)
    moves, plan = matrix_moves(odd, matrix), matrix_plan(odd, matrix)
    gaps, prices = portfolio_gaps(odd), price_moves(odd, elasticities(odd))

    said = find_product_matrix(matrix, currency="CNY") + find_moves(moves, currency="CNY")
    said += find_matrix_plan(plan, currency="CNY") + find_price_moves(prices, currency="CNY")
    told = find_portfolio_gaps(gaps)
    said += told if isinstance(told, list) else [told]
    actions = matrix_actions(odd, matrix, plan) + price_actions(odd, prices)
    fill = gap_actions(odd, gaps)
    actions += fill if isinstance(fill, list) else []
    tables = [
        by_cell(matrix),
        moved(moves),
        moves_shown(moves, currency="CNY"),
        cells_ask(plan),
        unsaid(prices),
    ]

    text = " ".join(map(str, said)) + " ".join(a.action for a in actions)
    assert "nan" not in text
    assert "None is known" in text or "None" not in text
    assert len(matrix) == matrix["product_id"].nunique() == len(plan)
    assert all(t.columns.is_unique for t in tables)
    # a week and a half of sales supports neither a price move nor growth
    assert prices["worth"].isna().all()
    assert not matrix["cell"].isin(["potential", "declining"]).any()
