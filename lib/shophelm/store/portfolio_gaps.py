"""In which price bands buyers are, where our products are, and where rivals sell what we lack."""

from __future__ import annotations

from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.price_bands import band_edges, band_of, lacking_shares
from shophelm.methods.proportions import beyond_chance
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.listed import listed
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.shop.visits import count_visits, visit_source
from shophelm.store.price_facts import price_facts
from shophelm.store.product_money import product_money
from shophelm.words import money

_SNAPSHOT_DAYS = 28
_LISTED = {"product_id": "string", "category": "string", "band": "int64"}
COLUMNS = [
    *("category", "price_band", "price_from", "price_to", "products", "products_share", "visitors"),
    *("visitors_share", "buyers", "buyers_share", "units", "units_share", "gmv_paid", "rivals"),
    *("rival_sales", "rival_share", "lack", "p_value", "is_gap"),
]


@question(
    "In which price bands are the buyers, and where are we?",
    "order_lines",
    "products.category",
    rivals="what rivals sell in each band",
    events="visitors by band",
    prices="our prices of today",
)
def portfolio_gaps(
    shop: Tables, *, days: int = 91, bands: int = 5, least: float = 0.1
) -> pd.DataFrame:
    """Count, by category and price band, our products and buyers, and what rivals sell.

    Bands are drawn from all prices of a category, ours (of the last day outside a promotion's
    burst) and rivals' (of their last day in the last 28), so that each holds about as many
    listings; both are counted in the same ones.

    Parameters
    ----------
    shop
        Needs order_lines, and products with categories.
    days
        Our visitors, buyers and units are those of so many days.
    bands
        To a category, at most.
    least
        Lack that is worth naming: rivals' share of sales in a band less ours.

    Returns
    -------
    DataFrame
        One row per category and band, the cheapest first: category, price_band (text), price_from,
        price_to (null for no end), products (ours on sale), products_share (of the category's),
        visitors and buyers (distinct, of our products there; a person met in two bands counts in
        both) with their shares of those of all bands, units, units_share, gmv_paid, rivals
        (listings), rival_sales (their monthly sales; null where only an index is known),
        rival_share, lack (rival_share − units_share), p_value (chance of such a lack in any band
        of the category), is_gap (lack of at least `least`, beyond chance at a false-discovery rate
        of 5 % over all bands, where we also have a smaller share of our products than they sell;
        null where rivals' sales are not known).

    Notes
    -----
    Rivals' sales are what the platform shows: of the rivals that somebody chose to watch, and
    rounded. That nobody buys what is not there is no proof that nobody would: without rivals a
    band without products says nothing.
    """
    ours, theirs = _ours(shop), _theirs(shop)
    ours, theirs, edges = _banded(ours, theirs, bands)
    period = last_days(shop.as_of, days=days)
    sold = product_money(shop, period)[["units", "gmv_paid"]]
    ours = ours.join(sold, on="product_id").fillna({"units": 0.0, "gmv_paid": 0.0})
    frame = _grid(edges)
    keys = ["category", "number"]
    sums = ours.groupby(keys).agg(
        products=("product_id", "size"), units=("units", "sum"), gmv_paid=("gmv_paid", "sum")
    )
    frame = frame.join(sums, on=keys).join(_people(shop, ours, period), on=keys)
    rival = theirs.groupby(keys)["price"].size().rename("rivals").to_frame()
    rival["rival_sales"] = theirs.groupby(keys)["sales"].sum(min_count=1)
    frame = frame.join(rival, on=keys)
    frame = _shares(frame)
    frame = frame.join(_lacks(ours, theirs, edges), on=keys)
    known = frame["lack"].notna()
    found = beyond_chance(frame["p_value"]) & (frame["lack"] >= least)
    found &= frame["products_share"] < frame["rival_share"]
    frame["is_gap"] = found.astype(object).where(known, None)
    frame["price_band"] = [
        _named(low, high, shop.currency)
        for low, high in zip(frame["price_from"], frame["price_to"], strict=True)
    ]
    return frame[COLUMNS]


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick the columns that a table shows."""
    columns = [
        "category",
        "price_band",
        "products",
        "products_share",
        "visitors_share",
        "buyers_share",
    ]
    return frame[[*columns, "gmv_paid", "rivals", "rival_share", "lack", "p_value", "is_gap"]]


def _ours(shop: Tables) -> pd.DataFrame:
    """Give our products on sale: product_id, category, price."""
    price = price_facts(shop, reach=_SNAPSHOT_DAYS, seen_days=1).products["price"]
    frame = products_of(shop)[["category"]].join(price, how="inner").dropna()
    return frame[frame["price"] > 0].rename_axis("product_id").reset_index()


def _theirs(shop: Tables) -> pd.DataFrame:
    """Give rivals' listings as of their last day lately: category, price, sales."""
    if not shop.filled("rivals"):
        return pd.DataFrame({"category": [], "price": [], "sales": []}).astype(
            {"category": "str", "price": float, "sales": float}
        )
    since = shop.as_of - timedelta(days=_SNAPSHOT_DAYS)
    rows = shop["rivals"].filter(lambda t: t.day > ibis.literal(since))
    last = rows.group_by("rival_id").aggregate(day=lambda t: t.day.max())
    rows = rows.semi_join(last, ["rival_id", "day"]).order_by("rival_id")
    frame = shop.frame(rows.select("category", "price", sales="monthly_sales"))
    frame[["price", "sales"]] = frame[["price", "sales"]].apply(as_floats)
    return frame[frame["price"] > 0]


def _banded(
    ours: pd.DataFrame, theirs: pd.DataFrame, most: int
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, np.ndarray]]:
    """Draw the bands of each category of ours, and number both sides' listings by them."""
    edges = {}
    for category, own in ours.groupby("category", sort=True):
        prices = np.append(own["price"], theirs.loc[theirs["category"] == category, "price"])
        edges[str(category)] = band_edges(prices, most=most)
    theirs = theirs[theirs["category"].isin(list(edges))]
    sides = []
    for side in (ours, theirs):
        number = np.zeros(len(side), np.int64)
        for category, cuts in edges.items():
            here = (side["category"] == category).to_numpy()
            number[here] = band_of(side["price"].to_numpy()[here], cuts)
        sides.append(side.assign(number=number))
    return sides[0], sides[1], edges


def _grid(edges: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = [
        (category, number, low, high)
        for category, cuts in edges.items()
        for number, (low, high) in enumerate(zip([0.0, *cuts], [*cuts, np.nan], strict=True))
    ]
    return pd.DataFrame(rows, columns=["category", "number", "price_from", "price_to"])


def _people(shop: Tables, ours: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Count the distinct buyers and visitors of each band."""
    columns = {"product_id": "product_id", "category": "category", "number": "band"}
    banded = listed(shop, ours[list(columns)].rename(columns=columns), _LISTED)
    orders = paid_orders(shop)
    orders = orders.filter(inside(orders.day, period.every_day)).select("order_id", "buyer")
    lines = shop["order_lines"].inner_join(orders, "order_id").inner_join(banded, "product_id")
    parts = {"buyers": lines.select("category", "band", person="buyer")}
    if visit_source(shop) == "events":
        events = shop["events"].filter(lambda t: inside(t.occurred_at.date(), period.every_day))
        seen = events.inner_join(banded, "product_id")
        parts["visitors"] = seen.select("category", "band", person="visitor_id")
    counts = []
    for name, rows in parts.items():
        people = rows.distinct().group_by("category", "band").aggregate(n=lambda t: t.count())
        frame = shop.frame(people).rename(columns={"band": "number", "n": name})
        counts.append(frame.set_index(["category", "number"])[name].astype("float64"))
    if "visitors" not in parts:
        counts.append(_visits(shop, ours, period))
    return pd.concat(counts, axis=1)


def _visits(shop: Tables, ours: pd.DataFrame, period: Period) -> pd.Series:
    """Add up the daily exports' visitors of each band's products; null where there are none."""
    seen = count_visits(shop, {"all": period.every_day}, ("product_id",))
    keys = [ours["category"], ours["number"]]
    if seen is None:
        return (
            pd.Series(np.nan, index=ours["product_id"])
            .groupby([k.to_numpy() for k in keys])
            .sum(min_count=1)
            .rename("visitors")
        )
    visitors = as_floats(seen.loc["all", "visitors"]).reindex(ours["product_id"]).fillna(0.0)
    return visitors.groupby([k.to_numpy() for k in keys]).sum().rename("visitors")


def _shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill bands without anything, and give each band's share of its category."""
    counts = ["products", "units", "gmv_paid", "buyers", "rivals"]
    # a log that tells no products apart says nothing of any
    counts += ["visitors"] if frame["visitors"].notna().any() else []
    frame[counts] = frame[counts].astype("float64").fillna(0.0)
    known = frame.groupby("category")["rival_sales"].transform("count") > 0
    frame["rival_sales"] = frame["rival_sales"].fillna(0.0).where(known)
    for name in ("products", "visitors", "buyers", "units"):
        whole = frame.groupby("category")[name].transform("sum")
        frame[f"{name}_share"] = frame[name] / whole.where(whole > 0)
    whole = frame.groupby("category")["rival_sales"].transform("sum")
    return frame.assign(rival_share=frame["rival_sales"] / whole.where(whole > 0))


def _lacks(ours: pd.DataFrame, theirs: pd.DataFrame, edges: dict[str, np.ndarray]) -> pd.DataFrame:
    """Hold both sides' shares against each other, category by category."""
    rows = []
    for category, cuts in edges.items():
        own = ours[ours["category"] == category]
        rival = theirs[(theirs["category"] == category) & theirs["sales"].notna()]
        if not len(cuts) or not own["units"].sum() > 0 or not rival["sales"].sum() > 0:
            continue
        lack, chance = lacking_shares(
            own["number"].to_numpy(),
            own["units"].to_numpy(),
            rival["number"].to_numpy(),
            rival["sales"].to_numpy(),
            bands=len(cuts) + 1,
        )
        rows += [(category, n, *told) for n, told in enumerate(zip(lack, chance, strict=True))]
    frame = pd.DataFrame(rows, columns=["category", "number", "lack", "p_value"])
    frame["number"] = frame["number"].astype("int64")
    return frame.set_index(["category", "number"])


def _named(low: float, high: float, currency: str) -> str:
    first, last = (
        money(v, currency=currency, cents=not float(v).is_integer()) for v in (low, high)
    )
    if np.isnan(high):
        return f"{first} and more" if low > 0 else "all prices"
    return f"{first} to {last}" if low > 0 else f"below {last}"
