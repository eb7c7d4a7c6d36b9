"""Which products carry the shop, which grow, which fall, and of which that is not yet known."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from shophelm.methods.relative_growth import relative_growth
from shophelm.methods.steadiness import variation
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.store.product_money import product_money
from shophelm.store.product_weeks import ProductWeeks, product_weeks

HERO, EVERGREEN, POTENTIAL, DECLINING = "hero", "evergreen", "potential", "declining"
REST, UNKNOWN = "the rest", "not yet known"
CELLS = (HERO, EVERGREEN, POTENTIAL, DECLINING, REST, UNKNOWN)
WEEKS = 13
_OTHERS = 2.0
"""A hero makes at least so many times what the other products make on average."""
_REACH = special.ndtri(0.9)
_NONE_SOLD = -np.log(0.1)
"""Units that come to nothing one time in ten."""
COLUMNS = [
    *("product_id", "product", "category", "cell", "gmv_paid", "gmv_share", "gmv_share_low"),
    *("gmv_share_high", "units", "margin", "margin_share", "pace", "growth", "growth_low"),
    *("growth_high", "rises", "falls", "variation", "variation_low", "variation_high", "steady"),
    *("sold_weeks", "open_weeks", "on_sale_days", "why"),
]


@question(
    "Which products carry the shop, which grow, and which fall?",
    "order_lines",
    products="categories to compare products within, and margins",
    stock="days of an empty shelf are not held against a product",
    refunds="margins after refunds",
)
def product_matrix(
    shop: Tables,
    *,
    weeks: int = WEEKS,
    hero_share: float = 0.5,
    steady_within: float = 0.5,
    sold_weeks: float = 0.9,
    certain: float = 0.95,
    widest: float = 3.0,
    new_weeks: int = WEEKS,
    yardstick: str = "category",
) -> pd.DataFrame:
    """Place every product on sale in a cell of the product matrix.

    Products are taken in this order, each by the first that holds:

    - declining (衰退款): falls with a probability of at least `certain`;
    - hero (爆款): one of the fewest products that together make `hero_share` of GMV, and at least
      twice what the other products make on average; equals are heroes together or not at all;
    - potential (潜力款): grows with a probability of at least `certain`;
    - evergreen (常青款): sold in `sold_weeks` of the weeks it could be bought in, and its weeks
      vary by at most `steady_within` with a probability of at least 80 %;
    - not yet known (新品, 待观察): on sale for fewer than `new_weeks` weeks, or its own sales leave
      its growth so open that the upper end of an 80% interval is more than `widest` times the
      lower, unless it surely sells little (less than half of what a product sells on average);
    - the rest (长尾, and 滞销 where nothing is sold).

    Parameters
    ----------
    shop
        Needs order_lines.
    weeks
        Share is that of the last so many weeks; growth holds them against as many before; both
        together tell how steady a product is.
    hero_share, steady_within, sold_weeks, certain, widest, new_weeks
        As above.
    yardstick
        What growth and steadiness are measured against: `category` (all others of the product's
        category, day by day, so that neither a season nor a promotion counts as its own) or
        `shop`.

    Returns
    -------
    DataFrame
        One row per product on sale on as_of, those of most GMV first: product_id, product,
        category, cell, gmv_paid (its lines, freight apart), gmv_share with _low and _high (80 %:
        by how much another draw of buyers would move it), units, margin (after refunds; null where
        the cost is not known), margin_share (of all margins known), pace (units a day it could be
        bought), growth (by how much more it sells than before, beside its yardstick, drawn to
        what products do) with _low and _high (80 %), rises, falls (probabilities), variation with
        _low and _high (80 %), steady (probability), sold_weeks (share of the open ones),
        open_weeks, on_sale_days (that the shop's data know), why (of the cell, in words).

        attrs: period, gmv (of all products), gone_share (of GMV: of products no longer on sale),
        asked (the parameters).

    Notes
    -----
    A category that falls as a whole is not seen here: all its products fall alike. A price cut
    that sells more counts as growth.
    """
    if yardstick not in ("category", "shop"):
        raise ValueError(f"yardstick is {yardstick!r}; it is category or shop")
    # what another day's matrix is asked by
    asked = {k: v for k, v in locals().items() if k != "shop"}
    told = product_weeks(shop, weeks=2 * weeks, yardstick=yardstick)
    period = last_days(shop.as_of, days=7 * weeks)
    frame, gmv = _money(shop, told, product_money(shop, period))
    frame = _with_weeks(frame, told, steady_within)
    holds = _conditions(frame, hero_share, sold_weeks, certain, widest, new_weeks)
    cells, whens, whys = zip(*holds, strict=True)
    frame["cell"] = np.select(whens, cells, REST)
    frame["why"] = np.select(whens, whys, "neither steady, nor growing or falling beyond doubt")
    frame = frame.sort_values(["gmv_paid", "product_id"], ascending=[False, True])
    frame = frame.reindex(columns=COLUMNS).reset_index(drop=True)
    gone = round(1 - frame["gmv_paid"].sum() / gmv, 9) if gmv > 0 else np.nan
    frame.attrs = {"period": period, "gmv": gmv, "gone_share": gone, "asked": asked}
    return frame


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick the columns that a table shows."""
    columns = ["product", "category", "cell", "gmv_paid", "gmv_share", "margin", "growth"]
    return frame[[*columns, "growth_low", "growth_high", "variation", "sold_weeks", "why"]]


@carries_missing
def by_cell(frame: pd.DataFrame) -> pd.DataFrame:
    """Add up the cells, in their order: cell, products, gmv_paid, gmv_share, margin."""
    sums = frame.groupby("cell").agg(
        products=("product_id", "size"),
        gmv_paid=("gmv_paid", "sum"),
        gmv_share=("gmv_share", "sum"),
    )
    sums["margin"] = frame.groupby("cell")["margin"].sum(min_count=1)
    return sums.reindex([c for c in CELLS if c in sums.index]).rename_axis("cell").reset_index()


def _money(shop: Tables, told: ProductWeeks, money: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Give the products' money and shares, and the GMV of all."""
    every, margins = float(money["gmv_paid"].sum()), money["margin"].sum()
    own = money.reindex(told.products).reset_index()
    paid = own["gmv_paid"].fillna(0.0)
    frame = pd.DataFrame(
        {
            "product_id": told.products,
            "product": titled(shop, told.products),
            "category": told.category,
            "gmv_paid": paid,
            "gmv_share": paid / every if every > 0 else np.nan,
            "units": own["units"].fillna(0.0),
            "margin": own["margin"],
            "margin_share": own["margin"] / margins if margins > 0 else np.nan,
        }
    )
    return frame, every


def _with_weeks(frame: pd.DataFrame, told: ProductWeeks, steady_within: float) -> pd.DataFrame:
    """Add what the weeks tell: steadiness, growth, the share's ends, weeks sold and open."""
    vary = variation(told.units, told.yardstick, limit=steady_within)
    growth = _growth(told, vary["variation"].to_numpy())
    ends = _share_ends(frame, told, vary["variation"].to_numpy())
    opened, late = told.open.sum(axis=1), told.late
    days = told.open_days[:, late].sum(axis=1)
    sold = ((told.units > 0) & told.open).sum(axis=1)
    return pd.concat([frame, growth, vary, ends], axis=1).assign(
        pace=_over(told.units[:, late].sum(axis=1), days),
        open_weeks=opened,
        sold_weeks=_over(sold, opened),
        on_sale_days=told.on_sale_days,
    )


def _growth(told: ProductWeeks, vary: np.ndarray) -> pd.DataFrame:
    """Hold the late half against the early one, with what the yardstick itself leaves open."""
    error = np.zeros(len(told.products))
    for half in (told.late, ~told.late):
        units = told.units[:, half]
        excess = np.nan_to_num(vary) ** 2 * (units * (units - 1)).clip(min=0).sum(axis=1)
        sums = np.append(np.bincount(told.peers[told.peers >= 0], excess[told.peers >= 0]), 0.0)
        others = np.where(told.peers >= 0, sums[told.peers], excess.sum()) - excess
        due = told.yardstick[:, half].sum(axis=1)
        error += np.where(due > 0, (due + others) / np.maximum(due, 1.0) ** 2, 0.0)
    growth = relative_growth(
        told.units,
        told.yardstick,
        told.late,
        variation=vary,
        exposure_error=np.sqrt(error),
    )
    return growth.drop(columns="own")


def _share_ends(frame: pd.DataFrame, told: ProductWeeks, vary: np.ndarray) -> pd.DataFrame:
    """Give the share's 80% interval: counts of units, and how single weeks vary."""
    units, share = told.units[:, told.late], frame["gmv_share"]
    sold = units.sum(axis=1)
    excess = np.nan_to_num(vary) ** 2 * (units * (units - 1)).clip(min=0).sum(axis=1)
    error = np.sqrt(sold + 1 + excess) / np.maximum(sold, 1)
    reach = np.exp(_REACH * error * (1 - share))
    # of what sold nothing, so many units of the mean price might have been sold
    one = share.sum() / sold.sum() if sold.sum() else np.nan
    high = np.where(sold > 0, np.minimum(share * reach, 1), _NONE_SOLD * one)
    return pd.DataFrame({"gmv_share_low": share / reach, "gmv_share_high": high})


def _conditions(
    frame: pd.DataFrame, hero_share: float, sold_weeks: float, certain: float, widest: float,
    new_weeks: int,
) -> list[tuple[str, pd.Series, str]]:  # fmt: skip
    """Give each cell, where it holds, and why, in the order in which they are taken."""
    known = frame["growth"].notna()
    steady = (frame["steady"] >= 0.8) & (frame["sold_weeks"] >= sold_weeks)
    wide = ~known | (np.exp(2 * _REACH * frame["own_error"]) > widest)
    small = frame["gmv_share_high"] < 0.5 / max(len(frame), 1)
    new = frame["on_sale_days"] < 7 * new_weeks
    return [
        (DECLINING, frame["falls"] >= certain, "falls beyond doubt"),
        (HERO, _heroes(frame["gmv_share"], hero_share), "among the few that carry the shop"),
        (POTENTIAL, ~new & (frame["rises"] >= certain), "grows beyond doubt"),
        (UNKNOWN, new, f"on sale for less than {new_weeks} weeks"),
        (EVERGREEN, steady, "sells steadily"),
        (UNKNOWN, wide & ~small, "sells too little to tell whether it grows or falls"),
        (REST, small, "surely sells little"),
    ]


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def _heroes(share: pd.Series, hero_share: float) -> pd.Series:
    """Mark the fewest products that make so much, where each makes far more than the others do."""
    if not share.notna().any():
        return pd.Series(False, index=share.index)
    falling = share.sort_values(ascending=False)
    enough = falling[falling.cumsum() >= hero_share - 1e-12]
    least = enough.iloc[0] if len(enough) else falling.iloc[-1]
    others = (1 - share) / max(len(share) - 1, 1)
    return (share >= least) & (share >= _OTHERS * others)
