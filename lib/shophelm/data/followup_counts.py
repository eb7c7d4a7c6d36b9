"""A metric of every subject, before and after: what the follow-up of actions compares."""

from __future__ import annotations

import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.definitions import TERMS
from shophelm.shop.measures import measure
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of

COUNTS = ("yes", "all", "gmv")
WHEN = ("before", "after")


def subject_counts(
    shop: Tables, before: Period, after: Period, *, metric: str, by: str
) -> pd.DataFrame:
    """Count a metric of every subject before and after.

    Parameters
    ----------
    shop
        The shop.
    before, after
        The days.
    metric
        A term of the glossary.
    by
        product_id, channel or category.

    Returns
    -------
    DataFrame
        One row per subject met in both periods: yes_before, all_before, yes_after, all_after (a
        rate's two counts; for a plain count ``all`` is null; money is counted in mean orders),
        gmv_before, gmv_after, and peers, the same word for subjects that are alike (a product's
        category). Empty where the shop cannot count the metric so.
    """
    top, bottom = TERMS[metric].of or (metric, None)
    days = {"before": before.every_day, "after": after.every_day}
    counted = measure(shop, days, by=[by])
    columns = [f"{name}_{when}" for name in COUNTS for when in WHEN]
    if any(t not in counted for t in (top, bottom) if t):
        return pd.DataFrame(columns=[*columns, "peers"])
    counted = counted[counted.index.get_level_values(by).notna()]
    value = as_floats(counted[top])
    if is_money(metric):
        value = value * as_floats(counted["orders"]).sum() / max(value.sum(), 1e-9)
    table = pd.DataFrame({"yes": value})
    table["all"] = as_floats(counted[bottom]) if bottom else float("nan")
    table["gmv"] = as_floats(counted["gmv_paid"]) if "gmv_paid" in counted else float("nan")
    table = table.unstack("span")
    table.columns = [f"{name}_{when}" for name, when in table.columns]
    table = table.reindex(columns=columns)
    table[["yes_before", "yes_after"]] = table[["yes_before", "yes_after"]].fillna(0)
    base = "all" if bottom else "yes"
    seen = (table[f"{base}_before"] > 0) & (table[f"{base}_after"] > 0)
    table = table[seen]
    return table.assign(peers=_peers(shop, table.index, by))


def is_money(metric: str) -> bool:
    """Say whether a term is money, or so much money for each of something."""
    return TERMS[(TERMS[metric].of or (metric,))[0]].unit == "money"


def _peers(shop: Tables, subjects: pd.Index, by: str) -> list[str]:
    category = products_of(shop)["category"].to_dict() if by == "product_id" else {}
    return [category.get(s, "") for s in subjects]
