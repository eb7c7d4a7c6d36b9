"""Days of the simulated shop: day numbers, week days, holidays, hours, growth, campaign phases.

Day 0 is the first day of the period. Seconds are counted from its midnight.
"""

from __future__ import annotations

import holidays
import numpy as np

from shophelm.simulate.campaigns import CAMPAIGNS, Campaign, Phase
from shophelm.simulate.planted.buyers import BUYING
from shophelm.simulate.planted.changes import OUTAGES
from shophelm.simulate.planted.shop import AS_OF, FIRST_DAY

START = np.datetime64(FIRST_DAY, "D")
DAYS = int((np.datetime64(AS_OF, "D") - START).astype(int)) + 1
DATES = START + np.arange(DAYS)
END_SECOND = DAYS * 86_400
WEEKDAY = (DATES.astype("datetime64[D]").astype(np.int64) + 3) % 7
"""0 is Monday."""

_YEARS = [int(FIRST_DAY[:4]), int(AS_OF[:4])]
_WEEKDAY_VISITS = np.array([1.02, 0.98, 0.97, 0.98, 0.96, 1.03, 1.06])
_HOUR_VISITS = np.array(
    [2.6, 1.5, 0.9, 0.6, 0.5, 0.7, 1.3, 2.2, 3.3, 4.4, 5.2, 5.0,
     5.2, 5.1, 4.7, 4.6, 4.6, 4.5, 4.8, 5.9, 7.4, 8.1, 7.2, 4.7]
)  # fmt: skip
_BURST_HOUR_VISITS = _HOUR_VISITS + np.array([11, 5, 1.5, *[0] * 16, 1, 2, 3, 3, 3])


def day_number(day: str) -> int:
    """Days since the period's first day; negative before it."""
    return int((np.datetime64(day, "D") - START).astype(int))


def times(seconds: np.ndarray) -> np.ndarray:
    """Seconds of the period as datetime64[us]."""
    return (START.astype("datetime64[s]") + seconds.astype("timedelta64[s]")).astype(
        "datetime64[us]"
    )


def dates(days: np.ndarray) -> np.ndarray:
    """Day numbers as datetime64[D]."""
    return START + np.asarray(days).astype("timedelta64[D]")


def holiday_days() -> np.ndarray:
    """Tell public holidays of mainland China."""
    public = np.array(sorted(holidays.China(years=_YEARS, language="en_US")), dtype="datetime64[D]")
    return np.isin(DATES, public)


def spring_festival_lull() -> np.ndarray:
    """Factor on visits around Chinese New Year, when parcels stand still: half at the lowest."""
    public = holidays.China(years=_YEARS, language="en_US").items()
    eves = np.array(
        [d for d, name in public if name == "Chinese New Year's Eve"], dtype="datetime64[D]"
    )
    away = np.min(np.abs((DATES[:, None] - (eves[None, :] + 3)).astype(int)), axis=1)
    return 1 - 0.5 * np.clip((10 - away) / 5, 0, 1)


def visits_by_day() -> np.ndarray:
    """Week days and holidays: the factor on each day's visits, without campaigns."""
    return _WEEKDAY_VISITS[WEEKDAY] * np.where(holiday_days(), 0.93, 1.0) * spring_festival_lull()


def growth_by_day() -> np.ndarray:
    """How many more people find the shop, relative to the first day."""
    return (1 + BUYING.growth_per_year) ** (np.arange(DAYS) / 365.25)


def season_by_day(peak_month: float, swing: float) -> np.ndarray:
    """Draw a yearly wave with its crest in the middle of `peak_month`."""
    month = (DATES - DATES.astype("datetime64[Y]")).astype(int) / 30.44 + 1
    return 1 + swing * np.cos(2 * np.pi * (month - peak_month - 0.5) / 12)


def phase_days(campaign: Campaign) -> tuple[int, int, int, int]:
    """Day numbers of warm-up, burst, afterglow and the last day."""
    warm, burst, after, last = (day_number(d) for d in campaign.days)
    return warm, burst, after, last


def phase_factors(
    campaign: Campaign, warm: Phase, burst: Phase, after: Phase
) -> dict[str, np.ndarray]:
    """Daily multipliers on visits, cart and pay; the after-effect fades over the afterglow."""
    warm_day, burst_day, after_day, last_day = phase_days(campaign)
    day = np.arange(DAYS)
    fade = np.clip((last_day + 1 - day) / (last_day + 1 - after_day), 0, 1)
    approach = np.clip((day - warm_day + 1) / (burst_day - warm_day), 0, 1)
    factors = {}
    for step in ("visits", "cart", "pay"):
        line = np.ones(DAYS)
        inside = (day >= warm_day) & (day < burst_day)
        line[inside] = 1 + (getattr(warm, step) - 1) * approach[inside]
        line[(day >= burst_day) & (day < after_day)] = getattr(burst, step)
        inside = (day >= after_day) & (day <= last_day)
        line[inside] = 1 + (getattr(after, step) - 1) * fade[inside]
        factors[step] = line
    return factors


def burst_days() -> np.ndarray:
    """Campaign number on its burst days, −1 elsewhere."""
    number = np.full(DAYS, -1)
    for n, campaign in enumerate(CAMPAIGNS):
        _, burst, after, _ = phase_days(campaign)
        number[max(burst, 0) : max(after, 0)] = n
    return number


def campaign_days() -> np.ndarray:
    """Campaign number on all its days, −1 elsewhere."""
    number = np.full(DAYS, -1)
    for n, campaign in enumerate(CAMPAIGNS):
        warm, _, _, last = phase_days(campaign)
        number[max(warm, 0) : max(last + 1, 0)] = n
    return number


def seconds_of_day(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    """Draw a second within each day from the hour-of-day profile; big bursts start at midnight."""
    big = np.isin(burst_days(), [n for n, c in enumerate(CAMPAIGNS) if c.presale])[days]
    draw = rng.random(len(days))
    seconds = np.empty(len(days))
    for profile, rows in ((_HOUR_VISITS, ~big), (_BURST_HOUR_VISITS, big)):
        reach = np.concatenate([[0.0], np.cumsum(profile) / profile.sum()])
        seconds[rows] = np.interp(draw[rows], reach, np.arange(25) * 3600.0)
    return np.minimum(seconds.astype(np.int64), 86_399)


def in_outage(seconds: np.ndarray) -> np.ndarray:
    """Tell where a payment at that second would meet a dead checkout."""
    dead = np.zeros(len(seconds), dtype=bool)
    for outage in OUTAGES:
        start = day_number(outage.day) * 86_400
        dead |= (seconds >= start + outage.hours[0] * 3600) & (
            seconds < start + outage.hours[1] * 3600
        )
    return dead
