"""Cart-to-pay rates of the products that lose carts, four weeks by four weeks."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
from scipy import special

from shophelm.methods.proportions import wilson
from shophelm.shop.needs import carries_missing
from shophelm.store.cart_causes import CartCauses

SPAN = 28


@carries_missing
def cart_rates(answer: CartCauses, *, most: int = 4) -> pd.DataFrame:
    """Give the rate at which carts were bought, and the usual one, of the products found.

    Parameters
    ----------
    answer
        As `cart_causes` gives it.
    most
        Products, those that lose most first.

    Returns
    -------
    DataFrame
        One row per product and four weeks with a cart, counted back from the last settled day:
        product_id, product, cause, from_day, carts, rate with low and high (80 %, Wilson),
        rate_usual (of the same carts), since, since_low, since_high (the break; None where it has
        none).
    """
    carts = answer.carts
    found = answer.products[answer.products["found"]].head(most)
    cells = carts.cells[carts.cells["number"].isin(found.index)]
    last = carts.period.days - 1 - carts.within
    back = (last - cells["day_number"]) // SPAN
    rows = cells.assign(
        back=back.clip(lower=0), expected=cells["carts"] * special.expit(cells["usual"])
    )
    sums = rows.groupby(["number", "back"])[["carts", "bought", "expected"]].sum().reset_index()
    sums = sums.sort_values(["number", "back"], ascending=[True, False], ignore_index=True)
    rates = wilson(sums["bought"], sums["carts"], level=0.8)
    first = carts.period.first
    from_day = [
        first + timedelta(days=max(int(last - SPAN * (b + 1) + 1), 0)) for b in sums["back"]
    ]
    columns = ["product_id", "product", "cause", "since", "since_low", "since_high"]
    named = found.loc[sums["number"], columns].reset_index(drop=True)
    return named.assign(
        from_day=pd.Series(from_day, dtype=object),
        carts=sums["carts"],
        rate_usual=sums["expected"] / sums["carts"],
        **{name: rates[name] for name in ("rate", "low", "high")},
    )
