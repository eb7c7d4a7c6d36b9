"""What a campaign really added: every part of it, held against days without a campaign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from shophelm.methods.days_without import DaysWithout, days_without
from shophelm.promotion.baseline import baseline, holiday_within
from shophelm.promotion.later_worth import LaterWorth, later_worth
from shophelm.promotion.newcomers import newcomers_from
from shophelm.promotion.promoted_goods import PROMOTED, promoted_goods
from shophelm.promotion.sold_days import SoldDays, sold_days
from shophelm.shop.campaigns import PHASES, Campaign, listed_campaigns, picked_campaign
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.refund_ages import ripe_age
from shophelm.shop.tables import Tables

TITLE = "What did the campaign really add?"
PART_NAMES = {
    "warmup": "warm-up of the promoted goods",
    "burst": "burst of the promoted goods",
    "afterglow": "after-dip of the promoted goods",
}
COUPONS, REFUNDS, MEDIA, FEE = "coupons", "refunds", "media", "platform fee"
LATER, WHOLE = "newcomers later", "whole"
RIPE = 0.95


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a campaign added.

    Attributes
    ----------
    campaign
        Which.
    until
        Its last day that is known.
    parts
        One row per part: part, group, observed, expected and effect of GMV paid, with low and high
        (95 %), and worth with worth_low and worth_high: what the part left beyond the expected,
        before coupons and refunds, which have rows of their own. The row `whole` is the sum of all
        others.
    days
        By day of the campaign: day, phase, gmv (observed) and expected.
    newcomers
        observed, expected, effect, low, high: customers who paid for the first time; null where
        the shop's tables begin less than half a year before the campaign.
    later
        What a newcomer of such a campaign left in the half year after.
    worth_in
        margin (after refunds), or gmv.
    holiday
        The public holiday that falls together with it, "" if none: what is the campaign's and
        what the holiday's is then not known.
    drift, placebos
        By what share ordinary stretches as long stand off what is expected of them, beyond
        chance, and how many of them lie side by side.
    provisional
        Refunds of it are still to come.
    """

    campaign: Campaign
    until: date
    parts: pd.DataFrame
    days: pd.DataFrame
    newcomers: pd.Series
    later: LaterWorth
    worth_in: str
    holiday: str
    drift: float
    placebos: int
    provisional: bool

    @property
    def known(self) -> bool:
        """Whether anything can be said of what it added."""
        return not self.holiday and bool(np.isfinite(self.whole["low"]))

    @property
    def whole(self) -> pd.Series:
        """The sum of all parts."""
        return self.parts.set_index("part").loc[WHOLE]


@question(
    TITLE,
    "campaigns",
    "order_lines",
    "orders",
    products="which goods it was about, and what was left after their cost",
    refunds="what was left after refunds",
    coupons="what coupons took",
    spend="what it cost in media",
)
def ledger(
    shop: Tables, *, campaign: str = "", country: str = "CN", platform_fee: float = 0.0
) -> Ledger | Missing:
    """Split what a campaign added into its parts, each with its interval.

    Parameters
    ----------
    shop
        The shop.
    campaign
        Its id; the latest one that has ended if empty.
    country
        Whose public holidays may fall together with it.
    platform_fee
        The share of what is paid that the platform keeps.

    Returns
    -------
    Ledger
        See `methods.days_without` for how the expected comes about. Goods that did not become
        cheaper are told apart by category: those that sold more are halo, those that sold less
        were cannibalised. As the sign says which, single categories look a little larger than
        they are; the whole does not depend on it.

    Raises
    ------
    ParameterError
        If no campaign is named so, or it has not begun.
    """
    picked = picked_campaign(shop, campaign, title=TITLE)
    if isinstance(picked, Missing):
        return picked
    sold = sold_days(shop, promoted_goods(shop, picked))
    days = np.array(sold.period.every_day)
    listed = listed_campaigns(shop)
    about = baseline(listed, picked, sold.period, country)
    about["parts"] = _parts(days, picked, sold.groups)
    gmv = days_without(sold.gmv, squares=sold.gmv_squares, **about)
    left = {
        name: days_without(values, squares=squares, **about).effects
        for name, values, squares in (
            (WHOLE, sold.worth, sold.worth_squares),
            (COUPONS, sold.coupons, sold.coupons_squares),
            (REFUNDS, sold.refunds, sold.refunds_squares),
        )
    }
    newcomers = _newcomers(shop, picked, sold, days, about)
    later = later_worth(shop, picked, listed)
    costs = _costs(shop, picked, listed, gmv, platform_fee)
    return Ledger(
        campaign=picked,
        until=min(picked.ends_on, shop.as_of),
        parts=_lay_out(gmv, left, newcomers, later, costs),
        days=_by_day(days, about["special"], picked, sold, gmv),
        newcomers=newcomers,
        later=later,
        worth_in=sold.worth_in,
        holiday=holiday_within(picked, country),
        drift=float(gmv.effects.loc[WHOLE, "drift"]),
        placebos=gmv.placebos[1],
        provisional=(shop.as_of - picked.ends_on).days < ripe_age(shop, share=RIPE),
    )


@carries_missing
def shown(found: Ledger) -> pd.DataFrame:
    """Lay out the ledger: GMV and what was left, part by part; the last row sums them up."""
    names = {"part": "campaign_part", "observed": "part_paid", "expected": "part_usual"}
    for end in ("", "_low", "_high"):
        names |= {f"worth{end}": f"part_left{end}"}
    names |= {"effect": "part_added", "low": "part_added_low", "high": "part_added_high"}
    shape = ["campaign_part", "part_paid", "part_usual"]
    shape += [f"part_{of}{end}" for of in ("added", "left") for end in ("", "_low", "_high")]
    return found.parts.rename(columns=names)[shape]


def _parts(days: np.ndarray, campaign: Campaign, groups: list[str]) -> dict[str, np.ndarray]:
    """Name the cells of each part: promoted goods by phase, other goods by category."""
    shape = (len(days), len(groups))
    parts = {}
    for phase in PHASES:
        inside = np.isin(days, campaign.days_of(phase))
        cells = np.zeros(shape, dtype=bool)
        if PROMOTED in groups and inside.any():
            cells[inside, groups.index(PROMOTED)] = True
            parts[PART_NAMES[phase]] = cells
    for at, group in enumerate(groups):
        if group != PROMOTED:
            cells = np.zeros(shape, dtype=bool)
            cells[:, at] = True
            parts[group] = cells
    return parts | {WHOLE: np.ones(shape, dtype=bool)}


def _lay_out(
    gmv: DaysWithout,
    left: dict[str, pd.DataFrame],
    newcomers: pd.Series,
    later: LaterWorth,
    costs: dict[str, float],
) -> pd.DataFrame:
    """Lay the parts out, what they cost and bring later, and the whole."""
    money = gmv.effects.drop(columns=["error", "drift"])
    frame = money.join(_before_deductions(left)).rename_axis("part").reset_index()
    goods, whole = frame[frame["part"] != WHOLE], frame[frame["part"] == WHOLE].iloc[0].copy()
    other = ~goods["part"].isin(PART_NAMES.values())
    side = np.where(goods["effect"] >= 0, "halo: ", "cannibalised: ")
    goods = goods.assign(part=goods["part"].where(~other, side + goods["part"]))
    extra = [_taken(name, left[name]) for name in (COUPONS, REFUNDS)]
    extra = [row for row in extra if row["worth"]]
    extra += [{"part": name, "worth": -cost} for name, cost in costs.items()]
    net = left[WHOLE].loc[WHOLE]
    off = 0.0
    if later.known and np.isfinite(newcomers["effect"]):
        n, error = newcomers["effect"], newcomers["error"]
        mean = n * later.mean
        off = 1.96 * np.hypot(error * later.mean, n * later.error)
        extra.append(
            {"part": LATER, "worth": mean, "worth_low": mean - off, "worth_high": mean + off}
        )
    lines = pd.concat([goods, pd.DataFrame(extra)], ignore_index=True)
    half = np.hypot((net["high"] - net["low"]) / 2, off)
    whole["worth"] = lines["worth"].sum() if goods["worth"].notna().all() else np.nan
    whole["worth_low"], whole["worth_high"] = whole["worth"] - half, whole["worth"] + half
    together = pd.concat([lines, whole.to_frame().T], ignore_index=True)
    return together.astype(dict.fromkeys(together.columns.drop("part"), "float64"))


def _before_deductions(left: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Give what each part left before coupons and refunds, the errors of all three together."""
    every = list(left.values())
    worth = sum(f["effect"] for f in every)
    half = np.sqrt(sum(((f["high"] - f["low"]) / 2) ** 2 for f in every))
    return pd.DataFrame({"worth": worth, "worth_low": worth - half, "worth_high": worth + half})


def _taken(name: str, effects: pd.DataFrame) -> dict[str, object]:
    """Give what coupons or refunds took beyond the usual, as a line of the ledger."""
    whole = effects.loc[WHOLE]
    ends = {"worth": -whole["effect"], "worth_low": -whole["high"], "worth_high": -whole["low"]}
    return {"part": name, **ends}


def _newcomers(
    shop: Tables, campaign: Campaign, sold: SoldDays, days: np.ndarray, about: dict[str, Any]
) -> pd.Series:
    """Estimate who came for the first time, from days of which that can be told."""
    since = newcomers_from(shop)
    came = sold.newcomers[:, None]
    about = about | {
        "parts": {"newcomers": np.ones((len(days), 1), dtype=bool)},
        "ordinary": about["ordinary"] & (days >= since),
    }
    found = days_without(came, squares=came, **about).effects.loc["newcomers"]
    return found if campaign.warmup_from >= since else found * np.nan


def _by_day(
    days: np.ndarray, special: np.ndarray, campaign: Campaign, sold: SoldDays, gmv: DaysWithout
) -> pd.DataFrame:
    phase = {d: p for p in PHASES for d in campaign.days_of(p)}
    return pd.DataFrame(
        {
            "day": days[special],
            "phase": [phase[d] for d in days[special]],
            "gmv": sold.gmv[special].sum(axis=1),
            "expected": gmv.expected[special].sum(axis=1),
        }
    )


def _costs(
    shop: Tables,
    campaign: Campaign,
    listed: list[Campaign],
    gmv: DaysWithout,
    platform_fee: float,
) -> dict[str, float]:
    """Give what the campaign cost: media beyond what is usual, and the fee of what it added."""
    costs = {}
    if shop.filled("spend"):
        costs[MEDIA] = _media(shop, campaign, listed)
    if platform_fee:
        costs[FEE] = float(platform_fee * gmv.effects.loc[WHOLE, "effect"])
    return costs


def _media(shop: Tables, campaign: Campaign, listed: list[Campaign]) -> float:
    """Give the media money of the campaign's days beyond that of the ordinary days before."""
    spend = shop["spend"]
    frame = shop.frame(spend.group_by("day").aggregate(cost=spend.cost.sum()))
    by_day = as_floats(frame.set_index("day")["cost"])
    first = campaign.warmup_from
    before = [first - timedelta(days=i) for i in range(1, 85)]
    usual = [d for d in before if not any(c.warmup_from <= d <= c.ends_on for c in listed)][:28]
    mine = [d for d in campaign.period.every_day if d <= shop.as_of]
    level = by_day.reindex(usual).fillna(0.0).mean() if usual else 0.0
    return float(by_day.reindex(mine).fillna(0.0).sum() - len(mine) * level)
