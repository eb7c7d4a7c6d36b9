"""Which categories money and stock should lean to: growth, share, margin, headroom and stock."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from shophelm.methods.calendar_effects import YEAR_OF_WEEKS
from shophelm.shop.buyers import ENOUGH
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, change, listing, rate, sentence

TITLE = "Which categories should money and stock lean to?"
RECENT = 91
"""Days that growth, share and margin are of; the year before has as many."""
STOCK_DAYS = 28
FACTORS = ("growth", "share", "margin_share", "headroom", "stock_share")
COLUMNS = [
    *("category", "gmv", "growth", "growth_low", "growth_high", "share", "margin_share"),
    *("headroom", "stock_share", "potential", "lean"),
]


@question(
    TITLE,
    "order_lines",
    "orders",
    "products",
    rivals="how much of the market is left to win",
    stock="whether more could be sold at all",
)
def potential(shop: Tables) -> pd.DataFrame:
    """Hold the categories beside each other, factor by factor.

    Returns
    -------
    DataFrame
        One row per category, that of most potential first: category, gmv (goods' money of the last
        91 days), growth (of it over the same week days a year before, as a factor; null where the
        shop is too young) with _low and _high (95 %, from the days' own spread), share (of the
        shop's), margin_share (what is left of it after the cost of goods; null where too few costs
        are known), headroom (share of the units sold by us and the rivals we watch that is theirs;
        null without rivals' sales), stock_share (of 28 days' demand, what is on hand, at most 1;
        null without stock), potential (product of the factors that are known of every category, as
        a share of all) and lean (potential / share − 1).

    Notes
    -----
    A product of shares is a way to look, not a forecast: a category that grows by chance seems to
    have potential. Headroom counts the rivals that are watched, not the market.
    """
    days = product_days(shop)
    listed = shop.frame(shop["products"].select("product_id", "category", *_cost(shop)))
    listed = listed.set_index("product_id").reindex(days.products)
    category = listed["category"].fillna("not known")
    now, then = _spans(days.period, shop)
    money = pd.DataFrame(days.money, index=category).groupby(level=0).sum()
    units = pd.DataFrame(days.units, index=category).groupby(level=0).sum()
    frame = pd.DataFrame({"gmv": money.iloc[:, now].sum(axis=1)})
    frame["share"] = frame["gmv"] / max(frame["gmv"].sum(), 1e-9)
    growth = _growth(money, now, then)
    frame[["growth", "growth_low", "growth_high"]] = growth
    frame["margin_share"] = _margin(days.units[:, now], days.money[:, now], listed, category)
    frame["headroom"] = _headroom(shop, units.iloc[:, -STOCK_DAYS:].sum(axis=1))
    frame["stock_share"] = _stock(days, category, units)
    known = [f for f in FACTORS if frame[f].notna().all()]
    product = frame[known].clip(lower=0.0).prod(axis=1)
    frame["potential"] = product / product.sum() if product.sum() > 0 else np.nan
    frame["lean"] = frame["potential"] / frame["share"].where(frame["share"] > 0) - 1
    order = frame.rename_axis("category").reset_index()
    return order.sort_values(["potential", "category"], ascending=[False, True])[
        COLUMNS
    ].reset_index(drop=True)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the categories out."""
    names = {"gmv": "goods_money", "margin_share": "margin_of_money", "share": "of_shop"}
    frame = frame.rename(columns=names)
    for name in ("growth", "growth_low", "growth_high"):
        frame[name.replace("growth", "grown")] = frame.pop(name) - 1
    order = ["category", "goods_money", "grown", "grown_low", "grown_high"]
    return frame[order + [c for c in frame if c not in order]].dropna(axis=1, how="all")


@carries_missing
def find_potential(frame: pd.DataFrame) -> list[Sentence]:
    """Say where to lean to, where from, and which growth is no more than chance."""
    lean = frame[frame["lean"].notna()].sort_values("lean", kind="stable")
    if len(lean) < 2:
        return [sentence("There are not two categories to lean from and to.")]
    most, least = lean.iloc[-1], lean.iloc[0]
    said = [
        sentence(
            "{most} has {potential} of the potential and {share} of the money; {least} has {less} "
            "and {its_share}.",
            most=most["category"],
            potential=rate(most["potential"], digits=0),
            share=rate(most["share"], digits=0),
            least=least["category"],
            less=rate(least["potential"], digits=0),
            its_share=rate(least["share"], digits=0),
        )
    ]
    unsure = frame[(frame["growth_low"] < 1) & (frame["growth_high"] > 1)]
    if len(unsure):
        each = [f"{r.category} ({change(r.growth - 1)})" for r in unsure.itertuples()]
        said.append(
            sentence("Whether these grow at all is not known: {each}.", each=listing(each, most=9))
        )
    return said


def _cost(shop: Tables) -> list[str]:
    return ["unit_cost"] if shop.filled("products.unit_cost") else []


def _spans(period: Period, shop: Tables) -> tuple[slice, slice | None]:
    """Give the last 91 days and the same week days a year before, as places."""
    recent = last_days(shop.as_of, days=min(RECENT, period.days))
    at = (recent.first - period.first).days
    now = slice(at, at + recent.days)
    before = at - YEAR_OF_WEEKS
    return now, slice(before, before + recent.days) if before >= 0 else None


def _growth(money: pd.DataFrame, now: slice, then: slice | None) -> pd.DataFrame:
    """Give growth as a factor, with the interval that weeks' own spread gives it."""
    columns = ["growth", "growth_low", "growth_high"]
    if then is None:
        return pd.DataFrame(np.nan, index=money.index, columns=columns)
    logs, errors = [], []
    for span in (now, then):
        days = money.iloc[:, span].to_numpy()
        weeks = days[:, days.shape[1] % 7 :].reshape(len(days), -1, 7).sum(axis=2)
        mean = weeks.mean(axis=1)
        logs.append(np.log(np.where(mean > 0, mean, np.nan)))
        errors.append(
            weeks.var(axis=1, ddof=1) / weeks.shape[1] / np.where(mean > 0, mean, np.nan) ** 2
        )
    log, error = logs[0] - logs[1], np.sqrt(errors[0] + errors[1])
    ends = [np.exp(log + k * error) for k in (0.0, -1.96, 1.96)]
    return pd.DataFrame(np.column_stack(ends), index=money.index, columns=columns)


def _margin(
    units: np.ndarray, money: np.ndarray, listed: pd.DataFrame, category: pd.Series
) -> pd.Series:
    """Give what is left of each category's money after the cost of its goods."""
    if "unit_cost" not in listed:
        return pd.Series(np.nan, index=sorted(set(category)))
    cost = as_floats(listed["unit_cost"]).to_numpy()
    sold, paid = units.sum(axis=1), money.sum(axis=1)
    known = ~np.isnan(cost)
    sums = pd.DataFrame(
        {
            "known": np.where(known, paid, 0.0),
            "cost": np.where(known, cost, 0.0) * sold,
            "all": paid,
        }
    )
    sums = sums.groupby(category.to_numpy()).sum()
    enough = sums["known"] >= ENOUGH * sums["all"]
    return (1 - sums["cost"] / sums["known"].where(sums["known"] > 0)).where(enough)


def _headroom(shop: Tables, ours: pd.Series) -> pd.Series:
    """Give the share of the units of a month that watched rivals sell."""
    if not shop.filled("rivals.monthly_sales"):
        return pd.Series(np.nan, index=ours.index)
    first = shop.as_of - timedelta(days=STOCK_DAYS - 1)
    rivals = shop["rivals"].filter(lambda t: (t.day >= first) & t.monthly_sales.notnull())
    each = rivals.group_by("rival_id", "category").aggregate(sold=rivals.monthly_sales.mean())
    sums = shop.frame(each.group_by("category").aggregate(sold=each.sold.sum()))
    theirs = as_floats(sums.set_index("category")["sold"]).reindex(ours.index)
    return theirs / (theirs + ours)


def _stock(days: ProductDays, category: pd.Series, units: pd.DataFrame) -> pd.Series:
    """Give how much of 28 days' demand is on hand."""
    last = days.on_hand[:, -1]
    if np.isnan(last).all():
        return pd.Series(np.nan, index=units.index)
    on_hand = pd.Series(np.nan_to_num(last)).groupby(category.to_numpy()).sum()
    demand = units.iloc[:, -STOCK_DAYS:].sum(axis=1)
    return (on_hand / demand.where(demand > 0)).clip(upper=1.0)
