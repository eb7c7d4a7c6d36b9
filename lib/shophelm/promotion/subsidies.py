"""What each mechanic gave away in a burst, to how many orders, and how many needed none."""

from __future__ import annotations

import re

import ibis
import numpy as np
import pandas as pd

from shophelm.promotion.mechanic_kinds import COUPON, DEPOSIT, FLASH, GIFT, THRESHOLD, kinds_of
from shophelm.promotion.mechanics import TopUp, mechanic_of, values_of
from shophelm.promotion.promoted_goods import PROMOTED, promoted_goods
from shophelm.shop.buyers import order_worths
from shophelm.shop.campaigns import Campaign, picked_campaign
from shophelm.shop.listed import listed
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import coupon_faces, paid_orders
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, listing, money, plural, rate, sentence

TITLE = "What did each mechanic give away, and to whom?"
NO_LOT, TOO_FEW = "nobody was held out", "too few orders lie around the threshold"
FINISHED = "finished"
"""How `user.holdouts` calls a coupon whose windows are over."""
HELD_OUT, BUNCHED = "hold-out", "bunching at the threshold"
_FIRST = re.compile(r"first[\s-]*(\d+)|前\s*(\d+)\s*[名件单]", re.IGNORECASE)
COLUMNS = [
    *("mechanic_kind", "orders", "of_burst", "given", "discount_share", "paid", "left"),
    *("anyway", "anyway_of", "told_by"),
]


@question(
    TITLE,
    "campaigns",
    "orders",
    "order_lines",
    presales="what deposits grew by",
    coupons="what coupons took off, and who would have bought without one",
)
def subsidies(
    shop: Tables,
    topped: TopUp | Missing,
    held: pd.DataFrame | Missing,
    *,
    campaign: str = "",
) -> pd.DataFrame | Missing:
    """Tell the orders of a burst that used each mechanic, and what it gave them.

    Parameters
    ----------
    shop
        The shop.
    topped
        What is known of the campaign's threshold, as `mechanics.top_up` gives it.
    held
        Coupons read out against their hold-outs, as `user.holdouts` gives them.
    campaign
        Its id; the latest one that has ended if empty.

    Returns
    -------
    DataFrame
        One row per mechanic that was used: mechanic_kind, orders, of_burst (share of the burst's
        orders), given (money), discount_share (of these orders' goods at list price), paid, left
        (margin after refunds of known customers' orders; GMV settled where costs are not known),
        anyway (of `anyway_of` orders of which it is known, those that would have come, or reached
        the threshold, without), told_by (what that is known from). Null where not known.

    Notes
    -----
    An order may use several mechanics, and counts for each. A flash sale's orders are those with
    goods that became cheaper for the burst alone, and what it gave is their cut below list price; a
    gift goes to the first so many orders, and no table says what it cost. Who would have come
    anyway is known of coupons from their hold-outs (see `user.holdouts`), carried over to their
    orders in the burst; of a threshold from how orders bunch at it; of the others nobody knows.
    """
    picked = picked_campaign(shop, campaign, title=TITLE)
    if isinstance(picked, Missing):
        return picked
    days = [d for d in picked.days_of("burst") if d <= shop.as_of]
    if not days:
        return Missing(TITLE, "campaigns", f"The burst of {picked.name} has not begun.")
    burst = paid_orders(shop).filter(lambda t: inside(t.day, days))
    burst = burst.select("order_id", "coupon_id", "paid_at", "goods_amount", "paid_amount").cache()
    used = {
        COUPON: _coupons(shop, burst),
        THRESHOLD: _threshold(shop, burst, topped),
        DEPOSIT: _deposits(shop, burst),
        FLASH: _price_cuts(shop, burst, picked),
        GIFT: _first(burst, mechanic_of(shop, picked)),
    }
    every = len(shop.frame(burst.select("order_id")))
    worth = order_worths(shop).select("order_id", "worth")
    rows = [
        {"mechanic_kind": kind, **_sums(shop, burst, worth, orders, every)}
        for kind, orders in used.items()
        if orders is not None
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame = frame[frame["orders"] > 0].reset_index(drop=True)
    return _with_anyway(frame, topped, _held_out(shop, burst, held))


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the mechanics out."""
    names = {"orders": "subsidised", "left": "part_left", "anyway": "subsidised_anyway"}
    return frame.rename(columns=names | {"paid": "part_paid"}).dropna(axis=1, how="all")


@carries_missing
def find_subsidies(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say what was given away, how much of it to who would have come anyway, and what is open."""
    if frame.empty:
        return [sentence("No order of the burst used a coupon, a threshold, a deposit or a cut.")]
    said = []
    for row in frame[frame["anyway"].notna()].itertuples():
        said.append(
            sentence(
                "{kind}: {n} got {given}; of {of}, {anyway} ({share}) would have come without, as "
                "the {by} says.",
                kind=row.mechanic_kind.capitalize(),
                n=plural(int(row.orders), "order"),
                given=money(row.given, currency=currency),
                of=count(row.anyway_of),
                anyway=count(row.anyway),
                share=rate(row.anyway / row.anyway_of, digits=0),
                by=row.told_by,
            )
        )
    for why, rows in frame[frame["anyway"].isna()].groupby("told_by", sort=False):
        each = [
            f"{r.mechanic_kind} ({plural(int(r.orders), 'order')}"
            + ("" if np.isnan(r.given) else f", {money(r.given, currency=currency)} given")
            + ")"
            for r in rows.itertuples()
        ]
        said.append(
            sentence(
                "How many would have come anyway is not known, as {why}: {each}.",
                why=why,
                each=listing(each),
            )
        )
    return said


def _sums(
    shop: Tables, burst: ibis.Table, worth: ibis.Table, orders: ibis.Table, every: int
) -> dict[str, float]:
    """Add up the orders that used a mechanic: order_id, given."""
    rows = orders.inner_join(burst, "order_id").left_join(worth, "order_id")
    sums = rows.aggregate(
        orders=rows.count(),
        given=rows.given.sum(),
        goods=rows.goods_amount.sum(),
        paid=rows.paid_amount.sum(),
        left=rows.worth.sum(),
    )
    found = as_floats(shop.frame(sums).iloc[0])
    return {
        **found[["orders", "given", "paid", "left"]],
        "of_burst": found["orders"] / max(every, 1),
        "discount_share": found["given"] / found["goods"] if found["goods"] > 0 else np.nan,
    }


def _coupons(shop: Tables, burst: ibis.Table) -> ibis.Table | None:
    used = burst.filter(burst.coupon_id.notnull()).select("order_id")
    if not shop.filled("coupons.redeemed_order_id"):
        return used.mutate(given=ibis.null("decimal(18, 4)"))
    faces = coupon_faces(shop).rename(given="coupon")
    both = used.union(faces.semi_join(burst, "order_id").select("order_id"), distinct=True)
    return both.left_join(faces, "order_id").select("order_id", "given")


def _threshold(shop: Tables, burst: ibis.Table, topped: TopUp | Missing) -> ibis.Table | None:
    if isinstance(topped, Missing) or not topped.threshold:
        return None
    values = values_of(shop, burst)
    times = (values["value"].cast("float64") / topped.threshold).floor()
    return values.filter(times >= 1).select("order_id", given=times * topped.off)


def _deposits(shop: Tables, burst: ibis.Table) -> ibis.Table | None:
    if not shop.filled("presales"):
        return None
    rows = shop["presales"].semi_join(burst, "order_id")
    return rows.select("order_id", given=rows.deposit_worth - rows.deposit_amount)


def _price_cuts(shop: Tables, burst: ibis.Table, campaign: Campaign) -> ibis.Table:
    group = promoted_goods(shop, campaign)
    promoted = pd.DataFrame({"product_id": group.index[group == PROMOTED]})
    promoted = listed(shop, promoted, {"product_id": "string"})
    lines = shop["order_lines"].semi_join(burst, "order_id").semi_join(promoted, "product_id")
    cut = ((lines.list_price - lines.unit_price) * lines.quantity).sum()
    cuts = lines.group_by("order_id").aggregate(given=cut)
    return cuts.filter(cuts.given > 0)


def _first(burst: ibis.Table, mechanic: str | None) -> ibis.Table | None:
    if GIFT not in kinds_of(mechanic):
        return None
    found = _FIRST.search(mechanic)
    if found is None:
        return None
    first = burst.order_by("paid_at", "order_id").limit(int(found[1] or found[2]))
    return first.select("order_id", given=ibis.null("float64"))


def _held_out(shop: Tables, burst: ibis.Table, held: pd.DataFrame | Missing) -> tuple[float, float]:
    """Give how many of the burst's coupon orders are of coupons read out, and came anyway."""
    used = burst.filter(burst.coupon_id.notnull())
    counts = shop.frame(used.group_by("coupon_id").aggregate(n=used.count()))
    if counts.empty or isinstance(held, Missing):
        return 0.0, np.nan
    read = held[
        (held["state"] == FINISHED) & held["orders_effect"].notna() & (held["redeemed"] > 0)
    ]
    further = read["orders_effect"] * read["granted"] / read["redeemed"]
    share = (1 - further).clip(0.0, 1.0).set_axis(read["coupon_id"])
    known = counts.set_index("coupon_id")["n"].astype("float64")
    known = known[known.index.isin(share.index)]
    if known.empty:
        return 0.0, np.nan
    return float(known.sum()), float((known * share.reindex(known.index)).sum())


def _with_anyway(
    frame: pd.DataFrame, topped: TopUp | Missing, held_out: tuple[float, float]
) -> pd.DataFrame:
    told = {COUPON: (held_out[1], held_out[0], HELD_OUT)}
    if not isinstance(topped, Missing):
        told[THRESHOLD] = (topped.anyway, topped.reached, BUNCHED)
    unknown = {THRESHOLD: TOO_FEW}
    rows = []
    for kind in frame["mechanic_kind"]:
        anyway, of, by = told.get(kind, (np.nan, np.nan, ""))
        known = np.isfinite(anyway)
        rows.append((anyway, of, by) if known else (np.nan, np.nan, unknown.get(kind, NO_LOT)))
    columns = ["anyway", "anyway_of", "told_by"]
    return frame.drop(columns=columns).join(pd.DataFrame(rows, frame.index, columns))
