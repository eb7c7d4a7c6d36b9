"""Which goods a campaign was about: those that became cheaper as its burst began."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.shop.campaigns import Campaign
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.tables import Tables

CHEAPER = 0.03
"""A product became cheaper if its price fell by this share."""
MANY = 0.2
"""A category is promoted whole if so many of its products became cheaper on one day."""
PROMOTED = "promoted"
OTHER = "other goods"


def promoted_goods(shop: Tables, campaign: Campaign) -> pd.Series:
    """Group the products: `promoted`, or else their category.

    Parameters
    ----------
    shop
        Needs orders and order_lines; prices tell what was asked on days without a sale, products
        give categories.
    campaign
        Which.

    Returns
    -------
    Series
        Group by product_id. A product is promoted if it became cheaper, before coupons, as the
        burst began, and so is all of a category of which a fifth did: the others were on offer
        already. Where nothing became cheaper, the campaign is taken to be about all goods.

    Notes
    -----
    Without prices, what a product last sold for before the burst stands for its price, so that an
    offer of single buyers may pass for one of the page.
    """
    days = product_days(shop)
    category = _categories(shop, days.products)
    cheaper = _became_cheaper(days, campaign)
    share = cheaper.groupby(category).transform("mean")
    promoted = cheaper.eq(1.0) | share.ge(MANY)
    if not promoted.any():
        promoted[:] = True
    return category.mask(promoted, PROMOTED).rename("group")


def _became_cheaper(days: ProductDays, campaign: Campaign) -> pd.Series:
    """Say by product on sale whether its price fell as the burst began: 1, 0 or null."""
    begins = (campaign.burst_from - days.period.first).days
    ends = min((campaign.afterglow_from - days.period.first).days, days.period.days)
    found = pd.Series(np.nan, index=days.products)
    if not 0 < begins < ends:
        return found
    before = days.last_price[:, begins - 1]
    # the first one seen: offers of single days may begin later in the burst
    burst = pd.DataFrame(days.price[:, begins:ends]).bfill(axis=1).to_numpy()[:, 0]
    known = days.on_sale[:, begins] & (before > 0) & (burst > 0)
    found[known] = (burst <= (1 - CHEAPER) * before)[known].astype(float)
    return found


def _categories(shop: Tables, products: pd.Index) -> pd.Series:
    if not shop.has("products"):
        return pd.Series(OTHER, index=products)
    listed = shop.frame(shop["products"].select("product_id", "category"))
    return listed.set_index("product_id")["category"].reindex(products).fillna(OTHER)
