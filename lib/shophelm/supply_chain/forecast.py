"""What will sell: units of each product on each of the days to come, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from shophelm.methods.bulk import tame_bulk
from shophelm.methods.conformal import LEVELS, spread, unit_size
from shophelm.methods.demand_classes import demand_classes
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.shop.titles import titled
from shophelm.supply_chain.demand_history import MOST_AHEAD, History, history
from shophelm.supply_chain.forecasters import BOOSTED, boosted_at, forecast_from
from shophelm.supply_chain.outlook import Outlook
from shophelm.supply_chain.spreads import product_calibration
from shophelm.supply_chain.tried import REACH, Choice, Tried, choose, pick, tried
from shophelm.words import Sentence, count, listing, rate, sentence

OFF_SALE = "not on sale"
REVIEW = 7
LONG = 119
"""Days ahead where products are few enough to keep so many."""
_SHORTEST, _CELLS = 28, 20_000_000


@dataclass(frozen=True, slots=True)
class Expected:
    """Products × 182 days: units expected, by the method chosen for each product's class."""

    past: History
    choice: Choice
    classes: np.ndarray
    mean: np.ndarray


@question(
    "What will sell?",
    "order_lines",
    campaigns="promotions ahead in the forecast",
    prices="prices in the forecast",
    rivals="rivals' sales in the forecast",
    stock="what empty shelves hid put back into the forecast",
)
def forecast(shop: Tables, *, horizon: int | None = None) -> Outlook:
    """Forecast every product's demand, by what did best for its class in trials.

    Parameters
    ----------
    shop
        Needs orders and order_lines.
    horizon
        Days ahead, up to 182. By default 119; where the products are too many for that, 28 days,
        the longest lead time promised and a week of review, at least 56.

    Returns
    -------
    Outlook
        Products that are not on sale are expected to sell nothing. Beyond 56 days errors are no
        longer measured: their share of the forecast is taken to stay what it was, so read a far
        total as what would sell if things went on as they are.

    Notes
    -----
    Totals of categories and of the shop are sums of their products, so that all levels agree.
    Promotions ahead count where the campaigns table announces them and a like one has been seen.
    """
    made = expected_ahead(shop)
    days = horizon if horizon is not None else _default(shop, len(made.past.products))
    if not 1 <= days <= MOST_AHEAD:
        raise ValueError(f"horizon is {days}; it must lie between 1 and {MOST_AHEAD} days")
    ways = {name: " + ".join(methods) for name, methods in made.choice.items()}
    return Outlook(
        products=made.past.products,
        first=shop.as_of + timedelta(days=1),
        mean=made.mean[:, :days],
        levels=LEVELS,
        spread=_levels(tried(shop), made, days),
        demand_class=made.classes,
        method=np.where(made.past.on_sale, [ways[c] for c in made.classes], OFF_SALE),
    )


@carries_missing
def find_forecast(shop: Tables, ahead: Outlook, *, days: int = 28) -> Sentence:
    """Say how much will sell over the next days, and what makes up most of it."""
    units = ahead.expected(days)
    order = np.argsort(-units, kind="stable")
    top = order[: max(1, len(order) // 10)]
    named = titled(shop, [ahead.products[i] for i in top[:3]])
    share = units[top].sum() / units.sum() if units.sum() > 0 else 0.0
    return sentence(
        "Over the next {days} days {units} units are expected to be wanted of {n} products on "
        "sale; {top} alone make up {share} of it, first {named}.",
        days=count(days),
        units=count(units.sum()),
        n=count(int((ahead.method != OFF_SALE).sum())),
        top=count(len(top)),
        share=rate(share, digits=0),
        named=listing(named),
    )


@once_per_shop
def expected_ahead(shop: Tables) -> Expected:
    """Choose by all origins, and forecast from the last day; once per shop."""
    seen = tried(shop)
    past, choice = history(shop), choose(seen, range(len(seen.cuts)))
    classes, today = demand_classes(past.demand), past.period.days
    methods = {m for ways in choice.values() for m in ways}
    now = replace(past, demand=past.wanted)
    model = boosted_at(now, today, horizon=REACH) if BOOSTED in methods else None
    ahead = forecast_from(now, today, horizon=MOST_AHEAD, methods=methods, model=model)
    mean = pick(ahead, choice, classes)
    return Expected(past, choice, classes, np.where(past.on_sale[:, None], mean, 0.0))


def _levels(seen: Tried, made: Expected, days: int) -> np.ndarray:
    every = range(len(seen.cuts))
    calibration = product_calibration(seen, made.choice, every, by=made.past.period.days)
    totals = np.cumsum(made.mean[:, :days], axis=1)
    size = unit_size(tame_bulk(made.past.demand))
    levels = np.zeros((*totals.shape, len(LEVELS)), dtype=np.float32)
    here = made.past.on_sale
    levels[here] = spread(calibration, totals[here], size[here], made.classes[here])
    # a total never falls as days are added, whatever its errors did
    return np.maximum.accumulate(levels, axis=1)


def _default(shop: Tables, products: int) -> int:
    if products * LONG * len(LEVELS) <= _CELLS:
        return LONG
    promised = 0.0
    if shop.has("suppliers.lead_time_days"):
        longest = shop["suppliers"].lead_time_days.max().to_pyarrow().as_py()
        promised = float(longest or 0)
    return min(max(REACH, _SHORTEST + int(np.ceil(promised)) + REVIEW), MOST_AHEAD)
