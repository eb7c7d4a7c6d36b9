"""What happened to each product on each day: units, price, shelf and visitors, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
import pandas as pd

from shophelm.shop.arrivals import arrivals
from shophelm.shop.calendar import Period
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.shop.visits import count_visits


@dataclass(frozen=True, slots=True)
class ProductDays:
    """Products × days, from the shop's first day to its last.

    Attributes
    ----------
    products
        Product ids, sorted: those that were sold, stocked, priced or listed.
    period
        The days.
    units, money
        Paid for on the day: units, and what was paid for them without freight; 0 where nothing.
    price
        Of one unit on that day's page; without a `prices` table the mean price before coupons
        of what was sold on the day, NaN on a day without a sale. NaN before it is known.
    on_hand
        Units at the end of the day, all warehouses together; NaN where the shop has no row.
    received
        Units that arrived from suppliers on the day; NaN throughout without arrivals.
    visitors
        Of the product on the day; NaN throughout where no table tells products apart.
    on_sale
        From the launch or the first sign of life (sold, in stock or visited) to the last one; a
        product with such a sign in the last 28 days is on sale to the end.
    """

    products: pd.Index
    period: Period
    units: np.ndarray
    money: np.ndarray
    price: np.ndarray
    on_hand: np.ndarray
    received: np.ndarray
    visitors: np.ndarray
    on_sale: np.ndarray

    @property
    def days(self) -> list[date]:
        """The day of each column."""
        return self.period.every_day

    @property
    def empty(self) -> np.ndarray:
        """Whether the product was on sale and its shelf empty at the end of the day."""
        return self.on_sale & (self.on_hand <= 0)

    @property
    def opening(self) -> np.ndarray:
        """Units on hand at the start of each day, its arrivals included; NaN where not known.

        What left the shelf is what the day sold, unless goods moved that no table tells of.
        """
        before = np.hstack([np.full((len(self.products), 1), np.nan), self.on_hand[:, :-1]])
        return before + np.nan_to_num(self.received)

    @property
    def can_be_bought(self) -> np.ndarray:
        """Whether the product was on sale, but for days that began empty and sold nothing."""
        return self.on_sale & ~((self.opening <= 0) & (self.units == 0))

    @property
    def last_price(self) -> np.ndarray:
        """The price of each day, or else the last one known before it; NaN before the first."""
        return _carried(self.price)

    @property
    def usually_priced(self) -> np.ndarray:
        """Whether `last_price` is one of these goods: within four times its product's usual one.

        Farther off it is that of another thing, or an error.
        """
        price = self.last_price
        usual = pd.DataFrame(price).where(price > 0).median(axis=1).to_numpy()[:, None]
        return (price > usual / _SAME_GOODS) & (price < usual * _SAME_GOODS)


_SAME_GOODS = 4.0
_ALIVE = 28
"""Days without sale, stock or visit after which a product counts as taken off the page."""


@once_per_shop
def product_days(shop: Tables) -> ProductDays:
    """Lay out what the shop knows of each product and day.

    Parameters
    ----------
    shop
        Needs orders and order_lines; products, prices, stock, purchase_orders, and events or
        traffic add to it.
    """
    period = Period(shop.first_day, shop.as_of)
    frames = {
        "sold": _sold(shop),
        "price": _prices(shop),
        "on_hand": _on_hand(shop),
        "received": _received(shop),
        "visitors": _visitors(shop, period),
    }
    launched = _launches(shop)
    ids = {i for f in frames.values() for i in f["product_id"]} | set(launched.index)
    products = pd.Index(sorted(ids), dtype="str", name="product_id")
    grids = {
        column: _grid(frame, products, period, column)
        for frame in frames.values()
        for column in frame.columns.difference(["product_id", "day"])
    }
    for name in ("units", "money"):
        grids[name] = np.nan_to_num(grids[name])
    for name in ("received", "visitors"):
        if len(frames[name]):
            grids[name] = np.nan_to_num(grids[name])
    asked = grids.pop("unit_price")
    grids["price"] = _carried(grids["price"]) if len(frames["price"]) else asked
    signs = [np.nan_to_num(grids[name]) > 0 for name in ("units", "on_hand", "visitors")]
    on_sale = _on_sale(np.any(signs, axis=0), launched.reindex(products), period)
    return ProductDays(products=products, period=period, on_sale=on_sale, **grids)


def _sold(shop: Tables) -> pd.DataFrame:
    orders = paid_orders(shop).select("order_id", "day")
    lines = shop["order_lines"].inner_join(orders, "order_id")
    sums = lines.group_by("product_id", "day").aggregate(
        units=lines.quantity.sum(),
        money=lines.paid_amount.sum(),
        asked=(lines.unit_price * lines.quantity).sum(),
    )
    frame = _numbers(shop, sums)
    price = frame.pop("asked") / frame["units"].where(frame["units"] > 0)
    return frame.assign(unit_price=price)


def _prices(shop: Tables) -> pd.DataFrame:
    if not shop.has("prices"):
        return _nothing("price")
    return _numbers(shop, shop["prices"].rename(day="valid_from"))


def _on_hand(shop: Tables) -> pd.DataFrame:
    if not shop.has("stock"):
        return _nothing("on_hand")
    stock = shop["stock"]
    return _numbers(
        shop, stock.group_by("product_id", "day").aggregate(on_hand=stock.on_hand.sum())
    )


def _received(shop: Tables) -> pd.DataFrame:
    if not shop.has("purchase_orders.received_on"):
        return _nothing("received")
    return _numbers(shop, arrivals(shop).rename(day="received_on", received="units"))


def _visitors(shop: Tables, period: Period) -> pd.DataFrame:
    seen = count_visits(shop, {"all": period.every_day}, ("product_id", "day"))
    if seen is None:
        return _nothing("visitors")
    frame = seen["visitors"].reset_index().dropna(subset=["product_id"])
    return frame[["product_id", "day", "visitors"]]


def _launches(shop: Tables) -> pd.Series:
    if not shop.has("products"):
        return pd.Series(dtype=object, index=pd.Index([], dtype="str"))
    listed = shop["products"].select("product_id", "launched_on")
    return shop.frame(listed).set_index("product_id")["launched_on"]


def _nothing(column: str) -> pd.DataFrame:
    return pd.DataFrame({"product_id": [], "day": [], column: []})


def _numbers(shop: Tables, rows: ibis.Table) -> pd.DataFrame:
    frame = shop.frame(rows)
    values = frame.columns.difference(["product_id", "day"])
    return frame.assign(**{v: as_floats(frame[v]) for v in values})


def _grid(frame: pd.DataFrame, products: pd.Index, period: Period, column: str) -> np.ndarray:
    """Lay a column out as products × days; NaN where there is no row."""
    grid = np.full((len(products), period.days), np.nan)
    day = np.array([(d - period.first).days for d in frame["day"]], dtype=np.int64)
    here = (day >= 0) & (day < period.days)
    grid[products.get_indexer(frame["product_id"])[here], day[here]] = frame[column][here]
    return grid


def _carried(price: np.ndarray) -> np.ndarray:
    """Let each price hold until the next one."""
    return pd.DataFrame(price).ffill(axis=1).to_numpy()


def _on_sale(alive: np.ndarray, launched: pd.Series, period: Period) -> np.ndarray:
    days = np.arange(period.days)
    ever = alive.any(axis=1)
    first = np.where(ever, alive.argmax(axis=1), period.days)
    last = np.where(ever, period.days - 1 - alive[:, ::-1].argmax(axis=1), -1)
    last = np.where(last >= period.days - _ALIVE, period.days - 1, last)
    known = launched.notna().to_numpy()
    first[known] = np.minimum(first[known], [(d - period.first).days for d in launched[known]])
    return (days >= first[:, None]) & (days <= last[:, None])
