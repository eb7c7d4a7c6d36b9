"""How other rules of ordering would have done on the shop's own past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.methods.order_quantity import packed
from shophelm.methods.replay import Policy, Replayed, replay
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.supply_chain.foresight import PACE_DAYS, campaign_factors, enough_stock, unhidden
from shophelm.supply_chain.lead_times import lead_grid, lead_times
from shophelm.supply_chain.position import position
from shophelm.words import Sentence, money, plural, rate, sentence

OURS, PLAIN, OWN = "these rules", "plain rule", "the shop itself"
COLUMNS = [
    *("policy", "fill_rate", "fill_rate_low", "fill_rate_high", "units_lost", "margin_lost"),
    *("stock_money", "stock_units", "empty_share", "orders", "cost", "cost_low", "cost_high"),
]
_DRAWS, _YEAR = 20, 364
_LOW_DAYS, _FULL_DAYS = 14, 30


@dataclass(frozen=True, slots=True)
class _Past:
    """The products replayed, and what is known of them."""

    products: pd.DataFrame
    known: ProductDays
    rows: np.ndarray
    start: int
    wanted: np.ndarray
    history: np.ndarray
    leads_then: np.ndarray
    leads: np.ndarray


@question(
    "Would other rules of ordering have served customers better?",
    "stock",
    "purchase_orders",
    campaigns="what peaks were announced",
    products="what stock costs",
)
def replayed(
    shop: Tables,
    wanted: np.ndarray | None = None,
    *,
    days: int = 182,
    level: float = 0.95,
    review_days: int = 7,
    holding_rate_per_year: float = 0.2,
    seed: int = 0,
) -> pd.DataFrame | Missing:
    """Replay the last days with the rules of the order proposal, and with a plain one.

    Parameters
    ----------
    shop
        Needs stock and purchase orders.
    wanted
        Products × days, as `product_days` lays them out: what customers wanted, hidden demand
        included; without it `foresight.unhidden`.
    days
        The last so many days are replayed.
    level, review_days
        Of the rules: the probability not to run out before the next order's arrival, and how often
        orders are placed.
    holding_rate_per_year
        Cost of holding stock, as a share of its cost.
    seed
        Of the lead times drawn.

    Returns
    -------
    DataFrame
        One row per policy ("these rules", "plain rule": when stock and orders last for less than 14
        days at the pace of the last 28, order for 30; "the shop itself"): fill_rate with the 80 %
        range over draws of lead times (null for the shop itself), units_lost, margin_lost,
        stock_money (mean, at cost), stock_units (mean), empty_share (of product days), orders,
        cost (margin lost and holding) with its range. `attrs`: days, products, left_out.

    Notes
    -----
    At each review only what was known then is used: sales and shelves up to the eve, lead times as
    known on the eve of the stretch, announced campaigns by last year's. The forecast is a plain
    pace (`foresight.enough_stock`): a full forecast for every review would take too long, and would
    do better if anything. Lead times are drawn from what came about. Products are replayed that
    were on sale throughout and 56 days before, with known stock and cost. What customers would have
    done otherwise with fuller shelves is not replayed.
    """
    past = _past(shop, wanted, days)
    if isinstance(past, Missing):
        return past
    about = {
        "days": days,
        "products": len(past.rows),
        "left_out": int(past.known.on_sale[:, -days:].any(axis=1).sum()) - len(past.rows),
    }
    if not len(past.rows):
        nothing = pd.DataFrame(columns=COLUMNS)
        nothing.attrs = about
        return nothing
    factors = campaign_factors(shop, past.known)
    ours = _ours(past, factors, level=level, review_days=review_days)
    rng = np.random.default_rng(seed)
    choice = rng.integers(0, past.leads.shape[1], (_DRAWS * len(past.rows), days))
    drawn = np.take_along_axis(np.tile(past.leads, (_DRAWS, 1)), choice, axis=1)
    coming = _coming(shop, past)
    rows = []
    for name, policy in ((OURS, ours), (PLAIN, _plain(past, review_days))):
        seen = replay(
            np.tile(past.wanted, (_DRAWS, 1)),
            policy,
            lead_days=drawn,
            on_hand=np.tile(past.known.on_hand[past.rows, past.start - 1], _DRAWS),
            coming=np.tile(coming, (_DRAWS, 1)),
        )
        rows.append({"policy": name, **_judged(past, _by_draw(past, seen), holding_rate_per_year)})
    rows.append({"policy": OWN, **_judged(past, _own(shop, past), holding_rate_per_year)})
    frame = pd.DataFrame(rows)
    frame.attrs = about
    return frame[COLUMNS]


@carries_missing
def find_replayed(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say what each policy served, held and cost, and whether these rules did best."""
    if not frame.attrs["products"]:
        return [sentence("No product was on sale for long enough to replay its past.")]
    by = frame.set_index("policy")
    told = [
        sentence(
            "In the last {days} the shop served {own} of what was wanted of {products}, with stock "
            "worth {own_stock} on the mean; these rules would have served {ours} (80 % range "
            "{low} to {high}) with {our_stock}, the plain rule {plain} with {plain_stock}.",
            days=plural(frame.attrs["days"], "day"),
            products=plural(frame.attrs["products"], "product"),
            own=rate(by.at[OWN, "fill_rate"], digits=1),
            own_stock=money(by.at[OWN, "stock_money"], currency=currency),
            ours=rate(by.at[OURS, "fill_rate"], digits=1),
            low=rate(by.at[OURS, "fill_rate_low"], digits=1),
            high=rate(by.at[OURS, "fill_rate_high"], digits=1),
            our_stock=money(by.at[OURS, "stock_money"], currency=currency),
            plain=rate(by.at[PLAIN, "fill_rate"], digits=1),
            plain_stock=money(by.at[PLAIN, "stock_money"], currency=currency),
        )
    ]
    return [*told, _verdict(by, currency)]


def _verdict(by: pd.DataFrame, currency: str) -> Sentence:
    ours = by.loc[OURS]
    others = by.drop(OURS)
    # a policy that costs less than the range of these rules beats them
    better = others[others["cost"] < ours["cost_low"]]
    worse = others[others["cost"] > ours["cost_high"]]
    values = {"cost": money(ours["cost"], currency=currency)}
    if len(better):
        best = better["cost"].idxmin()
        return sentence(
            "Margin lost and stock held together, these rules do not win: they cost {cost}, and "
            "{best} {least}.",
            **values,
            best=best,
            least=money(better["cost"].min(), currency=currency),
        )
    if len(worse) == len(others):
        return sentence(
            "Margin lost and stock held together, these rules cost least: {cost}, against {own} of "
            "the shop itself and {plain} of the plain rule.",
            **values,
            own=money(by.at[OWN, "cost"], currency=currency),
            plain=money(by.at[PLAIN, "cost"], currency=currency),
        )
    return sentence(
        "Margin lost and stock held together, these rules cost {cost}; which policy is cheapest "
        "lies within the luck of lead times.",
        **values,
    )


def _past(shop: Tables, wanted: np.ndarray | None, days: int) -> _Past | Missing:
    known, leads = product_days(shop), lead_times(shop)
    start = known.period.days - days
    if isinstance(leads, Missing):
        return leads
    products = position(shop, leads, horizon=1).products
    whole = known.on_sale[:, max(start - PACE_DAYS, 0) :].all(axis=1) & (start >= PACE_DAYS)
    rows = np.flatnonzero(
        whole & ~np.isnan(known.on_hand[:, start - 1 :]).any(axis=1) & products["unit_cost"].notna()
    )
    then = lead_times(shop.at(known.days[start - 1])) if len(rows) else leads
    seen = unhidden(known)
    asked = seen if wanted is None else np.fmax(np.nan_to_num(wanted), known.units)
    of = products["supplier_id"].iloc[rows]
    return _Past(
        products=products.iloc[rows],
        known=known,
        rows=rows,
        start=start,
        wanted=asked[rows, start:],
        history=seen[rows],
        leads_then=lead_grid(leads if isinstance(then, Missing) else then, of),
        leads=lead_grid(leads, of),
    )


def _ours(past: _Past, factors: np.ndarray, *, level: float, review_days: int) -> Policy:
    def enough(day: int) -> tuple[np.ndarray, np.ndarray]:
        stock = enough_stock(
            past.history[:, : past.start + day],
            factors,
            lead_days=past.leads_then,
            review_days=review_days,
            level=level,
        )
        return stock, stock

    return _reviewed(past, enough, review_days)


def _plain(past: _Past, review_days: int) -> Policy:
    sold = past.known.units[past.rows]

    def enough(day: int) -> tuple[np.ndarray, np.ndarray]:
        pace = sold[:, past.start + day - 28 : past.start + day].mean(axis=1)
        return pace * _LOW_DAYS, pace * _FULL_DAYS

    return _reviewed(past, enough, review_days)


def _reviewed(
    past: _Past, enough: Callable[[int], tuple[np.ndarray, np.ndarray]], review_days: int
) -> Policy:
    """Order up to a level below a point, both found anew at each review, in packs."""
    least, pack = (np.tile(past.products[c].to_numpy(), _DRAWS) for c in ("moq", "pack_size"))

    def policy(day: int, there: np.ndarray) -> np.ndarray:
        if day % review_days:
            return np.zeros(len(there))
        point, top = (np.tile(np.ceil(a), _DRAWS) for a in enough(day))
        lacking = np.where(there <= point, np.maximum(top - there, 0), 0.0)
        return packed(lacking, least=least, pack=pack)

    return policy


def _coming(shop: Tables, past: _Past) -> np.ndarray:
    """Lay out the units ordered before the stretch by the day they arrived; the last is later."""
    first = past.known.days[past.start]
    lines = shop["purchase_orders"]
    lines = lines.filter(lines.ordered_on < first)
    lines = lines.filter(lines.received_on.isnull() | (lines.received_on >= first))
    frame = shop.frame(lines.select("product_id", "received_on", "received_quantity", "quantity"))
    days = past.wanted.shape[1]
    units = as_floats(frame["received_quantity"]).fillna(as_floats(frame["quantity"]))
    at = np.array([days if pd.isna(d) else (d - first).days for d in frame["received_on"]], int)
    row = past.products.index.get_indexer(frame["product_id"])
    coming = np.zeros((len(past.rows), days + 1))
    np.add.at(coming, (row[row >= 0], at[row >= 0]), units[row >= 0])
    return coming


def _by_draw(past: _Past, seen: Replayed) -> dict[str, np.ndarray]:
    """Give draws × products: sold, lost, stock (mean), empty (days), orders."""
    shape = (_DRAWS, len(past.rows))
    return {
        "lost": seen.lost.sum(axis=1).reshape(shape),
        "stock": seen.closing.mean(axis=1).reshape(shape),
        "empty": seen.empty_days.reshape(shape),
        "orders": (seen.ordered > 0).sum(axis=1).reshape(shape),
    }


def _own(shop: Tables, past: _Past) -> dict[str, np.ndarray]:
    shelf = past.known.on_hand[past.rows, past.start :]
    sold = past.known.units[past.rows, past.start :]
    lines = shop["purchase_orders"]
    lines = lines.filter(lines.ordered_on >= _day(past, past.start))
    counts = shop.frame(lines.group_by("product_id").aggregate(n=lines.count()))
    orders = counts.set_index("product_id")["n"].reindex(past.products.index).fillna(0)
    return {
        "lost": (past.wanted - sold).sum(axis=1)[None, :],
        "stock": shelf.mean(axis=1)[None, :],
        "empty": (shelf <= 0).sum(axis=1)[None, :],
        "orders": orders.to_numpy()[None, :],
    }


def _day(past: _Past, at: int) -> date:
    return past.known.period.first + timedelta(days=at)


def _judged(past: _Past, seen: dict[str, np.ndarray], holding_rate: float) -> dict[str, float]:
    asked, days = past.wanted.sum(), past.wanted.shape[1]
    cost, margin = (past.products[c].to_numpy() for c in ("unit_cost", "unit_margin"))
    lost, fill = seen["lost"].sum(axis=1), 1 - seen["lost"].sum(axis=1) / asked
    margin_lost = seen["lost"] @ np.maximum(np.nan_to_num(margin), 0)
    stock = seen["stock"] @ cost
    whole = margin_lost + stock * holding_rate * days / _YEAR
    many = len(fill) > 1
    (fill_low, fill_high), (cost_low, cost_high) = (
        np.quantile(a, [0.1, 0.9]) if many else (np.nan, np.nan) for a in (fill, whole)
    )
    return {
        "fill_rate": fill.mean(),
        "fill_rate_low": fill_low,
        "fill_rate_high": fill_high,
        "units_lost": lost.mean(),
        "margin_lost": margin_lost.mean(),
        "stock_money": stock.mean(),
        "stock_units": seen["stock"].sum(axis=1).mean(),
        "empty_share": seen["empty"].sum(axis=1).mean() / (len(past.rows) * days),
        "orders": seen["orders"].sum(axis=1).mean(),
        "cost": whole.mean(),
        "cost_low": cost_low,
        "cost_high": cost_high,
    }
