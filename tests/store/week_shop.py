"""A shop whose products sell so many units a week, as text; its last week ends on 2026-11-15."""

from datetime import date, timedelta

AS_OF = date(2026, 11, 15)


def week_shop(weekly, *, price=10, category=None, cost=None, on_hand=None, day_price=None):
    """Give orders, order_lines and products, and prices and stock where they are told.

    Parameters
    ----------
    weekly
        Product → units of each week, the last one ending on AS_OF; each day's are one order, dealt
        to the days from Monday on.
    price
        Of a unit: one for all, or product → price.
    category, cost
        Product → category (goods without one) and unit cost (none without one).
    on_hand
        Product → units on hand on the last day.
    day_price
        Product → [(first day, price)], for a prices table and the lines' own prices.
    """
    orders = ["order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,"
              "shipping_amount,paid_amount"]  # fmt: skip
    lines = ["order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount"]
    for product, units in weekly.items():
        for i, day_units in enumerate(_days(units)):
            if not day_units:
                continue
            day = AS_OF - timedelta(days=7 * len(units) - 1 - i)
            each = _price(product, day, price, day_price)
            paid, order = f"{day_units * each:.2f}", f"{product}{i}"
            orders.append(f"{order},c{order},{day} 10:00:00,{day} 10:01:00,{paid},0,0,{paid}")
            lines.append(f"{order},1,{product},{day_units},{each:.2f},{each:.2f},{paid}")
    products = ["product_id,title,category,list_price,unit_cost"]
    for product in weekly:
        each = _price(product, AS_OF, price, day_price)
        kind, spent = (category or {}).get(product, "goods"), (cost or {}).get(product, "")
        products.append(f"{product},{product.title()},{kind},{each:.2f},{spent}")
    tables = {"orders": orders, "order_lines": lines, "products": products}
    if on_hand is not None:
        stock = [f"{AS_OF},{p},{n}" for p, n in on_hand.items()]
        tables["stock"] = ["day,product_id,on_hand", *stock]
    if day_price is not None:
        prices = [f"{p},{day},{each:.2f}" for p, steps in day_price.items() for day, each in steps]
        tables["prices"] = ["product_id,valid_from,price", *prices]
    return {name: "\n".join(rows) + "\n" for name, rows in tables.items()}


def _days(weeks):
    for units in weeks:
        whole, rest = divmod(units, 7)
        yield from (whole + (d < rest) for d in range(7))


def _price(product, day, price, day_price):
    steps = [
        p for since, p in (day_price or {}).get(product, ()) if date.fromisoformat(since) <= day
    ]
    if steps:
        return steps[-1]
    return price.get(product, 10) if isinstance(price, dict) else price
