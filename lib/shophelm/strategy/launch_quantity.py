"""How many of a new product to buy for a season: as earlier newcomers sold."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.methods.inventory import newsvendor_grid
from shophelm.methods.year_shape import RECENT
from shophelm.shop.calendar import Period
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.strategy.daily_facts import daily_facts
from shophelm.strategy.expected_shape import expected_shape
from shophelm.strategy.launch_plan import LaunchPlan
from shophelm.strategy.standing import outlook
from shophelm.words import Sentence, count, listing, money, sentence

TITLE = "How many of a new product should the season begin with?"
SEASON = 91
"""Days that what is bought must last."""
SEEN = 28
"""Days on sale below which a newcomer tells nothing."""
FEWEST = 3
"""Newcomers of all categories below which nothing is told."""
PRIOR = 2.0
"""Newcomers of all categories together count as so many of each."""
GRID = 200
MIDDLE = (0.05, 0.95)
COLUMNS = [
    *("category", "analogues", "demand", "demand_low", "demand_high", "list_price", "unit_cost"),
    *("quantity", "left_over", "missed", "profit"),
]


@question(TITLE, "launches", "order_lines", "products.launched_on", "products.unit_cost")
def launch_quantity(
    shop: Tables, plan: LaunchPlan | Missing, *, salvage: float = 0.5, country: str = "CN"
) -> pd.DataFrame | Missing:
    """Say how many units of one new product of each category to buy.

    Parameters
    ----------
    shop
        The shop.
    plan
        The launch, as `launch_plan` gives it.
    salvage
        What a unit that is left over brings, as a share of its cost.
    country
        Whose long public holidays count.

    Returns
    -------
    DataFrame
        One row per category with a newcomer, most profit first: category, analogues (newcomers seen
        in it), demand (units of one product in 91 days from the opening, median) with _low and
        _high (80 %), list_price and unit_cost (median of its newcomers), quantity (newsvendor),
        left_over and missed (units) and profit (money), all expected, of demand no further out than
        one in twenty.

    Notes
    -----
    A newcomer's share of the shop's units, on days when it could be bought in its first 91, is held
    to be lognormal about its category's, which is drawn to that of all newcomers; with Student's t,
    as they are few. The shop's units of the coming season are its units of the last 91 days times
    what its money is to do (`standing.outlook`). It misleads for a product unlike what came before,
    and where newcomers take from each other.
    """
    if isinstance(plan, Missing):
        return plan
    days = product_days(shop)
    listed = shop.frame(
        shop["products"].select("product_id", "category", "launched_on", "list_price", "unit_cost")
    )
    seen = _newcomers(days, listed.set_index("product_id").reindex(days.products))
    if len(seen) < FEWEST:
        return Missing(TITLE, "products", "Fewer than three newcomers are known from their launch.")
    units, deviation = _units_ahead(shop, days, plan, country)
    rows = []
    for category, mean, sd, degrees in _by_category(seen):
        mine = seen[seen["category"] == category]
        price, cost = float(mine["list_price"].median()), float(mine["unit_cost"].median())
        spread = np.hypot(sd, deviation)
        at = stats.t.ppf((np.arange(GRID) + 0.5) / GRID, degrees)
        demand = units * np.exp(mean + spread * at)
        over, under = (1 - salvage) * cost, price - cost
        if not (over > 0 and under > 0):
            continue
        quantity = np.round(newsvendor_grid(demand[None, :], over=over, under=under)[0][0])
        # the ends of a distribution learnt from so few have no mean
        usual = np.clip(demand, *np.quantile(demand, MIDDLE))
        left, missed = (np.maximum(d, 0).mean() for d in (quantity - usual, usual - quantity))
        profit = under * np.minimum(usual, quantity).mean() - over * left
        low, middle, high = np.quantile(demand, (0.1, 0.5, 0.9))
        rows.append(
            (category, len(mine), middle, low, high, price, cost, quantity, left, missed, profit)
        )
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values("profit", ascending=False, kind="stable", ignore_index=True)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the quantities out."""
    names = {
        "demand": "season_units", "demand_low": "season_units_low",
        "demand_high": "season_units_high", "list_price": "price_of_one", "quantity": "buy_units",
        "left_over": "too_many", "missed": "too_few", "profit": "expected_profit",
    }  # fmt: skip
    return frame.rename(columns=names)


@carries_missing
def find_launch_quantity(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say how many to buy, and how far that can be known."""
    if frame.empty:
        return [sentence("No category's newcomers would pay by their prices and costs.")]
    each = [
        f"{r.category} {count(r.quantity)} ({count(round(r.demand_low))} to "
        f"{count(round(r.demand_high))} may be wanted)"
        for r in frame.itertuples()
    ]
    return [
        sentence(
            "Of one new product, for its first 13 weeks: {each}. So bought, one in each category "
            "is expected to leave {profit} before media and fees.",
            each=listing(each, most=9),
            profit=money(frame["profit"].sum(), currency=currency),
        )
    ]


def _newcomers(days: ProductDays, listed: pd.DataFrame) -> pd.DataFrame:
    """Give each product launched while the shop was seen: category, price, cost, log share."""
    first = days.period.first
    shop_units = days.units.sum(axis=0)
    rows = []
    for at, row in enumerate(listed.itertuples()):
        if pd.isna(row.launched_on) or row.launched_on <= first:
            continue
        begin = (row.launched_on - first).days
        window = slice(begin, begin + SEASON)
        there = days.can_be_bought[at, window]
        if there.sum() < SEEN:
            continue
        # half a unit, so that one that sold nothing tells something, too
        share = (days.units[at, window][there].sum() + 0.5) / shop_units[window][there].sum()
        rows.append((row.category, row.list_price, row.unit_cost, np.log(share)))
    frame = pd.DataFrame(rows, columns=["category", "list_price", "unit_cost", "log_share"])
    for name in ("list_price", "unit_cost"):
        frame[name] = as_floats(frame[name])
    return frame.dropna().reset_index(drop=True)


def _by_category(seen: pd.DataFrame) -> list[tuple[str, float, float, float]]:
    """Give each category's mean log share, the deviation of the next one's, and its degrees."""
    groups = seen.groupby("category")["log_share"]
    whole = float(seen["log_share"].mean())
    within = float(((seen["log_share"] - groups.transform("mean")) ** 2).sum())
    degrees = max(len(seen) - groups.ngroups, 1)
    sd = np.sqrt(within / degrees) if within > 0 else float(seen["log_share"].std(ddof=1))
    found = []
    for category, values in groups:
        n = len(values)
        mean = (values.sum() + PRIOR * whole) / (n + PRIOR)
        found.append((category, float(mean), sd * np.sqrt(1 + 1 / (n + PRIOR)), float(degrees)))
    return found


def _units_ahead(
    shop: Tables, days: ProductDays, plan: LaunchPlan, country: str
) -> tuple[float, float]:
    """Give the shop's units in the season after the opening, and the deviation of their log."""
    facts = daily_facts(shop)
    coming = Period(plan.opens_on, plan.opens_on + timedelta(days=SEASON - 1))
    shape = expected_shape(shop, facts, coming.last, country=country)
    found = outlook(facts, shape, coming)
    recent = facts.gmv.sum(axis=1).to_numpy()[-RECENT:].sum()
    units = days.units[:, -RECENT:].sum()
    if not np.isfinite(found.to_come):
        return units * SEASON / min(RECENT, facts.period.days), 0.0
    return units * (found.so_far + found.to_come) / recent, found.deviation
