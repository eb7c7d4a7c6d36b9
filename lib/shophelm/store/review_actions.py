"""What to do about what buyers complain of, and what it costs as far as returns tell."""

from __future__ import annotations

from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS, WORTH, Action, due, worth_fields
from shophelm.methods.empirical_bayes import shrink_rates
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import carries_missing
from shophelm.shop.paid_lines import refunded_lines
from shophelm.shop.ratios import as_floats
from shophelm.shop.refund_ages import ripe_age
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.store.aspect_words import ASPECTS, GOODS, Aspect
from shophelm.store.review_aspects import ReviewAspects
from shophelm.store.review_changes import WORSE
from shophelm.store.review_points import RIVALS
from shophelm.words import begun, listing, rate

WINDOW = 364
"""Returns are rare: fewer days would tell no product from chance in a small shop."""
_OF_GOODS = Aspect(frozenset(), "buyer", "read these reviews and inspect the batch on the shelf")


@carries_missing
def review_actions(
    shop: Tables,
    answer: ReviewAspects,
    changes: pd.DataFrame,
    points: pd.DataFrame | None = None,
    *,
    most: int = 5,
) -> list[Action]:
    """Propose to mend what buyers complain of, and to show what rivals are praised for.

    Parameters
    ----------
    shop
        With order_lines and refunds, complaints are worth what returns above the category's cost.
    answer, changes, points
        As `review_aspects`, `review_changes` and `selling_points` give them.
    most
        Products with complaints, and selling points, proposed at most.

    Notes
    -----
    A product has one action, however many things are complained of, since its returns are one sum.
    """
    worth = returns_above_category(shop)
    worse = changes[changes["found"] & (changes["moved"] == WORSE)]
    names = pd.concat([answer.complaints["product_id"], worse["product_id"]]).drop_duplicates()
    actions = []
    for name in names.head(most):
        rows = (f[f["product_id"] == name] for f in (answer.complaints, worse))
        actions.append(_to_mend(shop, *rows, worth))
    if points is None:
        return actions
    theirs = points[points["against"] == RIVALS].head(most)
    return actions + [_to_show(shop, r) for r in theirs.itertuples()]


def returns_above_category(shop: Tables) -> pd.DataFrame:
    """Work out what each product's returns above its category's cost in 28 days.

    Returns
    -------
    DataFrame
        By product_id: worth with worth_low and worth_high (80 %), worth_in. Worth is lines of 28
        days × (the product's share of paid lines with a refund less its category's, shrunken) × the
        money paid back per returned line, as margin (goods that come back are worth their cost
        again) where the cost is known, in full otherwise (gmv). Lines young enough for a tenth of
        their refunds to be still to come are left out. No rows where order lines or refunds are
        missing, no worth where a product has no peers.
    """
    names = ["worth", "worth_low", "worth_high", "worth_in"]
    if not (shop.filled("order_lines") and shop.filled("refunds") and shop.filled("orders")):
        return pd.DataFrame(columns=names)
    lines = _returned(shop)
    category = products_of(shop)["category"].reindex(lines.index)
    groups = lines.groupby(category, dropna=False)
    gaps = [shrink_rates(part[["yes", "trials"]]) for _, part in groups]
    if not gaps:
        return pd.DataFrame(columns=names)
    gap = pd.concat(gaps).reindex(lines.index)
    each = lines["refunded"] / lines["yes"].where(lines["yes"] > 0)
    share = 1 - lines["cost"] / lines["paid"].where(lines["paid"] > 0)
    days = lines.attrs["days"]
    money = lines["trials"] * HORIZON_DAYS / days * each * share.fillna(1.0)
    return pd.DataFrame(
        {
            "worth": -gap["gap"] * money,
            "worth_low": -gap["gap_high"] * money,
            "worth_high": -gap["gap_low"] * money,
            "worth_in": np.where(share.notna(), "margin", "gmv"),
        },
        index=lines.index,
    )


def _returned(shop: Tables) -> pd.DataFrame:
    """Count paid lines (trials), those with a refund (yes), and their money, by product."""
    newest = shop.as_of - timedelta(days=ripe_age(shop))
    days = min(WINDOW, max(1, (newest - shop.first_day).days + 1))
    lines = refunded_lines(shop, last_days(newest, days=days))
    unit = ibis.null("decimal(18, 4)")
    if shop.has("products"):
        costs = shop["products"].select("product_id", "unit_cost")
        lines = lines.left_join(costs, "product_id").drop("product_id_right")
        unit = lines.unit_cost
    sums = lines.group_by("product_id").aggregate(
        yes=lines.returned.cast("int64").sum(),
        trials=lines.count(),
        refunded=lines.refunded.sum(),
        paid=lines.paid_amount.sum(),
        cost=(unit * lines.quantity).sum(),
    )
    frame = shop.frame(sums.order_by("product_id")).set_index("product_id").apply(as_floats)
    frame.attrs["days"] = days
    return frame


def _to_mend(
    shop: Tables, always: pd.DataFrame, since: pd.DataFrame, worth: pd.DataFrame
) -> Action:
    """Propose to mend what a product's buyers complain of, newly where it is new."""
    first = (since if len(since) else always).iloc[0]
    what = list(dict.fromkeys([*since["aspect"], *always["aspect"]]))
    named = [w for w in what if w != GOODS] or what
    aspect = ASPECTS.get(named[0], _OF_GOODS)
    share = f"{rate(first.get('complained_share'), digits=0)} of the reviews complain of"
    if len(since):
        after, before = (rate(first[f"{c}_share"], digits=0) for c in ("after", "before"))
        share = f"since {first['since']} {after} of the reviews ({before} before) complain of"
    about = listing(named)
    if first["aspect"] == GOODS:
        about = GOODS if named == [GOODS] else f"{GOODS} ({about})"
    return Action(
        kind="mend what buyers complain of",
        subject=f"product:{first['product_id']}",
        action=f"{first['product']}: {share} {about} (“{first['quote']}”). {begun(aspect.remedy)}.",
        owner_role=aspect.owner_role,
        metric="return_rate",
        due_on=due(shop.as_of),
        **_worth(worth, first["product_id"]),
    )


def _worth(worth: pd.DataFrame, product: str) -> dict:
    """Give a product's worth; not known where returns show no more than the category's."""
    if product not in worth.index or not worth.at[product, "worth"] > 0:
        return {}
    row = worth.loc[product]
    return worth_fields(*row[list(WORTH)], row["worth_in"])


def _to_show(shop: Tables, row: tuple) -> Action:
    subject = f"category:{row.category}" if row.product_id is None else f"product:{row.product_id}"
    return Action(
        kind="show a selling point",
        subject=subject,
        action=f"{row.product}: rivals' buyers praise {row.point} "
        f"({rate(row.their_share, digits=0)} of their reviews, "
        f"{rate(row.praised_share, digits=0)} of ours: “{row.quote}”). If ours "
        "have it, show it on the page; if not, ask for it.",
        owner_role="designer",
        metric="pay_conversion",
        due_on=due(shop.as_of),
    )
