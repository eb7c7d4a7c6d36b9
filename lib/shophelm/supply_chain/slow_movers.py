"""What will probably not be sold before it must be written off, and what it ties up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.methods.demand_days import wanted_by
from shophelm.methods.sell_through import left_over
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.product_days import product_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.supply_chain.outlook import Outlook
from shophelm.supply_chain.write_off import WRITE_OFF_DAYS, batches
from shophelm.words import Sentence, count, listing, money, plural, rate, sentence

SLOW_BELOW = 0.5
MONTH = 28
AGES = (30, 90, 180, 365)
COLUMNS = [
    *("product_id", "product", "category", "on_hand", "mean_age_days", "stock_age_days", "known"),
    *("tied_up", "cover_days", "past_units", "past_cost", "write_off_on", "write_off_by"),
    *("days_left", "beyond_days", "sell_through", "left_over", "left_over_cost", "slow"),
]


@question(
    "What will not be sold before it must be written off?",
    "order_lines",
    "stock",
    products="shelf lives, seasons and what the stock has cost",
    purchase_orders="how old the stock is",
)
def slow_movers(
    shop: Tables,
    outlook: Outlook,
    *,
    write_off_days: int = WRITE_OFF_DAYS,
    slow_below: float = SLOW_BELOW,
) -> pd.DataFrame:
    """Give each product in stock its chance to be sold in time, and the money it ties up.

    Parameters
    ----------
    shop
        Needs order_lines and stock.
    outlook
        The demand to come.
    write_off_days
        Age at which goods are written off at the latest; a shelf life or the end of their season
        may come before.
    slow_below
        A product less likely than this to be sold in time is a slow mover.

    Returns
    -------
    DataFrame
        One row per product in stock: product_id, product, category, on_hand, mean_age_days (by
        units) and stock_age_days (of the oldest; both first in first out), known (false where
        some of it is older than the oldest delivery known: it is at least so old), tied_up
        (on_hand at unit cost; null where that is not known), cover_days (days it lasts at the
        forecast's mean), past_units and past_cost (past their day already), write_off_on,
        write_off_by and days_left (of the first batch still in time; of the last one where none
        is), beyond_days (days to the last write-off that lie beyond the forecast), and of what is
        still in time sell_through (probability that all of it is sold in time), left_over and
        left_over_cost (expected to be written off), slow. What costs most to write off first;
        null where nothing is in time, or the outlook does not know the product.

        attrs: sold_share (of the products in stock, those sold in the last 28 days; 动销率 counts
        the listed ones), slow_below.

    Notes
    -----
    Beyond the days that were forecast the pace of the forecast's last weeks is carried on: a
    season still to come is not seen.
    """
    rows = batches(shop, write_off_days=write_off_days)
    frame = _stock(rows)
    frame = frame.join(_chance(rows[rows["days_left"] > 0], outlook, frame.index))
    cost = _costs(shop).reindex(frame.index)
    frame["tied_up"] = frame["on_hand"] * cost
    frame["past_cost"] = frame["past_units"] * cost
    frame["left_over_cost"] = frame["left_over"] * cost
    frame["beyond_days"] = (frame["last_days"] - outlook.horizon).clip(lower=0)
    frame["slow"] = (frame["sell_through"] < slow_below).fillna(False)
    names = products_of(shop).reindex(frame.index)
    frame["product"] = names["title"].fillna(pd.Series(frame.index, index=frame.index))
    frame["category"] = names["category"]
    shown = frame.rename_axis("product_id").reset_index()[COLUMNS]
    keys = ["left_over_cost", "left_over", "product_id"]
    shown = shown.sort_values(keys, ascending=[False, False, True], ignore_index=True)
    shown.attrs["sold_share"] = _sold_share(shop, shown["product_id"])
    shown.attrs["slow_below"] = slow_below
    return shown


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay out, for people, the slow movers."""
    columns = ["product", "on_hand", "mean_age_days", "tied_up", "cover_days", "write_off_on"]
    columns += ["write_off_by", "sell_through", "left_over", "left_over_cost"]
    return frame.loc[frame["slow"].astype(bool), columns].reset_index(drop=True)


@carries_missing
def find_slow_movers(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say what the stock ties up, how much of it moves too slowly, and what is written off."""
    if frame.empty:
        return [sentence("Nothing is in stock: there is nothing to clear.")]
    slow, past = frame[frame["slow"]], frame[frame["past_units"] > 0]
    said = [_tied(frame, slow, currency)]
    if len(slow):
        which = [_named(r, currency) for r in slow.itertuples()]
        said.append(sentence("Worst: {which}.", which=listing(which, most=3)))
    return said + ([_past(past, currency)] if len(past) else [])


@carries_missing
def tied_up_by_age(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum the money tied up by the mean age of the stock, slow movers apart.

    Returns
    -------
    DataFrame
        Bands in order: age (text), tied_up, slow_tied_up, products.
    """
    band = np.searchsorted(AGES, frame["mean_age_days"], side="left")
    starts = [0, *(a + 1 for a in AGES)]
    names = [f"{a} to {b} days" for a, b in zip(starts, AGES, strict=False)]
    names.append(f"over {AGES[-1]} days")
    rows = []
    for i, name in enumerate(names):
        here = frame[band == i]
        slow = here.loc[here["slow"], "tied_up"].sum()
        rows.append((name, here["tied_up"].sum(), slow, len(here)))
    return pd.DataFrame(rows, columns=["age", "tied_up", "slow_tied_up", "products"])


def _tied(frame: pd.DataFrame, slow: pd.DataFrame, currency: str) -> Sentence:
    tied = frame["tied_up"].sum(min_count=1)
    return sentence(
        "{n} in stock tie up {tied}; {sold} of them sold in the last 28 days. {slow} a chance "
        "below {below} to be sold before it must be written off: {share} of the money, of which "
        "{cost} is expected to be lost.",
        n=plural(len(frame), "product"),
        tied=money(tied, currency=currency),
        sold=rate(frame.attrs["sold_share"], digits=0),
        slow=plural(len(slow), "has", "have"),
        below=rate(frame.attrs["slow_below"], digits=0),
        share=rate(slow["tied_up"].sum() / tied if tied else None, digits=0),
        cost=money(slow["left_over_cost"].sum(min_count=1), currency=currency),
    )


def _past(past: pd.DataFrame, currency: str) -> Sentence:
    return sentence(
        "{n} of {k} ({cost} at cost) are past their day by the stock list and the deliveries: "
        "{which}. Count them: either they must go, or the list is wrong.",
        n=plural(int(past["past_units"].sum()), "unit"),
        k=plural(len(past), "product"),
        cost=money(past["past_cost"].sum(min_count=1), currency=currency),
        which=listing([f"{r.product} ({count(r.past_units)})" for r in past.itertuples()], most=3),
    )


def _named(row: tuple, currency: str) -> str:
    lost = money(row.left_over_cost, currency=currency)
    return (
        f"{row.product} ({count(row.on_hand)} units, {rate(row.sell_through, digits=0)} likely to "
        f"be sold in time, {lost} expected to be lost)"
    )


def _stock(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum the batches by product."""
    rows = rows.assign(weighted=rows["units"] * rows["age_days"])
    rows["past_units"] = rows["units"].where(rows["days_left"] <= 0, 0)
    by = rows.groupby("product_id", sort=True)
    frame = by.agg(
        on_hand=("units", "sum"),
        weighted=("weighted", "sum"),
        stock_age_days=("age_days", "max"),
        known=("known", "all"),
        past_units=("past_units", "sum"),
        last_days=("days_left", "max"),
    )
    frame["mean_age_days"] = frame.pop("weighted") / frame["on_hand"]
    # the first batch still in time, and where none is, the one that was last
    first = rows.assign(over=rows["days_left"] <= 0, age=rows["days_left"].abs())
    first = first.sort_values(["product_id", "over", "age"]).drop_duplicates("product_id")
    first = first.set_index("product_id")[["write_off_on", "write_off_by", "days_left"]]
    return frame.join(first)


def _chance(rows: pd.DataFrame, outlook: Outlook, products: pd.Index) -> pd.DataFrame:
    """Give by product: sell_through, left_over and cover_days; null for the unknown."""
    at = outlook.products.get_indexer(rows["product_id"])
    rows, at = rows[at >= 0], at[at >= 0]
    wanted = wanted_by(outlook.spread, at, rows["days_left"].to_numpy())
    known = pd.Index(rows["product_id"].unique(), dtype="str")
    owner = known.get_indexer(rows["product_id"])
    lost = left_over(wanted, rows["units"].to_numpy(), owner, len(known))
    pace = outlook.expected(outlook.horizon)[outlook.products.get_indexer(known)] / outlook.horizon
    held = rows.groupby("product_id")["units"].sum().reindex(known)
    frame = pd.DataFrame(
        {
            "sell_through": (lost <= 1e-9).mean(axis=1),
            "left_over": lost.mean(axis=1),
            "cover_days": held.to_numpy() / np.where(pace > 0, pace, np.nan),
        },
        index=known,
    )
    return frame.reindex(products)


def _costs(shop: Tables) -> pd.Series:
    if not shop.has("products"):
        return pd.Series(dtype="float64")
    costs = shop.frame(shop["products"].select("product_id", "unit_cost"))
    return as_floats(costs.set_index("product_id")["unit_cost"])


def _sold_share(shop: Tables, products: pd.Series) -> float:
    days = product_days(shop)
    rows = days.products.get_indexer(products)
    return float((days.units[rows, -MONTH:].sum(axis=1) > 0).mean()) if len(rows) else np.nan
