"""Which goods a campaign was about: those that were cheaper while its burst lasted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.shop.campaigns import Campaign
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.tables import Tables

CHEAPER = 0.03
"""A product became cheaper if its price fell by this share."""
MANY = 0.05
"""A category is promoted whole if this share of its products was cheaper in the burst alone."""
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
        burst began, and dearer as it ended; and so is all of a category of which a twentieth did,
        or whose dearest offer (as a share of what the product cost at most) did: the others may
        have been on offer already. Where nothing became cheaper, the campaign is taken to be about
        all goods.

    Notes
    -----
    Without prices, what a product last sold for before the burst stands for its price, so that an
    offer of single buyers may pass for one of the page.
    """
    days = product_days(shop)
    category = _categories(shop, days.products)
    cheaper, level = _became_cheaper(days, campaign)
    share = cheaper.groupby(category).transform("mean")
    top = level.groupby(category).transform("max")
    capped = top["burst"] <= (1 - CHEAPER) * top[["before", "after"]].min(axis=1)
    promoted = cheaper.eq(1.0) | share.ge(MANY) | capped
    if not promoted.any():
        promoted[:] = True
    return category.mask(promoted, PROMOTED).rename("group")


def _became_cheaper(days: ProductDays, campaign: Campaign) -> tuple[pd.Series, pd.DataFrame]:
    """Say by product on sale whether it was cheaper in the burst alone, and give its level.

    Returns
    -------
    Series, DataFrame
        1, 0 or null; and before, burst and after: the price as a share of the highest one up to
        then. While the burst runs nobody knows what comes after, and no price is too low for it.
    """
    begins, ends = (
        (day - days.period.first).days for day in (campaign.burst_from, campaign.afterglow_from)
    )
    if not 0 < begins < min(ends, days.period.days):
        nothing = pd.Series(np.nan, index=days.products)
        return nothing, pd.DataFrame(dict.fromkeys(("before", "burst", "after"), nothing))
    price = pd.DataFrame(days.price, index=days.products)
    after = price.iloc[:, ends:].bfill(axis=1)
    # the first price seen: offers of single days may begin later in the burst
    level = pd.DataFrame(
        {
            "before": days.last_price[:, begins - 1],
            "burst": price.iloc[:, begins:ends].bfill(axis=1).iloc[:, 0],
            "after": after.iloc[:, 0] if after.shape[1] else np.inf,
        },
        index=days.products,
    )
    known = days.on_sale[:, begins] & (level["before"] > 0) & (level["burst"] > 0)
    level = level.where(known)
    ceiling = (1 - CHEAPER) * level[["before", "after"]].min(axis=1)
    cheaper = (level["burst"] <= ceiling).astype(float).where(known)
    return cheaper, level.div(price.iloc[:, :ends].max(axis=1), axis=0)


def _categories(shop: Tables, products: pd.Index) -> pd.Series:
    if not shop.has("products"):
        return pd.Series(OTHER, index=products)
    listed = shop.frame(shop["products"].select("product_id", "category"))
    return listed.set_index("product_id")["category"].reindex(products).fillna(OTHER)
