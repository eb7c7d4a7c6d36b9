"""Media money: what is spent by day, channel and creator, and the visits that answer to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shophelm.simulate import calendar
from shophelm.simulate.campaigns import CAMPAIGNS
from shophelm.simulate.ids import stream
from shophelm.simulate.planted.changes import DRY_WEEK
from shophelm.simulate.planted.marketing import CREATORS, RESPONSES, Response
from shophelm.simulate.planted.shop import CHANNEL_SHARE, CHANNELS
from shophelm.simulate.planted.team import CHANNEL_OWNERS

_CLICKS_PER_YUAN = {"ads": 0.55, "live": 0.8, "content": 0.5}
_THEMES = ("穿搭", "测评", "开箱", "产地", "教程")


@dataclass(frozen=True, slots=True)
class Spending:
    """Daily cost in cents by channel and creator, and each channel's visit weight.

    Attributes
    ----------
    cost
        Channel to creators × days, cents. Channel `ads` has one row and no creator.
    weight
        Channels × days: the factor on visits, sized so that the shares hold at usual spend.
    creator_pull
        Channel to creators × days: how visits of the day divide over its creators.
    """

    cost: dict[str, np.ndarray]
    weight: np.ndarray
    creator_pull: dict[str, np.ndarray]


def adstock(spend: np.ndarray, decay: float) -> np.ndarray:
    """Geometric carry-over along the last axis: today's spend and what is left of earlier days'."""
    carried = np.zeros_like(spend, dtype=float)
    left = np.zeros(spend.shape[:-1])
    for day in range(spend.shape[-1]):
        left = spend[..., day] + decay * left
        carried[..., day] = left
    return carried


def saturated(response: Response, stock: np.ndarray) -> np.ndarray:
    """Visits by adstocked spend, as a share of what the channel could bring at most."""
    return (1 - response.reach) + response.reach * stock / (stock + response.half_yuan)


def make(*, customers: int, seed: int) -> Spending:
    """Spend with pulses and pauses that don't follow demand, so that response can be told."""
    rng = stream(seed, "spending")
    scale = customers / 4_000
    weight = np.tile(np.array(CHANNEL_SHARE)[:, None], (1, calendar.DAYS))
    cost, pull = {}, {}
    for response in RESPONSES:
        spend = _spend(response, rng)
        effect = np.array([e for _, e in CREATORS.get(response.channel, (("", 1.0),))])
        working = adstock(spend * effect[:, None], response.decay)
        usual = response.daily_yuan / (1 - response.decay)
        weight[CHANNELS.index(response.channel)] *= saturated(
            response, working.sum(axis=0)
        ) / saturated(response, np.array(usual))
        cost[response.channel] = np.round(spend * scale * 100).astype(np.int64)
        pull[response.channel] = working + 1e-9
    return Spending(cost, _owned_and_dried(weight), pull)


def _spend(response: Response, rng: np.random.Generator) -> np.ndarray:
    """Yuan by creator and day: weekly levels and whole weeks off; more in the big campaigns."""
    creators = len(CREATORS.get(response.channel, ((),)))
    weeks = calendar.DAYS // 7 + 1
    level = np.exp(rng.normal(-0.18, 0.6, (creators, weeks))) * (
        rng.random((creators, weeks)) > 0.2
    )
    daily = np.repeat(level, 7, axis=1)[:, : calendar.DAYS] * rng.uniform(
        0.8, 1.2, (creators, calendar.DAYS)
    )
    busy = np.where(calendar.burst_days() >= 0, 2.0, 1.0)
    return np.round(daily * busy * response.daily_yuan * 1.25 / creators, 2)


def _owned_and_dried(weight: np.ndarray) -> np.ndarray:
    for person in CHANNEL_OWNERS:
        joined = max(calendar.day_number(person.joined_on), 0)
        for channel in person.channels:
            weight[CHANNELS.index(channel), joined:] *= person.skill
    first, last = (calendar.day_number(d) for d in DRY_WEEK.days)
    weight[CHANNELS.index(DRY_WEEK.channel), first : last + 1] *= DRY_WEEK.visits
    return weight


def rows(spending: Spending, *, seed: int) -> dict:
    """Make the `spend` table: a row for each day a channel (and creator) was paid."""
    rng = stream(seed, "spend rows")
    parts = [
        _paid_days(rng, channel, creator, effect, line)
        for channel, cost in spending.cost.items()
        for (creator, effect), line in zip(CREATORS.get(channel, (("", 1.0),)), cost, strict=True)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _paid_days(
    rng: np.random.Generator, channel: str, creator: str, effect: float, cents: np.ndarray
) -> dict[str, np.ndarray]:
    """Rows of one channel or creator; who works by bought clicks shows many of them."""
    days = np.flatnonzero(cents)
    yuan, size = cents[days] / 100, len(days)
    bought = 6.0 if creator and effect < 0.1 else 1.0
    clicks = rng.poisson(yuan * _CLICKS_PER_YUAN[channel] * bought)
    theme = rng.integers(len(_THEMES), size=size) if creator else np.full(size, -1)
    return {
        "day": calendar.dates(days),
        "channel": np.full(size, channel, dtype=object),
        "campaign_id": _campaign_ids(days),
        "creator": np.full(size, creator or None, dtype=object),
        "cost": cents[days],
        "clicks": clicks,
        "impressions": clicks * 25 + rng.poisson(yuan * 12),
        "content_theme": np.array([*_THEMES, None], dtype=object)[theme],
    }


def _campaign_ids(days: np.ndarray) -> np.ndarray:
    return np.array([*(c.campaign_id for c in CAMPAIGNS), None], dtype=object)[
        calendar.campaign_days()[days]
    ]
