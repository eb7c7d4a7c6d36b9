"""The customers of finished hold-outs, one by one, and the reaction predicted of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.uplift import cross_fitted, x_learner
from shophelm.shop.needs import Missing
from shophelm.shop.tables import Tables
from shophelm.user.grants import KNOWN_BEFORE, followed
from shophelm.user.offer_features import fair

MODEL = make_pipeline(StandardScaler(), Ridge(alpha=100))
"""Lines on standardised features: on trials with few buyers trees learn the noise."""
Assign = Callable[[Tables], pd.DataFrame | ibis.Table | Missing]
"""Gives customer_id and segment of the customers of a shop as it was known on its as_of."""
_MONTH = 30


def trials(shop: Tables, *, days: int = HORIZON_DAYS) -> pd.DataFrame:
    """Give the customers of every hold-out whose windows are over; not for display.

    Returns
    -------
    DataFrame
        One row per coupon and customer, oldest coupon first: coupon_id, customer_id, kind,
        given_on (first grant of the coupon), held_out, orders, worth, subsidy, and what was known
        before (see `grants.followed`). Coupons without a hold-out are not there.
    """
    rows = followed(shop, days=days)
    rows = rows.filter(rows.finished & ~rows.mixed)
    tried = rows.group_by("coupon_id").aggregate(
        given_on=rows.granted_on.min(),
        held=rows.held_out.cast("int64").sum(),
        customers=rows.count(),
    )
    tried = tried.filter((tried.held > 0) & (tried.held < tried.customers))
    rows = rows.inner_join(tried.select("coupon_id", "given_on"), "coupon_id")
    money = {n: rows[n].cast("float64") for n in ("worth", "subsidy", "spend")}
    names = ["coupon_id", "customer_id", "kind", "given_on", "held_out", "orders"]
    known = [n for n in KNOWN_BEFORE if n not in money]
    ordered = rows.order_by("given_on", "coupon_id", "customer_id")
    frame = shop.frame(ordered.select(*names, *known, **money))
    return frame.fillna({"subsidy": 0.0})


def assigned(shop: Tables, assign: Assign) -> pd.DataFrame | Missing:
    """Give the segments of a shop as a frame: customer_id, segment; not for display."""
    given = assign(shop)
    return shop.frame(given) if isinstance(given, ibis.Table) else given


def past_trials(shop: Tables, assign: Assign, *, days: int = HORIZON_DAYS) -> pd.DataFrame:
    """Give `trials` with the segment of each customer the day before the coupon's first grant.

    Customers who had no segment then are left out.
    """
    rows = trials(shop, days=days)
    parts = [rows.head(0).assign(segment="")]
    for day, part in rows.groupby("given_on", sort=True):
        earlier = assigned(shop.at(day - timedelta(days=1)), assign)
        parts.append(part.merge(earlier[["customer_id", "segment"]], on="customer_id"))
    return pd.concat(parts, ignore_index=True)


def predicted(rows: pd.DataFrame) -> np.ndarray:
    """Predict the further orders a coupon brings of each row of `trials`, learned from others."""
    score = cross_fitted(
        x_learner,
        MODEL,
        _numbers(rows[fair(KNOWN_BEFORE)]),
        rows["orders"],
        ~rows["held_out"],
        person=rows["customer_id"],
    )
    # the last digits of a product of matrices depend on where they lie in memory
    return np.round(score, 9)


def _numbers(known: pd.DataFrame) -> np.ndarray:
    """Write what is known as numbers; who never bought has freshness, tenure and the like of 0."""
    columns = {
        "freshness": 1 / (1 + known["recency"] / _MONTH),
        "tenure": np.log1p(known["tenure"]),
        "frequency": np.log1p(known["frequency"]),
        "spend": np.log1p(known["spend"]),
    }
    origin = pd.get_dummies(known["acquired_by"], dtype="float64")
    return pd.DataFrame(columns).fillna(0.0).join(origin).to_numpy(dtype="float64")
