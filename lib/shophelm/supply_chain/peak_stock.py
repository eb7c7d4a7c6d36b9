"""What to order for a big sale, until when, and what to hold back for which phase."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS, Action, worth_fields
from shophelm.methods.peak_multiples import count_levels
from shophelm.shop.campaigns import Campaign
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.shelf import on_the_shelf
from shophelm.shop.tables import Tables
from shophelm.supply_chain.lost_sales import unit_money
from shophelm.supply_chain.peaks import PeakPlan
from shophelm.words import Sentence, count, listing, money, plural, sentence

STOCK_UP = "stock for the peak"
FIRST_HOURS = 2
"""Hours after midnight of the burst in which most of what was carted before is paid."""
_EVEN = [(i + 0.5) / 50 for i in range(50)]


@question(
    "What must be ordered and held back for the next big sale?",
    "stock",
    "order_lines",
    "campaigns",
    purchase_orders="what is on order already",
    suppliers="the last day on which to order",
)
def peak_stock(
    shop: Tables, plan: PeakPlan | Missing, *, lead_days: pd.Series | None = None
) -> pd.DataFrame | Missing:
    """Hold the plan against the stock: what to order by when, and what to release in each phase.

    Parameters
    ----------
    shop
        Needs stock.
    plan
        As `peak_plan` gives it.
    lead_days
        Days from order to arrival by supplier_id, late ones included; where it is not given, or
        lacks a supplier, what the supplier promises (suppliers.lead_time_days).

    Returns
    -------
    DataFrame
        One row per product, by money at risk, then by id: product_id, title, before (units that
        ordinary days ask for until the campaign), wanted with _low and _high (all phases to come;
        80 %), on_hand, on_order (promised before the burst), to_order (units that cover the upper
        end), order_by (last day on which an order still comes before the burst; null where no
        lead time is known), in_time, then what to release: reserved (for deposits paid),
        first_hours and burst (without those), warmup, afterglow, and left over; at_risk with _low
        and _high (money of the units lacking without an order; 80 %), worth_in.

    Notes
    -----
    Where stock falls short it goes to paid deposits first, then to the burst, whose rank and price
    were promised, then to the warm-up, then to the afterglow: a merchant's order, not an optimum.
    Packs and minimum orders are not minded here.
    """
    if isinstance(plan, Missing):
        return plan
    units, now = plan.units, plan.peak.now
    quiet = max((now.warmup_from - shop.as_of).days - 1, 0)
    frame = pd.DataFrame({"title": units["title"], "before": units["level"] * quiet})
    for end in ("", "_low", "_high"):
        frame[f"wanted{end}"] = units[f"total{end}"]
    frame["on_hand"] = on_the_shelf(shop)["on_hand"].reindex(frame.index).fillna(0.0)
    frame["on_order"] = _on_order(shop, now).reindex(frame.index).fillna(0.0)
    there = (frame["on_hand"] + frame["on_order"] - frame["before"]).clip(lower=0.0)
    frame["to_order"] = np.ceil((units["total_high"] - there).clip(lower=0.0))
    frame["order_by"] = _order_by(shop, frame.index, now, lead_days)
    frame["in_time"] = [d is not None and d >= shop.as_of for d in frame["order_by"]]
    frame = frame.assign(**_released(shop, plan, there))
    frame = frame.assign(**_at_risk(shop, plan, there))
    ranked = frame.reset_index().sort_values(["at_risk", "product_id"], ascending=[False, True])
    return ranked.reset_index(drop=True)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay out, for people, what the campaign asks for, and what to order and release."""
    columns = ["title", "peak_units", "peak_units_low", "peak_units_high", "on_hand", "on_order"]
    columns += ["to_order", "order_by", "reserved", "first_hours", "burst", "warmup", "afterglow"]
    named = frame.rename(columns=lambda c: c.replace("wanted", "peak_units"))
    return named[[*columns, "at_risk"]]


@carries_missing
def find_peak_stock(shop: Tables, frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say what must be ordered, what is too late to order, and what is at risk."""
    short = frame[frame["to_order"] > 0]
    if short.empty:
        return [sentence("Stock and open orders cover the campaign, even at its upper end.")]
    soon = short[short["in_time"]]
    said = [
        sentence(
            "{n} lack {units} units in all to cover the upper end; without them about {money} is "
            "at risk.",
            n=plural(len(short), "product"),
            units=count(short["to_order"].sum()),
            money=money(short["at_risk"].sum(), currency=currency),
        )
    ]
    if len(soon):
        which = [
            f"{count(r.to_order)} of {r.title} by {r.order_by}" for r in soon.head(3).itertuples()
        ]
        said.append(sentence("Order {which}.", which=listing(which)))
    late = short[[d is not None and d < shop.as_of for d in short["order_by"]]]
    if len(late):
        said.append(
            sentence(
                "For {n} an order now comes after the burst has begun: hold back what is there.",
                n=plural(len(late), "product"),
            )
        )
    return said


@carries_missing
def peak_actions(shop: Tables, plan: PeakPlan, frame: pd.DataFrame) -> list[Action]:
    """Propose the orders whose last day lies within four weeks."""
    until = shop.as_of + timedelta(days=HORIZON_DAYS)
    rows = frame[(frame["to_order"] > 0) & frame["in_time"]]
    return [
        Action(
            kind=STOCK_UP,
            subject=f"product:{row.product_id}",
            action=f"Order {plural(int(row.to_order), 'unit')} of {row.title} by {row.order_by} "
            f"for {plan.peak.now.name}.",
            owner_role="buyer",
            metric="units",
            due_on=plan.peak.now.ends_on,
            **worth_fields(row.at_risk, row.at_risk_low, row.at_risk_high, row.worth_in),
        )
        for row in rows.itertuples()
        if row.order_by <= until
    ]


def _on_order(shop: Tables, campaign: Campaign) -> pd.Series:
    if not shop.has("purchase_orders"):
        return pd.Series(dtype=float)
    coming = shop["purchase_orders"].filter(
        lambda t: t.received_on.isnull() & (t.promised_on < campaign.burst_from)
    )
    sums = coming.group_by("product_id").aggregate(units=coming.quantity.sum())
    return as_floats(shop.frame(sums).set_index("product_id")["units"])


def _order_by(
    shop: Tables, products: pd.Index, campaign: Campaign, lead_days: pd.Series | None
) -> list:
    if not shop.has("products.supplier_id"):
        return [None] * len(products)
    listed = shop.frame(shop["products"].select("product_id", "supplier_id"))
    supplier = listed.set_index("product_id")["supplier_id"].reindex(products)
    days = pd.Series(np.nan, index=products)
    if lead_days is not None:
        days = supplier.map(lead_days).astype(float)
    if shop.has("suppliers.lead_time_days"):
        promised = shop.frame(shop["suppliers"].select("supplier_id", "lead_time_days"))
        promised = as_floats(promised.set_index("supplier_id")["lead_time_days"])
        days = days.fillna(supplier.map(promised).astype(float))
    # on the shelf the day before the burst
    eve = campaign.burst_from - timedelta(days=1)
    return [None if d != d else eve - timedelta(days=int(np.ceil(d))) for d in days]


def _released(shop: Tables, plan: PeakPlan, there: pd.Series) -> dict[str, pd.Series]:
    """Deal what is there to the phases, in the order of what was promised to whom."""
    units = plan.units
    free = (units["burst"] - units["kept"]).clip(lower=0.0)
    first = free * _first_hours(shop, plan.peak.before)
    wishes = {
        "reserved": units["kept"].where(units["burst"] > 0, 0.0),
        "first_hours": first,
        "burst": free - first,
        "warmup": units["warmup"],
        "afterglow": units["afterglow"],
    }
    released = {}
    for name, wish in wishes.items():
        released[name] = np.minimum(wish, there)
        there = there - released[name]
    return released | {"left": there}


def _first_hours(shop: Tables, before: Campaign) -> float:
    """Give the share of last year's burst, deposits aside, that was paid in its first hours."""
    begin = datetime.combine(before.burst_from, time())
    end = datetime.combine(before.afterglow_from, time())
    orders = paid_orders(shop).filter(lambda t: (t.paid_at >= begin) & (t.paid_at < end))
    if shop.has("presales"):
        orders = orders.anti_join(shop["presales"], "order_id")
    early = begin + timedelta(hours=FIRST_HOURS)
    counts = orders.aggregate(early=(orders.paid_at < early).sum(), every=orders.count())
    early_orders, every = shop.frame(counts).iloc[0]
    return float(early_orders or 0) / every if every else 0.0


def _at_risk(shop: Tables, plan: PeakPlan, there: pd.Series) -> dict[str, np.ndarray]:
    units = plan.units
    levels = count_levels(units["total"].to_numpy(), units["doubt"].to_numpy(), plan.spread, _EVEN)
    lacking = np.clip(np.array(levels) - there.to_numpy(), 0, None)
    each = unit_money(shop, days=2 * HORIZON_DAYS).reindex(units.index)
    value = each["margin"].fillna(each["gmv"]).to_numpy()
    low, high = np.quantile(lacking, [0.1, 0.9], axis=0)
    known = np.where(each["margin"].notna(), "margin", "gmv")
    return {
        "at_risk": lacking.mean(axis=0) * value,
        "at_risk_low": low * value,
        "at_risk_high": high * value,
        "worth_in": np.where(np.isnan(value), "unknown", known),
    }
