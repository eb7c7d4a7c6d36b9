"""What a change of title or picture did to the visits that searches bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from shophelm.methods.count_lift import CountLift, count_lift
from shophelm.methods.proportions import beyond_chance
from shophelm.shop.calendar import parse_day
from shophelm.shop.needs import question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.store.search_margins import margin_shares
from shophelm.store.search_panel import Panel, panel
from shophelm.store.search_visits import CHANNELS, sources

AFTER_DAYS, BEFORE_DAYS, FEWEST_DAYS = 30, 42, 7
KINDS = ("title", "main_image", "detail_page")
BAD_FIT = 2.0
"""Weekly counts before that lie twice as far from the twin's as chance takes them."""
FALSE_DISCOVERY = 0.05
FEWEST_BUYERS = 8
LIFTED, FELL, UNKNOWN, EARLY, UNMEASURED = (
    "lifted",
    "fell",
    "not known: within chance",
    "too early to say",
    "cannot be measured",
)
LIFTS = [
    *("product_id", "product", "category", "kind", "done_on", "days", "counted_by", "net_of"),
    *("search_visits", "search_visits_expected", "lift", "lift_low", "lift_high", "lift_low_80"),
    *("lift_high_80", "p_value", "p_rank", "donors", "placebos", "fit_error", "bad_fit", "found"),
    *("verdict", "brought_visits", "brought_visits_low", "brought_visits_high", "buyers_lift"),
    *("buyers_lift_low", "buyers_lift_high", "brought", "brought_low", "brought_high", "worth"),
    *("worth_low", "worth_high", "worth_in"),
]
PATHS = [
    *("product_id", "product", "done_on", "week_from", "after", "observed", "expected"),
    *("low", "high"),
]


@dataclass(frozen=True, slots=True)
class SearchLift:
    """What changes did to search visits.

    Attributes
    ----------
    lifts
        One row per change, latest first, in `LIFTS`. search_visits and search_visits_expected are
        those of the days after on which it was judged (a campaign's burst left out); lift is
        relative (95 % in low and high, and 80 %); p_value by the spread of placebos, p_rank the
        share of them with as large a lift; bad_fit where the weeks before did not fit; found where
        the 95 % interval leaves out 0, false discoveries are kept to 5 % of all changes found, and
        p_rank is at most 5 % (which takes 19 placebos); brought_visits and brought (GMV) are those
        of all days after that would not have come without, with 80 % intervals; worth is the same
        in contribution margin where the cost is known (worth_in says which).
    paths
        One row per measured change and week, in `PATHS`: observed and expected search visits a
        day, and where 95 % of the untouched products lie (low, high).
    """

    lifts: pd.DataFrame
    paths: pd.DataFrame


@question(
    "What did changed titles and pictures do to search?",
    "keywords.product_id|traffic.product_id|events.channel",
    products="donors of the same category; category demand",
    rivals="category demand where the shop's own products do not tell it",
    campaigns="days of campaigns left out",
)
def search_lift(
    shop: Tables,
    actions: pd.DataFrame | None = None,
    *,
    changes: Mapping[str, str | date] | None = None,
    kinds: Sequence[str] = KINDS,
    after_days: int = AFTER_DAYS,
    before_days: int = BEFORE_DAYS,
    channels: Sequence[str] = CHANNELS,
) -> SearchLift:
    """Measure how organic search visits moved in the days after each change.

    Each product's visits are divided by its category's demand (the other products of the category
    that were left alone), which takes season, campaigns and demand out, and held against a twin
    mixed from untouched products: synthetic difference in differences, with every untouched
    product as a placebo (`methods.count_lift`). Paid clicks are left out
    (`search_visits.search_days`).

    Parameters
    ----------
    shop
        Search visits of products: keywords, else traffic or events by channel.
    actions
        The ledger: kind, subject, status, done_on. Done actions on products count as touched
        from the day they were done, whatever their kind.
    changes
        Further changes: product_id → day.
    kinds
        Kinds of the ledger's actions that are to be measured.
    after_days, before_days
        Days after a change that are judged, and before it that say what was usual.
    channels
        Names of the channels of organic search, where visits come from traffic or events.

    Notes
    -----
    A change made because a product was falling would have been followed by a rise anyway, and
    buyers drawn from our own other products are counted as brought.
    """
    done = _done(shop, actions, changes or {}, kinds)
    names = products_of(shop)
    rows, paths = [], []
    for day, group in done[done["asked"]].groupby("day", sort=True):
        for row, path in _measured(
            shop, day, group, done, names, (before_days, after_days, channels)
        ):
            rows.append(row)
            paths.append(path)
    lifts = pd.DataFrame(rows, columns=LIFTS)
    lifts = _with_verdicts(lifts.sort_values(["done_on", "product_id"], ascending=[False, True]))
    table = pd.concat(paths, ignore_index=True) if paths else pd.DataFrame(columns=PATHS)
    return SearchLift(lifts.reset_index(drop=True), table[PATHS])


def _done(
    shop: Tables,
    actions: pd.DataFrame | None,
    changes: Mapping[str, str | date],
    kinds: Sequence[str],
) -> pd.DataFrame:
    """List what was done to products: product_id, kind, day, asked (whether to be measured)."""
    rows = [(p, "change", parse_day(d, name="changes"), True) for p, d in changes.items()]
    if actions is not None and len(actions):
        kept = actions[(actions["status"] == "done") & actions["done_on"].notna()]
        rows += [
            (a.subject.partition(":")[2], a.kind, a.done_on, a.kind in kinds)
            for a in kept.itertuples()
            if a.subject.startswith("product:")
        ]
    rows = [r for r in rows if r[2] <= shop.as_of]
    frame = pd.DataFrame(rows, columns=["product_id", "kind", "day", "asked"])
    return frame.drop_duplicates(["product_id", "day", "kind"])


def _measured(
    shop: Tables,
    day: date,
    group: pd.DataFrame,
    done: pd.DataFrame,
    names: pd.DataFrame,
    window: tuple[int, int, Sequence[str]],
) -> list[tuple[dict[str, Any], pd.DataFrame]]:
    """Measure the changes of one day, each by the first source that has visits enough."""
    before_days, after_days, channels = window
    days = min((shop.as_of - day).days + 1, after_days)
    first, last = day - timedelta(days=before_days), day + timedelta(days=days - 1)
    # what was done on the window's first day, or before, is part of all of it
    around = done[done["day"].map(lambda d: first < d <= last).astype(bool)]
    touched = list(around["product_id"])
    left = {c.product_id: c for c in group.itertuples()}
    found, nothing = [], pd.DataFrame(columns=PATHS)
    for source in sources(shop) if days >= FEWEST_DAYS else []:
        table = panel(
            shop, day=day, before_days=before_days, after_days=after_days, touched=touched,
            source=source, channels=channels, category=names["category"],
        )  # fmt: skip
        here = [p for p in left if p in table.products]
        if here and (~table.products.isin(touched)).any():
            found += _judged(shop, table, [left.pop(p) for p in here], touched, names)
    verdict = EARLY if days < FEWEST_DAYS else UNMEASURED
    for change in left.values():
        row = _named(change, names) | {"days": days, "verdict": verdict}
        found.append((row, nothing))
    return found


def _judged(
    shop: Tables, table: Panel, changes: list[Any], touched: list[str], names: pd.DataFrame
) -> list[tuple[dict[str, Any], pd.DataFrame]]:
    own = table.products.get_indexer([c.product_id for c in changes])
    calm = np.flatnonzero(~table.products.isin(touched))
    sides = {"treated_demand": table.demand[own], "donor_demand": table.demand[calm]}
    visits = count_lift(table.visits[own], table.visits[calm], before=table.before, **sides)
    buyers = _of_buyers(table, own, calm, sides)
    margin = margin_shares(shop, table.after)
    found = []
    for i, change in enumerate(changes):
        lift = visits.lifts.iloc[i].to_dict()
        after = table.visits[own[i], table.before :].sum()
        row = _named(change, names) | lift | {
            "days": table.after.days,
            "counted_by": table.days.source,
            "net_of": table.net_of[own[i]],
            "search_visits": after,
            "search_visits_expected": visits.expected[i, table.before :].sum(),
            "bad_fit": lift["fit_error"] > BAD_FIT,
        }  # fmt: skip
        if buyers is not None:
            row |= {
                f"buyers_{k}": buyers.lifts.iloc[i][k] for k in ("lift", "lift_low", "lift_high")
            }
        row |= _brought(table, change.product_id, lift, margin)
        found.append((row, _path(table, visits, i, own[i], row)))
    return found


def _of_buyers(
    table: Panel, own: np.ndarray, calm: np.ndarray, sides: dict[str, np.ndarray]
) -> CountLift | None:
    """Measure buyers alike; where a change had too few of them before, nothing is known."""
    if np.isnan(table.buyers).any():
        return None
    enough = table.buyers[:, : table.before].sum(axis=1) >= FEWEST_BUYERS
    some = enough[calm]
    sides = {"treated_demand": sides["treated_demand"], "donor_demand": sides["donor_demand"][some]}
    found = count_lift(table.buyers[own], table.buyers[calm[some]], before=table.before, **sides)
    found.lifts.loc[~enough[own]] = np.nan
    return found


def _brought(
    table: Panel, product: str, lift: dict[str, float], margin: pd.Series
) -> dict[str, Any]:
    """Give what would not have come without the change, on all days after it."""
    at = table.days.products.get_loc(product)
    after = table.days.visits.shape[1] - table.after.days
    visits = table.days.visits[at, after:].sum()
    gmv = table.days.gmv[at, after:].sum()
    share = margin.get(product, np.nan)
    known = share == share and gmv == gmv
    row: dict[str, Any] = {"worth_in": "margin" if known else "gmv" if gmv == gmv else "unknown"}
    for end, name in (("", "lift"), ("_low", "lift_low_80"), ("_high", "lift_high_80")):
        part = 1 - 1 / (1 + lift[name]) if lift[name] > -1 else np.nan
        row |= {
            f"brought_visits{end}": visits * part,
            f"brought{end}": gmv * part,
            f"worth{end}": gmv * part * (share if known else 1.0),
        }
    return row


def _path(table: Panel, visits: CountLift, i: int, own: int, row: dict[str, Any]) -> pd.DataFrame:
    days = np.array([len(w) for w in table.weeks])
    expected = visits.expected[i]
    band = expected[:, None] + visits.band * np.sqrt(np.maximum(expected, 0.5))[:, None]
    return pd.DataFrame(
        {
            "product_id": row["product_id"],
            "product": row["product"],
            "done_on": row["done_on"],
            "week_from": [w[0] for w in table.weeks],
            "after": np.arange(len(days)) >= table.before,
            "observed": table.visits[own] / days,
            "expected": expected / days,
            "low": np.maximum(band[:, 0], 0) / days,
            "high": band[:, 1] / days,
        }
    )


def _named(change: Any, names: pd.DataFrame) -> dict[str, Any]:
    known = change.product_id in names.index
    return {
        "product_id": change.product_id,
        "product": names.at[change.product_id, "title"] if known else change.product_id,
        "category": names.at[change.product_id, "category"] if known else None,
        "kind": change.kind,
        "done_on": change.day,
    }


def _with_verdicts(lifts: pd.DataFrame) -> pd.DataFrame:
    """Judge all changes together, so that of many the luckiest is not taken for a success."""
    p = lifts["p_value"].astype("float64").to_numpy()
    found = beyond_chance(p, rate=FALSE_DISCOVERY) if len(p) else np.zeros(0, dtype=bool)
    found &= (lifts["p_rank"].astype("float64") <= FALSE_DISCOVERY).to_numpy()
    ends = lifts[["lift_low", "lift_high"]].astype("float64")
    own_past = np.isnan(p)
    up = (ends["lift_low"] > 0) & (found | own_past)
    down = (ends["lift_high"] < 0) & (found | own_past)
    told = np.select([up, down], [LIFTED, FELL], UNKNOWN)
    verdict = lifts["verdict"].where(lifts["verdict"].notna(), pd.Series(told, lifts.index))
    return lifts.assign(found=up | down, verdict=verdict)
