"""The dossier for purchasing: what a supplier's shorter or steadier lead time is worth."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.actions import HORIZON_DAYS
from shophelm.errors import ParameterError
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.team.dossiers import SUPPLY, Case, table_of
from shophelm.words import Sentence, money, number, plural, rate, sentence

TITLE = "What is a better lead time worth, and what may it cost an order?"
YEAR = 364
SHORTER, STEADIER, PROMISED = "shorter", "steadier", "as promised"
HALF = 0.5


class Outlook(Protocol):
    """The demand to come, as `supply_chain.forecast` gives it."""

    products: pd.Index
    mean: np.ndarray
    spread: np.ndarray


@question(TITLE, "purchase_orders", "stock", "products.unit_cost", "products.supplier_id")
@carries_missing
def supply_case(
    shop: Tables,
    outlook: Outlook,
    worths: pd.DataFrame,
    *,
    supplier: str = "",
    days_shorter: int = 7,
    level: float = 0.95,
    review_days: int = 7,
    currency: str,
) -> Case | Missing:
    """Make the case for one supplier's lead time.

    Parameters
    ----------
    shop
        Its purchase orders say how often is ordered.
    outlook
        The demand to come.
    worths
        What better lead times are worth, as `supply_chain.lead_time_worth` gives it.
    supplier
        Which; if empty, where fewer days win most, of those that take longer than these.
    days_shorter
        How many days fewer are asked for.
    level, review_days
        As `worths` was made with.
    currency
        ISO code.

    Returns
    -------
    Case
        Tables: curve (the supplier's rows of `worths`), terms (one row per improvement: change,
        freed and won with their intervals, holding, pay (the most an order may cost more)).

    Raises
    ------
    ParameterError
        If there is no such supplier, or no such number of days.

    Notes
    -----
    Stock set free or sales won: not both, so that an order may cost as much more as the better of
    the two brings in 28 days, over the orders of 28 days. What a day less frees is held against the
    textbook's derivative of the safety stock, see `textbook_day`.
    """
    name = _picked(worths, supplier, days_shorter)
    if name is None:
        why = (
            "No supplier of goods with a known cost and demand has delivered, or takes longer "
            f"than {plural(days_shorter, 'day')}."
        )
        return Missing(TITLE, "purchase_orders", why)
    curve = worths[worths["supplier_id"] == name].reset_index(drop=True)
    orders = _orders(shop, name)
    terms = _terms(curve, days_shorter, orders)
    now = _at(curve, SHORTER, 0)
    a_day = now["safety_stock"] - _at(curve, SHORTER, 1)["safety_stock"]
    cost = _costs(shop, outlook, name)
    book = textbook_day(outlook, cost, days=now["lead_mean"] + review_days, level=level)
    return Case(
        SUPPLY,
        _asked(terms, name, days_shorter, currency),
        _evidence(now, terms, orders, a_day=a_day, book=book, currency=currency),
        (
            f"the stock is planned so that {rate(level, digits=0)} of cycles do not run out, "
            f"ordered every {plural(review_days, 'day')}",
            "lead times stay as those of its deliveries so far were",
            "intervals are of lead times alone: demand is taken to come as it is forecast",
            "stock set free or sales won, never both; stock on its way is not counted as tied up",
            "whoever finds the shelf empty buys nothing else instead",
        ),
        _changes(terms, days_shorter, currency),
        {"curve": curve, "terms": terms},
    )


def shown(case: Case | Missing) -> pd.DataFrame | Missing:
    """Lay out what each improvement brings, and what an order may cost more for it."""
    terms = table_of(case, "terms")
    if isinstance(terms, Missing):
        return terms
    return terms[["improvement", "pay", "pay_low", "won", "won_low", "won_high", "freed"]]


def _picked(worths: pd.DataFrame, supplier: str, days_shorter: int) -> str | None:
    if supplier and supplier not in set(worths["supplier_id"]):
        known = ", ".join(sorted(set(worths["supplier_id"])))
        raise ParameterError(f"supplier is {supplier!r}. Those whose case can be made: {known}.")
    shorter = worths[worths["change"] == SHORTER]
    takes = shorter[shorter["change_by"] == 0].set_index("supplier_id")["lead_mean"]
    most = int(shorter["change_by"].max()) if len(shorter) else 0
    if supplier:
        most = min(most, int(takes[supplier]))
    if len(shorter) and not 1 <= days_shorter <= most:
        took = f", as {supplier} takes {takes[supplier]:.1f} days" if supplier else ""
        raise ParameterError(f"days_shorter is {days_shorter}. It can be 1 to {most}{took}.")
    if supplier or shorter.empty:
        return supplier or None
    asked = shorter[shorter["change_by"] == days_shorter]
    asked = asked[asked["supplier_id"].map(takes) > days_shorter]
    if asked.empty:
        return None
    asked = asked.sort_values(["won", "supplier_id"], ascending=[False, True])
    return str(asked["supplier_id"].iloc[0])


def _orders(shop: Tables, supplier: str) -> float:
    """Give how many orders it got in 28 days, of the last year or since the first one."""
    rows = shop["purchase_orders"]
    rows = rows.filter(rows.supplier_id == supplier).select("po_id", "ordered_on").distinct()
    frame = shop.frame(rows)
    frame = frame[frame["ordered_on"] > shop.as_of - timedelta(days=YEAR)]
    days = (shop.as_of - frame["ordered_on"].min()).days + 1 if len(frame) else np.nan
    return frame["po_id"].nunique() / max(days, HORIZON_DAYS) * HORIZON_DAYS


def _terms(curve: pd.DataFrame, days_shorter: int, orders: float) -> pd.DataFrame:
    """Lay out what each improvement brings, and what an order may cost more for it."""
    asked = [(SHORTER, days_shorter, f"{plural(days_shorter, 'day')} shorter")]
    asked += [(STEADIER, HALF, "half as unsteady")]
    promised = curve[curve["change"] == PROMISED]
    asked += [(PROMISED, by, "always as promised") for by in promised["change_by"]]
    rows = []
    for change, by, told in asked:
        row = _at(curve, change, by)
        best = max(float(row["won"]), float(row["holding"]), 0.0)
        low = max(float(row["won_low"]), float(row["holding"]), 0.0)
        rows.append(
            {"improvement": told}
            | {n: float(row[n]) for n in ("freed", "freed_low", "freed_high", "holding")}
            | {n: float(row[n]) for n in ("won", "won_low", "won_high")}
            | {"pay": best / orders if orders > 0 else np.nan,
               "pay_low": low / orders if orders > 0 else np.nan}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _at(curve: pd.DataFrame, change: str, by: float) -> pd.Series:
    return curve[(curve["change"] == change) & (curve["change_by"] == by)].iloc[0]


def textbook_day(
    outlook: Outlook, cost: np.ndarray, *, days: float, level: float
) -> tuple[float, float, float]:
    """Give what a day less frees by formula, of the products that have a cost.

    Parameters
    ----------
    outlook
        The demand to come.
    cost
        Of each product's unit; NaN leaves it out.
    days
        Of lead time and review, L.
    level
        The probability not to run out in a cycle, whose normal quantile is z.

    Returns
    -------
    (float, float, float)
        z·sd/(2·√L), sd that of a day; z·p·sd(L)/L, sd(L) that of all L days, which is the same
        where p is a half; and p, by which power of the days the spread of what is wanted grows:
        a half where days have nothing to do with each other, 1 where they are off alike.
    """
    at = min(max(round(days), 2), outlook.spread.shape[1])
    use = ~np.isnan(cost)
    spread = outlook.spread[use]
    half = max(at // 2, 1)
    sd, sd_half = (spread[:, n - 1].std(axis=1) for n in (at, half))
    held = stats.norm.ppf(level) * sd @ cost[use]
    ratio = (sd @ cost[use]) / max(float(sd_half @ cost[use]), 1e-12)
    power = float(np.log(max(ratio, 1e-12)) / np.log(at / half))
    return float(held / (2 * at)), float(held * power / at), power


def _costs(shop: Tables, outlook: Outlook, supplier: str) -> np.ndarray:
    listed = shop.frame(shop["products"].select("product_id", "supplier_id", "unit_cost"))
    listed = listed.set_index("product_id").reindex(outlook.products)
    own = (listed["supplier_id"] == supplier) & (outlook.mean.sum(axis=1) > 0)
    return listed["unit_cost"].astype(float).where(own).to_numpy()


def _asked(terms: pd.DataFrame, supplier: str, days: int, currency: str) -> Sentence:
    row = terms.iloc[0]
    return sentence(
        "Buy {days} of {supplier}'s lead time, for up to {pay} an order: that wins {won} of margin "
        "in 28 days with the stock as it is (80% interval {low} to {high}), or frees {freed} of "
        "stock at the same service.",
        days=plural(days, "day"),
        supplier=supplier,
        pay=money(row["pay"], currency=currency),
        won=money(row["won"], currency=currency),
        low=money(row["won_low"], currency=currency),
        high=money(row["won_high"], currency=currency),
        freed=money(row["freed"], currency=currency),
    )


def _evidence(
    now: pd.Series,
    terms: pd.DataFrame,
    orders: float,
    *,
    a_day: float,
    book: tuple[float, float, float],
    currency: str,
) -> tuple[Sentence, ...]:
    steadier = terms[terms["improvement"] == "half as unsteady"].iloc[0]
    return (
        sentence(
            "Its lead time is {mean} days on the mean, give or take {sd}; {orders} orders go out "
            "to it in 28 days, for {products}, with {stock} of safety stock.",
            mean=number(now["lead_mean"], digits=1),
            sd=number(now["lead_sd"], digits=1),
            orders=number(orders, digits=1),
            products=plural(int(now["products"]), "product"),
            stock=money(now["safety_stock"], currency=currency),
        ),
        sentence(
            "Half as unsteady a lead time, as long on the mean, wins {won} ({low} to {high}) or "
            "frees {freed}: worth up to {pay} an order.",
            won=money(steadier["won"], currency=currency),
            low=money(steadier["won_low"], currency=currency),
            high=money(steadier["won_high"], currency=currency),
            freed=money(steadier["freed"], currency=currency),
            pay=money(steadier["pay"], currency=currency),
        ),
        sentence(
            "The first day less frees {day} of safety stock. The textbook's z·sd/(2·√L) says "
            "{root}: it takes days as independent, so that what may be wanted spreads with the "
            "root of the days. Here it spreads with their power of {power}, since a forecast that "
            "is off is off day after day, and the formula then says {own}.",
            day=money(a_day, currency=currency),
            root=money(book[0], currency=currency),
            power=number(book[2]),
            own=money(book[1], currency=currency),
        ),
    )


def _changes(terms: pd.DataFrame, days: int, currency: str) -> tuple[Sentence, ...]:
    row = terms.iloc[0]
    said = [
        sentence(
            "an order costs more than {low} extra: so little is all it is worth at the low end.",
            low=money(row["pay_low"], currency=currency),
        )
    ]
    if terms["won"].max() > row["won"]:
        best = terms.loc[terms["won"].idxmax()]
        text = "the supplier would rather be {other}: that wins {won}, more than {days} less."
        said.append(
            sentence(
                text,
                other=best["improvement"],
                won=money(best["won"], currency=currency),
                days=plural(days, "day"),
            )
        )
    said.append(
        sentence("it can be ordered more often than now: the same gain falls on more orders.")
    )
    return tuple(said)
