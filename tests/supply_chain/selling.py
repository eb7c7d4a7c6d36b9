"""Shops written from arrays of units: products × days."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.shop.tables import open_shop

AS_OF = date(2026, 11, 15)


def shop_of(units, folder, **tables):
    """One order per product and day that sold, each unit at 10; the last column is AS_OF."""
    product, day = np.nonzero(units)
    first = AS_OF - timedelta(days=units.shape[1] - 1)
    at = [pd.Timestamp(first + timedelta(days=int(d))) for d in day]
    sold = units[product, day].astype(int)
    orders = pd.DataFrame({"order_id": [f"o{i:07d}" for i in range(len(sold))], "created_at": at})
    orders["paid_at"] = orders["created_at"]
    money = {"goods_amount": sold * 10.0, "discount_amount": 0.0, "shipping_amount": 0.0}
    orders = orders.assign(**money, paid_amount=sold * 10.0)
    lines = pd.DataFrame({"order_id": orders["order_id"], "line_no": 1})
    lines["product_id"] = [f"p{i:03d}" for i in product]
    lines = lines.assign(quantity=sold, list_price=10.0, unit_price=10.0, paid_amount=sold * 10.0)
    for name, frame in {"orders": orders, "order_lines": lines, **tables}.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return open_shop(folder, as_of=AS_OF)


def steady(many, days, *, seed=1, level=4.0):
    """Draw units around levels that differ between products and hold over time."""
    draw = np.random.default_rng(seed)
    week = np.array([0.7, 0.9, 1.0, 1.0, 1.1, 1.3, 1.0])[np.arange(days) % 7]
    each = level * np.exp(draw.normal(0, 0.8, many))[:, None]
    return draw.poisson(each * week)
