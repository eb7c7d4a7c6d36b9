"""What is on the shelf and on its way, from whom, at what cost, and what a unit earns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.shop.product_days import product_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.shelf import stock_now
from shophelm.shop.tables import Tables
from shophelm.supply_chain.lead_times import lead_grid


@dataclass(frozen=True, slots=True)
class Position:
    """The stock of every product, now and to come.

    Attributes
    ----------
    products
        Indexed by product_id: on_hand (units not reserved; null where the shop has no stock row),
        coming (units of open orders), overdue (of these, later than any order before), supplier_id,
        unit_cost (last paid, else as listed), unit_price (last 28 days' mean, else the last price
        or the list price), unit_margin (null where the cost is not known), moq, pack_size (1 where
        not known), shelf_life_days, on_sale (to the end).
    arriving
        Products × days ahead: units of open orders by the day they are to be expected.
    leads
        Products × 20: days from order to arrival, each as likely as any other.
    """

    products: pd.DataFrame
    arriving: np.ndarray
    leads: np.ndarray


def position(shop: Tables, leads: pd.DataFrame, *, horizon: int) -> Position:
    """Lay out what is there and what is to come.

    An open order is expected after the mean of its supplier's lead times that are longer than it
    has waited; where none is, as if it were ordered today.

    Parameters
    ----------
    shop
        Needs stock; products, purchase_orders and suppliers add to it.
    leads
        As `lead_times` gives it.
    horizon
        Days ahead. What is expected later is coming all the same.
    """
    days = product_days(shop)
    bought = _bought(shop)
    frame = pd.DataFrame({"on_sale": days.on_sale[:, -1]}, index=days.products)
    frame = frame.join(_there(shop)).join(_listed(shop)).join(bought)
    numbers = ["on_hand", "unit_cost", "list_price", "shelf_life_days", "bought_at"]
    frame[numbers] = frame[numbers].apply(as_floats)
    frame["supplier_id"] = frame["supplier_id"].fillna(frame.pop("bought_of"))
    frame["unit_cost"] = frame.pop("bought_at").fillna(frame["unit_cost"])
    paid = pd.Series(_price(days.money, days.units, days.last_price[:, -1]), index=frame.index)
    frame["unit_price"] = paid.fillna(frame.pop("list_price"))
    frame["unit_margin"] = frame["unit_price"] - frame["unit_cost"]
    frame = frame.join(_terms(shop), on="supplier_id")
    for term in ("moq", "pack_size"):
        frame[term] = as_floats(frame[term]).fillna(1.0)
    grid = lead_grid(leads, frame["supplier_id"])
    open_lines = _open(shop, frame.index, leads)
    arriving = np.zeros((len(frame), horizon))
    # an order of a product that is neither listed nor was ever here has no row
    soon = open_lines[(open_lines["days"] < horizon) & (open_lines["row"] >= 0)]
    np.add.at(arriving, (soon["row"], soon["days"]), soon["units"])
    sums = open_lines.groupby("row")[["units", "overdue"]].sum()
    sums = sums.reindex(range(len(frame)), fill_value=0.0)
    frame["coming"], frame["overdue"] = sums["units"].to_numpy(), sums["overdue"].to_numpy()
    return Position(frame, arriving, grid)


def last_stock_day(shop: Tables) -> pd.Timestamp:
    """Give the last day of which the shop has stock."""
    return pd.Timestamp(shop["stock"].day.max().to_pyarrow().as_py())


def _there(shop: Tables) -> pd.DataFrame:
    frame = shop.frame(stock_now(shop)).set_index("product_id")
    free = (frame["on_hand"] - frame.pop("reserved")).clip(lower=0)
    return frame.assign(on_hand=free)


def _listed(shop: Tables) -> pd.DataFrame:
    columns = ["supplier_id", "unit_cost", "list_price", "shelf_life_days"]
    if not shop.has("products"):
        return _empty(columns)
    return shop.frame(shop["products"].select("product_id", *columns)).set_index("product_id")


def _bought(shop: Tables) -> pd.DataFrame:
    """Give, by product, what was paid in the last order, and to whom."""
    if not shop.has("purchase_orders"):
        return _empty(["bought_of", "bought_at"])
    lines = shop["purchase_orders"]
    last = lines.group_by("product_id").aggregate(ordered_on=lines.ordered_on.max())
    lines = lines.inner_join(last, ["product_id", "ordered_on"])
    sums = lines.group_by("product_id").aggregate(
        bought_of=lines.supplier_id.max(), bought_at=lines.unit_cost.max()
    )
    return shop.frame(sums).set_index("product_id")


def _terms(shop: Tables) -> pd.DataFrame:
    if not shop.has("suppliers"):
        return _empty(["moq", "pack_size"])
    terms = shop["suppliers"].select("supplier_id", "moq", "pack_size")
    return shop.frame(terms).set_index("supplier_id")


def _price(money: np.ndarray, units: np.ndarray, asked: np.ndarray) -> np.ndarray:
    paid, sold = (a[:, -HORIZON_DAYS:].sum(axis=1) for a in (money, units))
    return np.where(sold > 0, paid / np.maximum(sold, 1), asked)


def _open(shop: Tables, products: pd.Index, leads: pd.DataFrame) -> pd.DataFrame:
    """Give, per open order line: row, units, days ahead (0 for tomorrow), overdue units."""
    if not shop.has("purchase_orders"):
        return pd.DataFrame({"row": [], "units": [], "days": [], "overdue": []}, dtype="int64")
    lines = shop["purchase_orders"]
    lines = lines.filter(lines.received_on.isnull())
    sums = lines.group_by("product_id", "supplier_id", "ordered_on").aggregate(
        units=lines.quantity.sum()
    )
    frame = shop.frame(sums)
    age = np.array([(shop.as_of - d).days for d in frame["ordered_on"]], dtype=float)
    grid = lead_grid(leads, frame["supplier_id"])
    longer = grid > age[:, None]
    left = np.where(longer, grid - age[:, None], 0).sum(axis=1) / np.maximum(longer.sum(axis=1), 1)
    late = ~longer.any(axis=1)
    days = np.maximum(np.round(np.where(late, grid.mean(axis=1), left)), 1).astype(np.int64) - 1
    units = as_floats(frame["units"])
    return pd.DataFrame(
        {
            "row": products.get_indexer(frame["product_id"]),
            "units": units,
            "days": days,
            "overdue": units.where(late, 0.0),
        }
    )


def _empty(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns, index=pd.Index([], dtype="str"))
