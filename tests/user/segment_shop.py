"""Orders of a shop that one can add up by hand."""

HEAD = (
    "order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,"
    "paid_amount"
)


def orders(buys):
    """Write an orders table of purchases: (customer, day, amount)."""
    rows = [
        f"o{i},{who},{day} 12:00:00,{day} 12:00:00,{amount},0,0,{amount}"
        for i, (who, day, amount) in enumerate(buys)
    ]
    return "\n".join([HEAD, *rows, "unpaid,ann,2026-11-02 12:00:00,,999,0,0,999"])
