"""Kinds of mechanics held beside each other: what campaigns with each of them added and left."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from shophelm.shop.needs import carries_missing
from shophelm.words import Sentence, change, listing, plural, sentence

COUPON, THRESHOLD, DEPOSIT = "coupon", "threshold discount", "deposit expansion"
FLASH, GIFT = "flash sale", "first-N gift"
WORDS = {
    COUPON: re.compile(r"coupon|券", re.IGNORECASE),
    THRESHOLD: re.compile(r"threshold|满\s*\d*\s*减|满减|\d+\s*[-减]\s*\d+", re.IGNORECASE),
    DEPOSIT: re.compile(r"deposit|presale|定金|预售|膨胀", re.IGNORECASE),
    FLASH: re.compile(r"flash|秒杀|限时|抢购", re.IGNORECASE),
    GIFT: re.compile(r"first[\s-]*(\d+|n)\b|\bgift|前\s*\d+\s*[名件单]|赠", re.IGNORECASE),
}
"""How a campaign's mechanic says which kinds it is made of."""
COLUMNS = [
    *("mechanic_kind", "campaigns_of", "alone", "discount_share", "conversion_times"),
    *("added_share", "added_share_low", "added_share_high"),
    *("left_share", "left_share_low", "left_share_high"),
]


def kinds_of(mechanic: str | None) -> list[str]:
    """Name the kinds that a mechanic such as "presale deposit, 300-40" is made of."""
    if not isinstance(mechanic, str):
        return []
    return [kind for kind, words in WORDS.items() if words.search(mechanic)]


@carries_missing
def mechanic_kinds(campaigns: pd.DataFrame) -> pd.DataFrame:
    """Pool campaigns by the kinds of mechanics they had, on their one baseline.

    Parameters
    ----------
    campaigns
        As `mechanics.mechanics` gives them.

    Returns
    -------
    DataFrame
        One row per kind that a campaign had: mechanic_kind, campaigns_of (how many), alone (of
        them, those without another kind), discount_share (all discounts, of goods at list
        price, mean), conversion_times (payment conversion in the burst over the usual one,
        geometric mean), added_share and left_share (what they added to GMV, and left, of the GMV
        to be expected without them), each with _low and _high (95 %).

    Notes
    -----
    Campaigns with several kinds count for each: which of them did it is not told apart. Season,
    goods and media differ, too; only the same campaign with another mechanic would tell.
    """
    rows = campaigns[campaigns["left_low"].notna()]
    kinds = [kinds_of(m) for m in rows["mechanic"]]
    found = []
    for kind in WORDS:
        mine = rows[[kind in k for k in kinds]]
        if mine.empty:
            continue
        alone = sum(k == [kind] for k in kinds)
        times = np.log(mine["pay_conversion"] / mine["usual_conversion"]).mean()
        found.append(
            {
                "mechanic_kind": kind,
                "campaigns_of": len(mine),
                "alone": alone,
                "discount_share": mine["discount_share"].mean(),
                "conversion_times": np.exp(times),
                **_share(mine, "added"),
                **_share(mine, "left"),
            }
        )
    return pd.DataFrame(found, columns=COLUMNS)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the kinds out."""
    return frame.dropna(axis=1, how="all")


@carries_missing
def find_kinds(frame: pd.DataFrame) -> list[Sentence]:
    """Say which kinds surely left something, which surely cost, and which never ran alone."""
    if frame.empty:
        text = "No campaign names a mechanic such as coupon, 满300减40, deposit or flash sale."
        return [sentence(text)]
    each = [
        f"{r.mechanic_kind} {change(r.left_share)} ({change(r.left_share_low)} to "
        f"{change(r.left_share_high)}, {plural(r.campaigns_of, 'campaign')})"
        for r in frame.itertuples()
    ]
    said = [
        sentence("Left beside what those days would have sold anyway: {each}.", each=listing(each))
    ]
    never = frame.loc[frame["alone"] == 0, "mechanic_kind"].tolist()
    if never:
        said.append(
            sentence(
                "No campaign had {kinds} alone: what it does by itself is not known.",
                kinds=listing(never),
            )
        )
    return said


def _share(rows: pd.DataFrame, name: str) -> dict[str, float]:
    """Give a sum over campaigns of the sum to be expected of them; their errors are independent."""
    usual = rows["usual_money"].sum()
    value = rows[name].sum()
    below = np.sqrt(((rows[name] - rows[f"{name}_low"]) ** 2).sum())
    above = np.sqrt(((rows[f"{name}_high"] - rows[name]) ** 2).sum())
    ends = {"": value, "_low": value - below, "_high": value + above}
    return {f"{name}_share{end}": amount / usual for end, amount in ends.items()}
