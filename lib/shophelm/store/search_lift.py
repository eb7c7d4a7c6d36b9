"""What a change of title or picture did to the visits that searches bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from shophelm.methods.proportions import beyond_chance
from shophelm.shop.calendar import parse_day
from shophelm.shop.needs import question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.store.search_lift_rows import judged_changes, named_change
from shophelm.store.search_panel import panel
from shophelm.store.search_visits import CHANNELS, sources

AFTER_DAYS, BEFORE_DAYS, FEWEST_DAYS = 30, 42, 7
KINDS = ("title", "main_image", "detail_page")
FALSE_DISCOVERY = 0.05
LIFTED, FELL, UNKNOWN, FEW, EARLY, UNMEASURED = (
    "lifted",
    "fell",
    "not known: within chance",
    "not known: too few untouched products",
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
        the 95% interval leaves out 0, false discoveries are kept to 5 % of all changes found, and
        p_rank is at most 5 % (which takes 19 placebos); brought_visits and brought (GMV) are those
        of all days after that would not have come without, with 80% intervals; worth is the same
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
    # a change without placebos brings bands of nothing
    table = table[PATHS].astype(dict.fromkeys(PATHS[-4:], "float64"))
    return SearchLift(lifts.reset_index(drop=True), table)


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
    frame["asked"] = frame["asked"].astype(bool)
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
            found += judged_changes(shop, table, [left.pop(p) for p in here], touched, names)
    verdict = EARLY if days < FEWEST_DAYS else UNMEASURED
    for change in left.values():
        row = named_change(change, names) | {"days": days, "verdict": verdict}
        found.append((row, nothing))
    return found


def _with_verdicts(lifts: pd.DataFrame) -> pd.DataFrame:
    """Judge all changes together, so that of many the luckiest is not taken for a success."""
    p, rank = (lifts[c].astype("float64").to_numpy() for c in ("p_value", "p_rank"))
    chance = beyond_chance(p, rate=FALSE_DISCOVERY) if len(p) else np.zeros(0, dtype=bool)
    # without placebos, the unit's own past has judged it
    found = (chance & (rank <= FALSE_DISCOVERY)) | np.isnan(p)
    up = (lifts["lift_low"].astype("float64") > 0).to_numpy()
    down = (lifts["lift_high"].astype("float64") < 0).to_numpy()
    fewest = 1 / (1 + lifts["placebos"].astype("float64")).to_numpy() > FALSE_DISCOVERY
    cases = [found & up, found & down, (up | down) & chance & fewest]
    told = pd.Series(np.select(cases, [LIFTED, FELL, FEW], UNKNOWN), lifts.index)
    verdict = lifts["verdict"].where(lifts["verdict"].notna(), told)
    return lifts.assign(found=cases[0] | cases[1], verdict=verdict)
