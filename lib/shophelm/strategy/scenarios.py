"""What a little more of each driver is worth, and what of another it equals."""

from __future__ import annotations

import pandas as pd

from shophelm.shop.needs import carries_missing
from shophelm.strategy.cascade import CENTS, DRIVERS, SPOKEN, UNITS
from shophelm.strategy.standing import Standing
from shophelm.words import Sentence, count, money, number, sentence

STEPS = {"visits": 0.05, "pay_conversion": 0.003, "spend_per_buyer": 5.0}
"""By how much each driver is moved: visits by a share, conversion by points, spend by money."""
COLUMNS = ["driver", "now", "then", "worth", "as_visits", "closes"]


@carries_missing
def scenarios(found: Standing, *, steps: dict[str, float] | None = None) -> pd.DataFrame:
    """Move one driver at a time, over the days of the year that are left.

    Parameters
    ----------
    found
        Where the year stands.
    steps
        By driver: visits by a share of them, pay_conversion by points, spend_per_buyer by money.

    Returns
    -------
    DataFrame
        One row per driver: driver, now (at the present pace; visits a day), then (moved), worth
        (money until the year's end), as_visits (so many visits more, in all, are worth the same)
        and closes (share of what is missing to the target at the present pace; null where nothing
        is). Empty where visits are not counted, or no day is left.
    """
    moves = STEPS if steps is None else steps
    rows = found.drivers.set_index("driver")["remaining_now"]
    days = int(found.months["days"].sum())
    if not days or not rows["visits"] > 0:
        return pd.DataFrame(columns=COLUMNS)
    each_visit = rows["pay_conversion"] * rows["spend_per_buyer"]
    gmv = rows["visits"] * days * each_visit
    short = found.plan.target / CENTS - found.outlook.so_far - gmv
    out = []
    for driver in DRIVERS:
        now = rows[driver]
        then = now * (1 + moves[driver]) if driver == "visits" else now + moves[driver]
        worth = gmv * (then / now - 1) if now > 0 else float("nan")
        closes = worth / short if short > 0 else float("nan")
        out.append((driver, now, then, worth, worth / each_visit, closes))
    return pd.DataFrame(out, columns=COLUMNS)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the moves out."""
    return pd.DataFrame(
        {
            "driver": frame["driver"].map(SPOKEN),
            "unit": frame["driver"].map(UNITS),
            "as_it_runs": frame["now"],
            "moved_to": frame["then"],
            "worth_of_move": frame["worth"],
            "as_visits": frame["as_visits"],
            "closes": frame["closes"],
        }
    ).dropna(axis=1, how="all")


@carries_missing
def find_scenarios(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say what a little more conversion and spend are worth, in money and in visits."""
    if frame.empty:
        return [sentence("Without visits, or days left, nothing can be played through.")]
    rows = frame.set_index("driver")
    conversion, spend = rows.loc["pay_conversion"], rows.loc["spend_per_buyer"]
    return [
        sentence(
            "Until the year's end {points} points of conversion more are worth {worth}, as much as "
            "{visits} visits; {step} more a buyer are worth {other}, as much as {others}.",
            points=number(100 * (conversion["then"] - conversion["now"]), digits=1),
            worth=money(conversion["worth"], currency=currency),
            visits=count(round(conversion["as_visits"])),
            step=money(spend["then"] - spend["now"], currency=currency),
            other=money(spend["worth"], currency=currency),
            others=count(round(spend["as_visits"])),
        )
    ]
