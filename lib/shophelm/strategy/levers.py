"""Which lever closes most of the gap to the target for each unit of money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.year_shape import RECENT
from shophelm.shop.needs import Missing, carries_missing
from shophelm.shop.tables import Tables
from shophelm.strategy.category_budget import CategoryBudget
from shophelm.strategy.daily_facts import daily_facts
from shophelm.strategy.media_budget import UNKNOWN, MediaBudget, Response
from shophelm.strategy.rivals import LookAlikes
from shophelm.strategy.standing import Standing
from shophelm.words import Sentence, listing, money, number, sentence

MORE = 0.2
"""By what share more money is tried: beyond what was ever spent little is known."""
COLUMNS = ["lever", "gmv", "gmv_low", "gmv_high", "cost", "per_unit", "closes"]


@carries_missing
def levers(
    shop: Tables,
    where: Standing,
    *,
    moves: pd.DataFrame | Missing,
    response: Response | Missing,
    divided: MediaBudget | Missing,
    pointed: CategoryBudget | Missing,
    rivals: LookAlikes | Missing,
) -> pd.DataFrame:
    """Rank all that the notebook found by the money it brings for each unit it costs.

    Parameters
    ----------
    shop
        For what a visit brings.
    where
        Where the year stands: the gap to its target at the present pace.
    moves, response, divided, pointed, rivals
        The answers of `scenarios`, `promotion.spend_response`, `media_budget`, `category_budget`
        and `look_alikes`; one that is missing brings nothing.

    Returns
    -------
    DataFrame
        One row per lever: lever, gmv (money it brings in 28 days, or until the year's end if that
        is sooner) with _low and _high (80 %; of more money for a channel 95 %; of a price that is
        matched from nothing to all that was lost), cost (0 for money that is only moved, null where
        not known), per_unit (gmv / cost) and closes (share of the gap; null where there is none).
        First what costs nothing, then by per_unit, then what has no known cost.
    """
    days = min(HORIZON_DAYS, int(where.months["days"].sum()))
    facts = daily_facts(shop).totals.iloc[-RECENT:]
    each_visit = facts["gmv"].sum() / facts["visits"].sum() if facts["visits"].any() else np.nan
    rows: list[dict] = []
    if not isinstance(divided, Missing) and not isinstance(response, Missing):
        rows += _media(response, divided, each_visit, days)
        if not isinstance(pointed, Missing):
            rows.append(_pointed(response, divided, pointed, each_visit, days))
    if not isinstance(rivals, Missing):
        rows += _matches(rivals, days)
    if not isinstance(moves, Missing):
        rows += _moves(moves, days / max(int(where.months["days"].sum()), 1))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["per_unit"] = frame["gmv"] / frame["cost"].where(frame["cost"] > 0)
    frame["closes"] = frame["gmv"] / where.short if where.short > 0 else np.nan
    free = frame["cost"] == 0
    order = frame.assign(rank=np.where(free, np.inf, frame["per_unit"]))
    order = order.sort_values(["rank", "gmv"], ascending=False, na_position="last", kind="stable")
    return order.drop(columns="rank").reset_index(drop=True)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the levers out."""
    names = {
        "gmv": "lever_gmv", "gmv_low": "lever_gmv_low", "gmv_high": "lever_gmv_high",
        "cost": "it_costs", "per_unit": "gmv_for_one", "closes": "of_gap",
    }  # fmt: skip
    return frame.rename(columns=names).dropna(axis=1, how="all")


@carries_missing
def find_levers(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say which levers close most of the gap for their money, and whose cost is not known."""
    known = frame[(frame["cost"] == 0) | frame["per_unit"].notna()]
    said = []
    if len(known):
        best = known.iloc[0]
        what = (
            "costs nothing"
            if best["cost"] == 0
            else f"brings {number(best['per_unit'], digits=2)} for each unit of money"
        )
        said.append(
            sentence(
                "First: {lever}. It {what}, and brings {gmv} of GMV in 28 days, or until the "
                "year ends ({low} to {high}).",
                lever=best["lever"],
                what=what,
                gmv=money(best["gmv"], currency=currency),
                low=money(best["gmv_low"], currency=currency),
                high=money(best["gmv_high"], currency=currency),
            )
        )
    blind = frame[frame["cost"].isna()]
    if len(blind):
        text = "What it costs to move these is not known: {levers}."
        said.append(sentence(text, levers=listing(blind["lever"].tolist(), most=9)))
    return said or [sentence("No lever's worth is known.")]


def _media(response: Response, divided: MediaBudget, each_visit: float, days: int) -> list[dict]:
    """Give the budget divided anew, and a fifth more for each channel."""
    scale = _gmv_of_left(response, divided, each_visit, days)
    rows = [_row("divide the media money anew", *divided.gains * scale, 0.0)]
    known = response.channels[response.channels["verdict"] != UNKNOWN]
    for row in known.itertuples():
        more = MORE * row.spend_a_day * days
        found = [
            getattr(row, f"next_visits{end}") * more / 100 * each_visit
            for end in ("", "_low", "_high")
        ]
        rows.append(_row(f"{MORE:.0%} more money for {row.channel}", *found, more))
    return rows


def _pointed(
    response: Response,
    divided: MediaBudget,
    pointed: CategoryBudget,
    each_visit: float,
    days: int,
) -> dict:
    """Give the money pointed at other categories: what it leaves, as money paid."""
    scale = _gmv_of_left(response, divided, each_visit, days)
    return _row("point the media money at other categories", *pointed.gains * scale, 0.0)


def _gmv_of_left(response: Response, divided: MediaBudget, each_visit: float, days: int) -> float:
    """Give the money paid in so many days for each unit that the budget's weeks leave."""
    left = np.mean([response.draws[c].worth.mean() for c in divided.channels["channel"]])
    return each_visit / left * days / divided.days


def _matches(rivals: LookAlikes, days: int) -> list[dict]:
    """Give prices matched: from none of what was lost to all of it comes back."""
    rows = []
    for row in rivals.broken.dropna(subset="match_cost").itertuples():
        back = row.units_lost * row.rival_price
        most = (back - row.match_cost) * days / HORIZON_DAYS
        least = -row.match_cost * days / HORIZON_DAYS
        cost = row.match_cost * days / HORIZON_DAYS
        name = f"match {row.rival_id} with {row.product_id}"
        rows.append(_row(name, (most + least) / 2, least, most, cost))
    return rows


def _moves(moves: pd.DataFrame, part: float) -> list[dict]:
    """Give a little more of each driver, whose cost nobody knows."""
    names = {
        "visits": "5% more visits",
        "pay_conversion": "0.3 points more conversion",
        "spend_per_buyer": "5 more spent by each buyer",
    }
    return [
        _row(names[r.driver], r.worth * part, np.nan, np.nan, np.nan) for r in moves.itertuples()
    ]


def _row(lever: str, gmv: float, low: float, high: float, cost: float) -> dict:
    return {"lever": lever, "gmv": gmv, "gmv_low": low, "gmv_high": high, "cost": cost}
