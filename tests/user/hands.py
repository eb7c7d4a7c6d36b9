"""Tables of a shop written as a few tuples."""

HEAD = (
    "order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,"
    "paid_amount"
)


def orders(buys):
    """Write orders given as (customer, day, paid) or (customer, day, paid, discount)."""
    rows = []
    for i, (who, day, paid, *rest) in enumerate(buys):
        off = rest[0] if rest else 0
        goods = round(float(paid) + float(off), 2)
        rows.append(f"o{i},{who},{day} 12:00:00,{day} 12:00:00,{goods},{off},0,{paid}")
    return "\n".join([HEAD, *rows])


def customers(tiers):
    """Write customers given as name → tier."""
    rows = [f"{who},2026-01-01 00:00:00,{tier}" for who, tier in tiers.items()]
    return "\n".join(["customer_id,joined_at,tier", *rows])


def points(movements):
    """Write movements given as (customer, day, points, reason, expiry or "")."""
    rows = [
        f"m{i:05},{who},{day} 12:00:00,{n},{reason},{until}"
        for i, (who, day, n, reason, until) in enumerate(movements)
    ]
    return "\n".join(["movement_id,customer_id,occurred_at,points,reason,expires_on", *rows])
