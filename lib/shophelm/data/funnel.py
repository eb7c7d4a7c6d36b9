"""The funnel, in order and within a time: whole, by day, hour, channel and category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from shophelm.data.visiting import SECOND, now_and_before
from shophelm.methods.proportions import beyond_chance, by_chance, wilson
from shophelm.methods.sequences import ordered_funnel
from shophelm.shop.calendar import Period
from shophelm.shop.contract.visiting import EVENT_KINDS
from shophelm.shop.journeys import Journeys
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.shop.visits import PAGES
from shophelm.words import Sentence, count, listing, rate, sentence

STEPS = {
    "visit": PAGES,
    "item page": ("view",),
    "cart or favourite": ("cart", "favourite"),
    "checkout": ("checkout",),
    "payment": ("pay",),
}
HOURS = 24
ALL = "all"
COLUMNS = {"channel": ("channel",), "category": ("product_id",)}
HOUR = 3600 * SECOND
SHOWN = [
    "slice",
    "step",
    "visitors",
    "share",
    "rate",
    "rate_low",
    "rate_high",
    "visitors_before",
    "share_before",
    "rate_before",
    "p_value",
    "found",
]


@question(
    "Where in the funnel do visitors stop?", "events", products="the funnel by category of product"
)
def funnel(shop: Tables, period: Period, *, by: str = "", hours: int = HOURS) -> pd.DataFrame:
    """Count the visitors who take each step in order, against the same week days before.

    The steps are those the log has: any page, item page, cart or favourite, checkout, payment.
    A visitor has reached a step if each step before it was taken, in this order, and all of them
    within `hours` from the first; any of the visitor's visits may be the first step.

    Parameters
    ----------
    shop, period
        The shop and the days.
    by
        Nothing for the whole; day or hour (a visitor counts in every day, or hour of a day, and
        all steps must fall into it); channel (of the events); category (of the products; steps
        without a product are left out, so it begins with the item page).
    hours
        The longest time from the first step to the last.

    Returns
    -------
    DataFrame
        slice, step, visitors, share (of the first step), rate (of the step before; null for the
        first), rate_low, rate_high (Wilson, 95 %), visitors_before, share_before and rate_before
        (same week days before; a day is held against its own week day), p_value (of so different
        a rate by chance, Fisher's exact test), found (kept at a false-discovery rate of 5 % over
        all rows). Slices in their own order for days and hours, otherwise largest first.

    Notes
    -----
    Promotions move the rates, too: the week before a burst is no like of the burst.
    """
    periods = now_and_before(shop, period, columns=COLUMNS.get(by, ()), ties=False)
    category = products_of(shop)["category"].dropna().to_dict() if by == "category" else {}
    if by == "category" and not category:
        return _laid_out({"now": pd.DataFrame()}, largest_first=True)
    sliced = {when: _sliced(events, by, category) for when, events in periods.items()}
    steps = steps_taken(s.events for s in sliced.values())
    counts = {when: _by_slice(s, steps, hours=hours) for when, s in sliced.items()}
    if by == "day" and "before" in counts:
        shift = period.first - period.same_week_days_before.first
        counts["before"].index = [
            str(date.fromisoformat(d) + shift) for d in counts["before"].index
        ]
    return _laid_out(counts, largest_first=by in ("channel", "category"))


def steps_taken(logs: Iterable[Journeys]) -> list[str]:
    """Name the steps of the funnel that some event takes.

    Where all pages are item pages, visit and item page are one step.
    """
    met = {k for log in logs for k in EVENT_KINDS if log.is_kind(k).any()}
    steps = [name for name, kinds in STEPS.items() if met & set(kinds)]
    return steps if met & set(PAGES) - {"view"} else [s for s in steps if s != "visit"]


def count_steps(
    events: Journeys, who: np.ndarray, steps: Sequence[str], *, hours: int
) -> np.ndarray:
    """Find how many of the steps each person reached in order; `who` tells people apart.

    Returns
    -------
    ndarray
        One number per person, in the order of `who`, of which equal ones stand together.
    """

    def reached(rows: slice) -> np.ndarray:
        some = events.take(rows)
        taken = [some.is_kind(*STEPS[step]) for step in steps]
        return ordered_funnel(who[rows], some.at, taken, within=hours * HOUR)

    return np.concatenate([np.zeros(0, dtype=np.int8), *events.by_visitors(reached)])


@carries_missing
def by_step(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay a sliced funnel out for reading: a row per slice, the rate of each step a column."""
    first = frame.drop_duplicates("slice")[["slice", "visitors"]]
    rates = frame.pivot(index="slice", columns="step", values="rate")
    kept = [step for step in STEPS if step in rates and rates[step].notna().any()]
    return first.merge(rates[kept], on="slice", how="left").rename_axis(columns=None)


@carries_missing
def find_funnel(frame: pd.DataFrame, *, by: str = "") -> Sentence:
    """Say how far visitors get, and which step changed most beyond chance; `by` as in `funnel`."""
    if frame.empty:
        return sentence("The log has no step to count in this period.")
    text, values = "", {}
    if (whole := frame[frame["slice"] == ALL])["visitors"].sum():
        first, rest = whole.iloc[0], whole.iloc[1:]
        text = "Of {n} visitors who took the first step ({first}), so many got further: {steps}. "
        values = {"n": count(first["visitors"]), "first": first["step"]}
        values["steps"] = listing([f"{r.step} {rate(r.share)}" for r in rest.itertuples()])
    change, about = _changed_most(frame)
    if by:
        change = f"By {by}: {change[0].lower()}{change[1:]}"
    return sentence(text + change, **values, **about)


def _changed_most(frame: pd.DataFrame) -> tuple[str, dict[str, Any]]:
    """Say which step changed most beyond chance: a template and its values."""
    if frame["p_value"].isna().all():
        return "There is no period before to compare with.", {}
    found = frame[frame["found"]]
    if found.empty:
        return "Against the same week days before, no step changed beyond chance.", {}
    most = found.loc[found["p_value"].idxmin()]
    text = (
        "Against the same week days before, {step}{where} changed most beyond chance: {was} → "
        "{now} of those who had come that far."
    )
    where = "" if most["slice"] == ALL else f" of {most['slice']}"
    rates = {"was": rate(most["rate_before"]), "now": rate(most["rate"])}
    return text, {"step": most["step"], "where": where, **rates}


@dataclass(frozen=True, slots=True)
class _Slices:
    """Events that belong to a slice, equal `who` together, and the name of each slice.

    `who % len(names)` is the place of the slice's name.
    """

    events: Journeys
    who: np.ndarray
    names: Sequence[str]


def _sliced(events: Journeys, by: str, category: Mapping[str, str]) -> _Slices:
    if not by:
        return _Slices(events, events.visitor, [ALL])
    if by in ("day", "hour"):
        # time runs on within a visitor, so that they stand together already
        length = 24 * HOUR if by == "day" else HOUR
        first = events.at.min(initial=np.iinfo(np.int64).max) // length
        slot = events.at // length - first
        spans = range(int(slot.max(initial=-1)) + 1)
        starts = pd.to_datetime([(first + i) * length for i in spans], unit="us")
        names = starts.strftime("%Y-%m-%d" if by == "day" else "%H:00").tolist()
        return _Slices(events, _paired(events, slot, names), names)
    words = events.words[COLUMNS[by][0]]
    names = sorted(set(category.values())) if by == "category" else list(words.names)
    place = {name: i for i, name in enumerate(names)}
    of_word = [place.get(category.get(w) if by == "category" else w, -1) for w in words.names]
    slot = np.append(np.array(of_word, dtype=np.int64), -1)[words.codes]
    rows = np.flatnonzero(slot >= 0)
    rows = rows[np.argsort(_paired(events, slot, names)[rows], kind="stable")]
    kept = events.take(rows)
    return _Slices(kept, _paired(kept, slot[rows], names), names)


def _paired(events: Journeys, slot: np.ndarray, names: Sequence[str]) -> np.ndarray:
    return events.visitor.astype(np.int64) * len(names) + slot


def _by_slice(sliced: _Slices, steps: Sequence[str], *, hours: int) -> pd.DataFrame:
    reached = count_steps(sliced.events, sliced.who, steps, hours=hours)
    people = sliced.who[np.flatnonzero(np.diff(sliced.who, prepend=-1))] % len(sliced.names)
    counts = {
        step: np.bincount(people[reached > k], minlength=len(sliced.names))
        for k, step in enumerate(steps)
    }
    # hours of several days bear one name
    return pd.DataFrame(counts, index=list(sliced.names)).groupby(level=0).sum()


def _laid_out(counts: Mapping[str, pd.DataFrame], *, largest_first: bool) -> pd.DataFrame:
    now = counts["now"]
    steps = list(now.columns)
    if largest_first and steps:
        now = now.sort_values(steps[0], ascending=False, kind="stable")
    then = counts.get("before", now * 0).reindex(now.index, fill_value=0)
    counts_now, counts_then = now.to_numpy(), then.to_numpy()
    frame = pd.DataFrame(
        {
            "slice": np.repeat(now.index.to_numpy(), len(steps)),
            "step": steps * len(now),
            "visitors": counts_now.ravel(),
            "of": _step_before(counts_now).ravel(),
            "visitors_before": counts_then.ravel(),
            "of_before": _step_before(counts_then).ravel(),
        }
    )
    frame[["rate", "rate_low", "rate_high"]] = wilson(frame["visitors"], frame["of"]).to_numpy()
    of_before = frame["of_before"].where(frame["of_before"] > 0)
    frame["rate_before"] = frame["visitors_before"] / of_before
    for when in ("", "_before"):
        first = frame.groupby("slice")[f"visitors{when}"].transform("first")
        frame[f"share{when}"] = frame[f"visitors{when}"] / first.where(first > 0)
    frame["p_value"] = by_chance(
        frame["visitors"], frame["of"], frame["visitors_before"], frame["of_before"]
    )
    frame["found"] = beyond_chance(frame["p_value"])
    if "before" not in counts:
        frame["visitors_before"] = np.nan
    return frame[SHOWN]


def _step_before(counts: np.ndarray) -> np.ndarray:
    """Move counts one step on; before the first step there is nobody."""
    return np.hstack([np.zeros_like(counts[:, :1]), counts[:, :-1]])
