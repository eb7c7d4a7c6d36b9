"""What speaks for each cause of carts left behind: signs measured in carts, shelf and coupons.

Each sign is a table by the row of `Carts.products`: value and error (its standard error), and
`here` and `elsewhere`, the figures people read of it. Null where it cannot be measured.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from shophelm.methods.cause_odds import Sign
from shophelm.methods.fall_point import FALL, SPREAD, fall_point
from shophelm.methods.odds_ratio import log_odds_ratio, slope_beyond
from shophelm.store.cart_usual import LAST_DAYS, by_product
from shophelm.store.carts import Carts

PRICE, DIVERSION, TRUST, STOCK, NONE = "price", "diversion", "trust", "stock", "none of these"
CAUSES = (PRICE, DIVERSION, TRUST, STOCK)
SIGNS = {
    "own price": Sign({PRICE: (-3.0, 1.5)}, shown=0.8, usual=0.7, coincidence=0.02),
    "price raised": Sign({PRICE: (0.12, 0.08)}, shown=0.6, usual=0.1, coincidence=0.1),
    "coupon": Sign({PRICE: (0.5, 0.4)}, shown=0.5, usual=0.25, coincidence=0.05),
    "dearer than rival": Sign(
        {PRICE: (0.15, 0.12), DIVERSION: (0.25, 0.12)}, shown=0.6, usual=0.1, coincidence=0.1
    ),
    "rival's price": Sign({DIVERSION: (-0.2, 0.1)}, shown=0.8, usual=0.06, coincidence=0.05),
    "search": Sign({DIVERSION: (2.0, 1.0)}, shown=0.6, usual=0.4, coincidence=0.02),
    "reviews read": Sign({TRUST: (2.0, 1.0)}, shown=0.7, usual=0.35, coincidence=0.02),
    "bad reviews": Sign({TRUST: (1.2, 0.7)}, shown=0.8, usual=0.35, coincidence=0.05),
    "returns": Sign({TRUST: (0.6, 0.4)}, shown=0.6, usual=0.2, coincidence=0.05),
    "slow refunds": Sign({TRUST: (0.4, 0.3)}, shown=0.3, usual=0.15, coincidence=0.05),
    "empty shelf": Sign({STOCK: (0.4, 0.2)}, shown=0.95, usual=0.06, coincidence=0.005),
}
"""What each sign is taken to look like. Values are differences of log odds (search, reviews read,
bad reviews, returns, coupon), slopes of them by the log price (own price), differences of log
prices or log days, or a share of the orders to expect (empty shelf). They are judgements, not
estimates: wide, and with a share of cases in which the sign is silent, or there by coincidence;
that is small for an empty shelf, since it is not a sign of the loss but the loss itself."""
COLUMNS = ["value", "error", "here", "elsewhere"]
_LEVEL = 0.2
"""Weight of having always been low beside having fallen, in the evidence of a loss."""


def sign_table(carts: Carts) -> pd.DataFrame:
    """Make a table of nulls, a row for each product."""
    return pd.DataFrame(np.nan, index=carts.products.index, columns=COLUMNS)


def after_left(carts: Carts, act: str) -> pd.DataFrame:
    """Measure how much more often left carts since the break end with an act than the others'.

    Parameters
    ----------
    carts
        As `lost_carts` gives them.
    act
        `searched` or `read`.

    Returns
    -------
    DataFrame
        value is the log odds ratio against all other products' left carts of the period.
    """
    found = sign_table(carts)
    cells = carts.cells.assign(left=lambda t: t["carts"] - t["bought"])
    if not len(cells) or cells[act].isna().all():
        return found
    every = cells.groupby("number")[[act, "left"]].sum()
    late = cells[cells["after"]].groupby("number")[[act, "left"]].sum()
    late = late.reindex(found.index, fill_value=0)
    rest = every.sum() - every.reindex(found.index, fill_value=0)
    found["value"], found["error"] = log_odds_ratio(
        (late[act], late["left"]), (rest[act], rest["left"])
    )
    found["here"], found["elsewhere"] = late[act] / late["left"], rest[act] / rest["left"]
    return found


def own_price(carts: Carts) -> pd.DataFrame:
    """Measure how much more steeply paying falls with the own price than it does for its category.

    Among the carts since the break on days with goods: one period, several prices. `here` is how
    much less is bought, as a ratio of odds, where the price is a tenth higher, the category's
    answer to prices left aside.
    """
    found = sign_table(carts)
    for number, own in _after(carts):
        known = own[(own["empty"] != 1) & own["log_price"].notna()]
        if known["log_price"].nunique() < 2:
            continue
        columns = (known[c].to_numpy() for c in ("carts", "bought", "usual", "log_price"))
        slope, error = slope_beyond(*columns)
        found.loc[number, ["value", "error", "here"]] = [
            slope, error * np.sqrt(carts.dispersion), 1.1**slope - 1,
        ]  # fmt: skip
    return found


def coupon_holders(carts: Carts) -> pd.DataFrame:
    """Measure how much more a coupon makes of this product's carts be paid than of the others'.

    By the arms of hold-outs: log odds ratio of granted to held out, here less elsewhere.
    """
    found = sign_table(carts)
    arms = ["granted_bought", "granted", "held_out_bought", "held_out"]
    if not len(carts.cells) or carts.cells["held_out"].isna().all():
        return found
    own = carts.cells.groupby("number")[arms].sum().reindex(found.index, fill_value=0)
    rest = own.sum() - own

    def effect(sums: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        gb, g, hb, h = (sums[c] for c in arms)
        return log_odds_ratio((gb, g), (hb, h))

    (ours, error), (theirs, other) = effect(own), effect(rest)
    found["value"], found["error"] = ours - theirs, np.hypot(error, other)
    found["here"], found["elsewhere"] = np.exp(ours) - 1, np.exp(theirs) - 1
    return found


def empty_shelf(carts: Carts) -> pd.DataFrame:
    """Measure the share of the orders to expect since the break that an empty shelf took.

    `here` is the share of the carts since the break that met an empty shelf, `elsewhere` the other
    products' over the period.
    """
    found = sign_table(carts)
    every = carts.cells[carts.cells["empty"].notna()]
    met = every["carts"] * every["empty"]
    for number, own in _after(carts):
        own = own[own["empty"].notna()]
        chance = special.expit(own["usual"])
        expected = (own["carts"] * chance).sum()
        if not expected:
            continue
        bare = own["empty"] == 1
        spread = (own["carts"] * chance * (1 - chance))[bare].sum() * carts.dispersion
        taken = (own["carts"] * chance - own["bought"])[bare].sum()
        others = every["number"] != number
        found.loc[number] = [
            taken / expected, max(np.sqrt(spread), 0.5) / expected,
            own["carts"][bare].sum() / own["carts"].sum(),
            met[others].sum() / max(every["carts"][others].sum(), 1),
        ]  # fmt: skip
    return found


def fall_with_goods(carts: Carts) -> np.ndarray:
    """Give the log evidence that carts are lost on days with goods, whatever the cause.

    A fall anywhere in the period, or a level below the peers' that never was higher.
    """
    logs = np.zeros(len(carts.products))
    last = carts.period.days - carts.within - LAST_DAYS
    for number, own in by_product(carts.cells):
        rows = carts.cells.iloc[own]
        rows = rows[rows["empty"] != 1]
        columns = (rows[c].to_numpy() for c in ("carts", "bought", "usual", "day_number"))
        fell = fall_point(*columns, last=last, dispersion=carts.dispersion, step=2).evidence
        logs[number] = np.logaddexp(np.log1p(-_LEVEL) + fell, np.log(_LEVEL) + _low(carts, number))
    return logs


def _low(carts: Carts, number: int) -> float:
    """Give the log evidence of a level below the peers'; 0 where there are too few."""
    row = carts.products.loc[number]
    if np.isnan(row["p_peers"]):
        return 0.0
    sign = Sign({"low": (FALL, SPREAD)}, shown=1.0, usual=row["apart"], coincidence=0.0)
    return float(sign.log_evidence("low", row["level_gap"], row["level_error"]))


def _after(carts: Carts) -> list[tuple[int, pd.DataFrame]]:
    late = carts.cells[carts.cells["after"]]
    return [(int(n), own) for n, own in late.groupby("number")]
