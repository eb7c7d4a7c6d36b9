"""Shops of carts, made as CSV text: a cart a row, bought or left, with what else it did."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

FIRST = date(2025, 11, 17)
HEAD = "event_id,visitor_id,customer_id,occurred_at,kind,product_id,page\n"


def events_of(carts: list[tuple[str, int, bool, str]]) -> str:
    """Write the events of carts: product, day (from 0), bought, what else the visitor did.

    Every cart is a visitor's of its own; `search` and `reviews` come a minute after it.
    """
    rows = []
    for i, (product, day, bought, act) in enumerate(carts):
        at = f"{FIRST + timedelta(days=day)} 10"
        rows.append(f"c{i},v{i},,{at}:00:00,cart,{product},")
        if act == "search":
            rows.append(f"s{i},v{i},,{at}:01:00,search,,results")
        if act == "reviews":
            rows.append(f"r{i},v{i},,{at}:01:00,view,{product},reviews")
        if bought:
            rows.append(f"p{i},v{i},,{at}:02:00,pay,{product},")
    return HEAD + "\n".join(rows) + "\n"


def carts_of(
    rng: np.random.Generator, products: dict[str, dict], *, days: int = 361, per_day: float = 1.5
) -> list[tuple[str, int, bool, str]]:
    """Draw carts: rate .5, from `since` on `rate`; left ones then do `act` in .7 of cases.

    All others' left carts search in .06 and read reviews in .1 of cases.
    """
    carts = []
    for product, planted in products.items():
        since = planted.get("since", days)
        for day in np.repeat(np.arange(days), rng.poisson(per_day, days)):
            late = day >= since
            bought = rng.random() < (planted.get("rate", 0.5) if late else 0.5)
            usual = rng.choice(["", "search", "reviews"], p=[0.84, 0.06, 0.1])
            act = planted["act"] if late and planted.get("act") and rng.random() < 0.7 else usual
            carts.append((product, int(day), bool(bought), "" if bought else act))
    return carts
