"""The customers of finished hold-outs, one by one, and the reaction predicted of each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.uplift import cross_fitted, x_learner
from shophelm.shop.tables import Tables
from shophelm.user.grants import KNOWN_BEFORE, followed
from shophelm.user.offer_features import fair

MODEL = make_pipeline(StandardScaler(), Ridge(alpha=100))
"""Lines on standardised features: on trials with few buyers trees learn the noise."""
_MONTH = 30


def trials(shop: Tables, *, days: int = HORIZON_DAYS) -> pd.DataFrame:
    """Give the customers of every hold-out whose windows are over; not for display.

    Returns
    -------
    DataFrame
        One row per coupon and customer, oldest coupon first: coupon_id, customer_id, kind,
        held_out, orders, worth, subsidy, and what was known before (see `grants.followed`).
        Coupons without a hold-out are not there.
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
    names = ["coupon_id", "customer_id", "kind", "held_out", "orders"]
    known = [n for n in KNOWN_BEFORE if n not in money]
    ordered = rows.order_by("given_on", "coupon_id", "customer_id")
    frame = shop.frame(ordered.select(*names, *known, **money))
    return frame.fillna({"subsidy": 0.0})


def predicted(rows: pd.DataFrame) -> np.ndarray:
    """Predict the further orders a coupon brings of each row of `trials`, learned from others."""
    return cross_fitted(
        x_learner,
        MODEL,
        _numbers(rows[fair(KNOWN_BEFORE)]),
        rows["orders"],
        ~rows["held_out"],
        person=rows["customer_id"],
    )


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
