"""Products that are carted but not paid, or seen but not carted, as often as their peers."""

from __future__ import annotations

import pandas as pd

from shophelm.data.interest import steps_by_product, worth_of_a_sale
from shophelm.data.peers import against_peers, laid_out, priced
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of

WINDOW = 56
CART_NOT_PAID, VIEW_NOT_CARTED = "high cart, low pay", "high views, low cart"


@question(
    "Which products are carted but not paid as often as their peers?",
    "events.product_id|traffic.product_id",
    "events.product_id|traffic.cart_visitors",
    "events.product_id|traffic.buyers",
    products="peers of the same category",
    stock="days out of stock left out",
    order_lines="what more buyers would be worth",
)
def carted_not_paid(shop: Tables, *, days: int = WINDOW) -> pd.DataFrame:
    """Hold each product's paid share of carting visitors against its category's.

    Parameters
    ----------
    shop
        Visits of products, from events or daily traffic.
    days
        Length of the window that ends on as_of.

    Returns
    -------
    DataFrame
        One row per carted product, in `peers.COLUMNS`: trials are carting visitors, the rate the
        share of them who paid; worth is what the peers' share would bring over 28 days at this
        window's carts, in contribution margin before refunds where the product's cost is known.
        `found` keeps false discoveries to 5 % of this kind's rows.

    Notes
    -----
    A gap is no cause: price, reviews, freight or a rival may lie behind it. Who carted on the
    last day may pay yet; that is so for the peers too.
    """
    period = last_days(shop.as_of, days=days)
    steps = steps_by_product(shop, period)
    counts = pd.DataFrame({"yes": steps["paid_after_cart"], "trials": steps["cart_visitors"]})
    products = products_of(shop)
    judged = against_peers(counts, group=products["category"], high_is_bad=False)
    judged = priced(judged, worth_of_a_sale(shop, period), days=days)
    return laid_out(
        judged,
        products["title"],
        kind=CART_NOT_PAID,
        metric="pay_conversion",
        area="store",
        owner_role="product manager",
    )


@question(
    "Which products are seen but not carted as often as their peers?",
    "events.product_id|traffic.product_id",
    "events.product_id|traffic.cart_visitors",
    products="peers of the same category",
    stock="days out of stock left out",
    order_lines="what more buyers would be worth",
)
def viewed_not_carted(shop: Tables, *, days: int = WINDOW) -> pd.DataFrame:
    """Hold each product's carting share of its visitors against its category's.

    Parameters and rows are as in `carted_not_paid`: trials are the product's visitors, the rate
    the share who carted it. Worth takes those won to pay as often as its carting visitors do,
    that share shrunk as well.
    """
    period = last_days(shop.as_of, days=days)
    steps = steps_by_product(shop, period)
    products = products_of(shop)
    counts = pd.DataFrame({"yes": steps["cart_visitors"], "trials": steps["visitors"]})
    paying = pd.DataFrame({"yes": steps["paid_after_cart"], "trials": steps["cart_visitors"]})
    # daily exports may name no buyers: what a cart is worth is not known then
    pays = against_peers(paying.dropna(), group=products["category"], high_is_bad=False)
    value = worth_of_a_sale(shop, period)
    value["value"] = value["value"] * pays["rate_shrunk"].reindex(value.index)
    judged = against_peers(counts, group=products["category"], high_is_bad=False)
    return laid_out(
        priced(judged, value, days=days),
        products["title"],
        kind=VIEW_NOT_CARTED,
        metric="cart_rate",
        area="store",
        owner_role="product manager",
    )
