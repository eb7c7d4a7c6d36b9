"""Orders written the short way: one line per purchase."""

from __future__ import annotations

HEAD = (
    "order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,"
    "paid_amount"
)
LINE = "order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount"


def bought(*purchases: str, price: int = 10) -> dict[str, str]:
    """Write orders and lines from purchases such as "ann 2026-11-09 tee cap"."""
    orders, lines = [HEAD], [LINE]
    for number, purchase in enumerate(purchases):
        who, day, *products = purchase.split()
        who = "" if who == "guest" else who
        at, total = f"{day} 12:00:00", price * len(products)
        orders.append(f"o{number},{who},{at},{at},{total},0,0,{total}")
        lines += [f"o{number},{n},{p},1,{price},{price},{price}" for n, p in enumerate(products, 1)]
    return {"orders": "\n".join(orders), "order_lines": "\n".join(lines)}


def listed(*products: str) -> str:
    """Write products from lines such as "tee apparel" or "tee apparel 6" (with its unit cost)."""
    rows = ["product_id,title,category,list_price,unit_cost"]
    for product in products:
        name, category, cost = [*product.split(), ""][:3]
        rows.append(f"{name},{name.capitalize()},{category},10,{cost}")
    return "\n".join(rows)
