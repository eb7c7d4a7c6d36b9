"""What empty shelves hid: demand, where sales only show what was there to be sold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.errors import ParameterError
from shophelm.methods.censored_counts import interval_of
from shophelm.methods.censored_demand import Repaired, repair
from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.product_days import product_days
from shophelm.shop.promotion_days import promotion_days
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.shop.titles import products_of, titled
from shophelm.words import Sentence, count, rate, sentence

INTERVAL = 0.8


@dataclass(frozen=True, slots=True)
class Demand:
    """Products × days: what was wanted.

    Attributes
    ----------
    products, period
        As in `ProductDays`.
    demand
        Units wanted: those sold, and on hidden days those expected; NaN where not on sale.
    sold
        Units sold.
    hidden
        True where the shelf was empty at the end of the day, so that more may have been wanted.
    repaired
        What the expectation rests on; None where no day is hidden.
    """

    products: pd.Index
    period: Period
    demand: np.ndarray
    sold: np.ndarray
    hidden: np.ndarray
    repaired: Repaired | None

    def lost(self, *, days: int | None = None) -> pd.DataFrame:
        """Add up the units not sold over the last days, or over the whole period.

        Returns
        -------
        DataFrame
            By product_id: lost, lost_low, lost_high (80 %), lost_variance, empty_days.
        """
        last = slice(None if days is None else -days, None)
        gap = np.where(self.hidden, self.demand - self.sold, 0.0)[:, last].sum(axis=1)
        variance = np.zeros(len(gap)) if self.repaired is None else self.repaired.variance(last)
        low, high = interval_of(gap, variance, INTERVAL)
        return pd.DataFrame(
            {
                "lost": gap,
                "lost_low": low,
                "lost_high": high,
                "lost_variance": variance,
                "empty_days": self.hidden[:, last].sum(axis=1),
            },
            index=self.products,
        )


@once_per_shop
def demanded(shop: Tables) -> Demand:
    """Give what was wanted of each product on each day; what was sold, where stock is not known.

    Parameters
    ----------
    shop
        Needs orders and order_lines. Without stock no day is known to have hidden anything.

    Notes
    -----
    See `methods.censored_demand`. A day that sold more than it opened with did not depend on the
    shelf (goods made or sent to order) and hides nothing.
    """
    days = product_days(shop)
    empty = days.empty & ~(days.units > days.opening)
    sold = np.where(days.on_sale, days.units, np.nan)
    if not empty.any():
        return Demand(days.products, days.period, sold, days.units, empty, None)
    repaired = repair(
        days.units,
        on_sale=days.on_sale,
        hidden=empty,
        blank=empty & (days.opening <= 0),
        group=_likes(shop, days.products),
        kind_of_day=_kinds(shop, days.period),
        visitors=None if np.isnan(days.visitors).all() else days.visitors,
    )
    return Demand(days.products, days.period, repaired.demand, days.units, empty, repaired)


@question("What did empty shelves hide?", "stock", "order_lines", events="visitors of those days")
def hidden_demand(shop: Tables, *, product_id: str = "") -> pd.DataFrame:
    """Lay one product's days out: sold, and wanted.

    Parameters
    ----------
    shop
        Needs stock and order_lines.
    product_id
        The product; empty for the one whose empty shelf hid the most units.

    Returns
    -------
    DataFrame
        One row per day on sale: product_id, day, sold, demand (units; repaired), usual (units to
        be expected before anything is known of the day), hidden. No rows where no day is hidden.
    """
    wanted = demanded(shop)
    if wanted.repaired is None or len(wanted.products) == 0:
        return pd.DataFrame(columns=["product_id", "day", "sold", "demand", "usual", "hidden"])
    k = (
        wanted.products.get_indexer([product_id])[0]
        if product_id
        else int(wanted.lost()["lost"].to_numpy().argmax())
    )
    if k < 0:
        raise ParameterError(f"product_id is {product_id!r}, which is no product of this shop.")
    frame = pd.DataFrame(
        {
            "product_id": wanted.products[k],
            "day": wanted.period.every_day,
            "sold": wanted.sold[k],
            "demand": wanted.demand[k],
            "usual": wanted.repaired.rate[k],
            "hidden": wanted.hidden[k],
        }
    )
    return frame[frame["demand"].notna()].reset_index(drop=True)


@carries_missing
def find_hidden_demand(shop: Tables, frame: pd.DataFrame) -> Sentence:
    """Say how much more of the product shown was wanted than sold."""
    if not frame["hidden"].any():
        return sentence("No shelf was empty at the end of a day: nothing is known to be hidden.")
    wanted = demanded(shop)
    lost = wanted.lost().loc[frame["product_id"].iloc[0]]
    return sentence(
        "{product} sold {sold} units and {lost} more were wanted (80% interval {low} to {high}): "
        "its shelf was empty on {empty} of {days} days, {share} of them.",
        product=titled(shop, [frame["product_id"].iloc[0]])[0],
        sold=count(frame["sold"].sum()),
        lost=count(lost["lost"]),
        low=count(lost["lost_low"]),
        high=count(lost["lost_high"]),
        empty=count(frame["hidden"].sum()),
        days=count(len(frame)),
        share=rate(frame["hidden"].mean(), digits=0),
    )


def categories_of(shop: Tables, products: pd.Index) -> pd.Series:
    """Give each product's category; empty where it has none."""
    return products_of(shop)["category"].astype("str").reindex(products).fillna("")


def _likes(shop: Tables, products: pd.Index) -> np.ndarray:
    """Give each product's category a number, apart by whether it is sold by deposit.

    Who paid a deposit came weeks before the burst, in which the product then sells unseen.
    """
    category = categories_of(shop, products)
    deposit = pd.Series("", index=products)
    if shop.has("presales", "order_lines"):
        lines = shop["order_lines"].semi_join(shop["presales"], "order_id")
        sold = shop.frame(lines.select("product_id").distinct())["product_id"]
        deposit[products.isin(sold)] = " by deposit"
    return pd.factorize(category + deposit, sort=True)[0]


def _kinds(shop: Tables, period: Period) -> np.ndarray:
    """Give each day's kind a number: the phase of a campaign, else the day of the week."""
    week_days = np.array([str(day.weekday()) for day in period.every_day], dtype=object)
    phases = phases_of(shop, period)
    return pd.factorize(np.where(phases == "", week_days, phases), sort=True)[0]


def phases_of(shop: Tables, period: Period) -> np.ndarray:
    """Name each day's kind of promotion and phase; empty for ordinary days."""
    return np.array([kind for kind, _ in promotion_days(shop, period.every_day)], dtype=object)
