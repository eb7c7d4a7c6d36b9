"""How other rules of ordering would have done on the shop's own past."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from shophelm.methods.order_quantity import packed
from shophelm.methods.replay import Policy, replay
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.supply_chain.foresight import campaign_factors, enough_stock
from shophelm.supply_chain.replay_past import DRAWS, Past, by_draw, coming, judged, own, past_of
from shophelm.words import Sentence, money, plural, rate, sentence

OURS, PLAIN, OWN = "these rules", "plain rule", "the shop itself"
COLUMNS = [
    *("policy", "fill_rate", "fill_rate_low", "fill_rate_high", "units_lost", "margin_lost"),
    *(
        "stock_money",
        "stock_units",
        "empty_share",
        "orders_placed",
        "cost_in_all",
        "cost_in_all_low",
        "cost_in_all_high",
    ),
]
_LOW_DAYS, _FULL_DAYS = 14, 30


@carries_missing
@question(
    "Would other rules of ordering have served customers better?",
    "stock",
    "purchase_orders",
    campaigns="peaks that replayed rules of ordering could foresee",
    products="stock and lost sales of replayed rules in money",
)
def replayed(
    shop: Tables,
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
        stock_money (mean, at cost), stock_units (mean), empty_share (of product days),
        orders_placed, cost_in_all (margin lost and holding) with its range. `attrs`: days,
        products, left_out.

    Notes
    -----
    At each review only what was known then is used: sales and shelves up to the eve, lead times as
    known on the eve of the stretch, announced campaigns by last year's. The forecast is a plain
    pace (`foresight.enough_stock`): a full forecast for every review would take too long, and would
    do better if anything. Lead times are drawn from what came about. Products are replayed that
    were on sale throughout and 56 days before, with known stock and cost. What customers would have
    done otherwise with fuller shelves is not replayed.
    """
    past = past_of(shop, days=days)
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
    choice = rng.integers(0, past.leads.shape[1], (DRAWS * len(past.rows), days))
    drawn = np.take_along_axis(np.tile(past.leads, (DRAWS, 1)), choice, axis=1)
    on_way = coming(shop, past)
    rows = []
    for name, policy in ((OURS, ours), (PLAIN, _plain(past, review_days))):
        seen = replay(
            np.tile(past.wanted, (DRAWS, 1)),
            policy,
            lead_days=drawn,
            on_hand=np.tile(past.known.on_hand[past.rows, past.start - 1], DRAWS),
            coming=np.tile(on_way, (DRAWS, 1)),
        )
        rows.append(
            {
                "policy": name,
                **judged(past, by_draw(past, seen), holding_rate=holding_rate_per_year),
            }
        )
    rows.append(
        {"policy": OWN, **judged(past, own(shop, past), holding_rate=holding_rate_per_year)}
    )
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
    better = others[others["cost_in_all"] < ours["cost_in_all_low"]]
    worse = others[others["cost_in_all"] > ours["cost_in_all_high"]]
    values = {"cost": money(ours["cost_in_all"], currency=currency)}
    if len(better):
        best = better["cost_in_all"].idxmin()
        return sentence(
            "Margin lost and stock held together, these rules do not win: they cost {cost}, and "
            "{best} {least}.",
            **values,
            best=best,
            least=money(better["cost_in_all"].min(), currency=currency),
        )
    if len(worse) == len(others):
        return sentence(
            "Margin lost and stock held together, these rules cost least: {cost}, against {own} of "
            "the shop itself and {plain} of the plain rule.",
            **values,
            own=money(by.at[OWN, "cost_in_all"], currency=currency),
            plain=money(by.at[PLAIN, "cost_in_all"], currency=currency),
        )
    return sentence(
        "Margin lost and stock held together, these rules cost {cost}; which policy is cheapest "
        "lies within the luck of lead times.",
        **values,
    )


def _ours(past: Past, factors: np.ndarray, *, level: float, review_days: int) -> Policy:
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


def _plain(past: Past, review_days: int) -> Policy:
    sold = past.known.units[past.rows]

    def enough(day: int) -> tuple[np.ndarray, np.ndarray]:
        pace = sold[:, past.start + day - 28 : past.start + day].mean(axis=1)
        return pace * _LOW_DAYS, pace * _FULL_DAYS

    return _reviewed(past, enough, review_days)


def _reviewed(
    past: Past, enough: Callable[[int], tuple[np.ndarray, np.ndarray]], review_days: int
) -> Policy:
    """Order up to a level below a point, both found anew at each review, in packs."""
    least, pack = (np.tile(past.products[c].to_numpy(), DRAWS) for c in ("moq", "pack_size"))

    def policy(day: int, there: np.ndarray) -> np.ndarray:
        if day % max(review_days, 1):
            return np.zeros(len(there))
        point, top = (np.tile(np.ceil(a), DRAWS) for a in enough(day))
        lacking = np.where(there <= point, np.maximum(top - there, 0), 0.0)
        return packed(lacking, least=least, pack=pack)

    return policy
