"""The cheapest test that would tell the likeliest causes of left carts apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.methods.power import sample_size_of_proportions
from shophelm.store.cart_evidence import CAUSES, DIVERSION, PRICE, STOCK, TRUST

COUPON_SHARE, INSURANCE_SHARE = 0.10, 0.02
"""Of an order's money: a coupon that tests the price, and freight insurance for returns."""
WORTH_SEEING = 0.5
"""Share of the rate's fall that a test must be able to see."""
LIKELY = 0.05
"""A cause less likely than this is not worth a test."""
TESTS = {
    PRICE: "a coupon of a tenth for half of the carts",
    DIVERSION: "the rival's price on every other day",
    TRUST: "7-day returns with freight insurance on half of the pages",
    STOCK: "restock, and count the carts on days with goods",
}
COLUMNS = ["test", "test_of", "test_carts", "test_days", "test_cost", "mend_share"]
_RAISED = 0.02
"""A price raised by less than this is not what would be taken back."""


def cheapest_tests(products: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Choose for each product found the test that separates its two likeliest causes.

    Parameters
    ----------
    products
        As `cart_causes` lays them out, with probabilities.
    evidence
        For how much dearer than the rival's a product is.

    Returns
    -------
    DataFrame
        The same index: test (text), test_of (the cause whose absence or presence it shows),
        test_carts (both arms together), test_days (at the product's carts of the last 28 days),
        test_cost (money given away to orders of the treated arm; null where it is not known),
        mend_share (of an order's money, what mending the likeliest cause gives away: the price
        raised or a tenth, the gap to the look-alike, freight insurance, nothing for goods).
        Null where no cause is likely enough.

    Notes
    -----
    A test that mends one of two causes separates them: the rate recovers, or it does not. It must
    see half of the fall, at 95 % and with a power of 80 % (`methods.power`). Coupons and pages are
    given by lot to visitors; a rival's price can only be met on all pages at once, so it changes
    by the day. Goods on the shelf need no second arm: the usual rate is known. Cheapest is what
    gives least away, then what takes the fewest days.
    """
    rows = []
    for row in products.itertuples():
        own = evidence[evidence["product_id"] == row.product_id].set_index("sign")["here"]
        gap, raised = (float(own.get(s, np.nan)) for s in ("dearer than rival", "price raised"))
        mend = {"mend_share": _mend_share(row.cause, gap, raised)}
        rows.append(_cheapest(row, gap) | mend if row.found else {})
    frame = pd.DataFrame(rows, index=products.index, columns=COLUMNS)
    return frame.astype(dict.fromkeys(COLUMNS[2:], "float64"))


def _mend_share(cause: str, gap: float, raised: float) -> float:
    if cause == PRICE:
        return raised / (1 + raised) if raised > _RAISED else COUPON_SHARE
    if cause == DIVERSION:
        return _down_to(gap)
    return {TRUST: INSURANCE_SHARE, STOCK: 0.0}.get(cause, np.nan)


def _down_to(gap: float) -> float:
    """Give the share of our price that meets the look-alike's; null where ours is not above it."""
    return gap / (1 + gap) if gap > 0 else np.nan


def _cheapest(row: Any, gap: float) -> dict[str, Any]:
    """Lay out the tests of a product's two likeliest causes and take the cheapest."""
    chance = {c: getattr(row, f"p_{c}") for c in CAUSES}
    likely = [c for c in sorted(CAUSES, key=lambda c: -chance[c]) if chance[c] >= LIKELY][:2]
    tests = [_test(c, row, gap) for c in likely]
    known = [t for t in tests if t]
    if not known:
        return {}
    return min(known, key=lambda t: (np.isnan(t["test_cost"]), t["test_cost"], t["test_days"]))


def _test(cause: str, row: Any, gap: float) -> dict[str, Any]:
    effect = WORTH_SEEING * (row.rate_usual - row.rate)
    if not (effect > 0 and row.carts_per_day > 0):
        return {}
    arm = np.ceil(sample_size_of_proportions(row.rate, effect))
    carts = arm if cause == STOCK else 2 * arm
    share = {PRICE: COUPON_SHARE, TRUST: INSURANCE_SHARE, STOCK: 0.0}.get(cause)
    if cause == DIVERSION:
        share = _down_to(gap)
    given = arm * (row.rate + effect) * row.paid_per_order * share
    return {
        "test": TESTS[cause],
        "test_of": cause,
        "test_carts": float(carts),
        "test_days": float(np.ceil(carts / row.carts_per_day)),
        "test_cost": 0.0 if cause == STOCK else given,
    }
