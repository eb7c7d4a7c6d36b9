"""How visitors move from page to page, which ways lead to a purchase or out, where they break."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from shophelm.data.visiting import Steps, begins_session, now_and_before, steps_of
from shophelm.methods import sequences
from shophelm.methods.proportions import beyond_chance, by_chance, wilson
from shophelm.methods.sequences import collapsed, sizes, transitions
from shophelm.shop.calendar import Period
from shophelm.shop.journeys import Journeys
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, plural, rate, sentence

ENTRY, EXIT = "(entry)", "(exit)"
TO = {True: "purchase", False: "exit"}


@question("From which page do visitors go to which?", "events")
def moves(shop: Tables, period: Period) -> pd.DataFrame:
    """Count the moves from step to step within sessions, entries and exits among them.

    A step is a page or an act (see `visiting.Steps`); a page seen twice running is a move to
    itself.

    Returns
    -------
    DataFrame
        from, to ("(entry)" before the first step of a session, "(exit)" after its last), moves,
        share (of all moves away from `from`), moves_before, share_before, found (whether the
        share differs from that of the same week days before beyond chance, Fisher's exact test,
        at a false-discovery rate of 5 %). Most frequent first.
    """
    counts = _counted(count_moves, shop, period)
    frame = counts["now"]
    then = counts.get("before", frame.iloc[:0])
    frame = frame.merge(then, on=["from", "to"], how="outer", suffixes=("", "_before"))
    frame = frame.fillna({"moves": 0, "moves_before": 0}).astype(
        {"moves": "int64", "moves_before": "int64"}
    )
    of, of_before = (frame.groupby("from")[c].transform("sum") for c in ("moves", "moves_before"))
    frame["share"] = frame["moves"] / of.where(of > 0)
    frame["share_before"] = frame["moves_before"] / of_before.where(of_before > 0)
    frame["found"] = beyond_chance(by_chance(frame["moves"], of, frame["moves_before"], of_before))
    frame = frame.sort_values(["moves", "from", "to"], ascending=[False, True, True])
    columns = ["from", "to", "moves", "share", "moves_before", "share_before", "found"]
    return frame[columns].reset_index(drop=True)


def count_moves(events: Journeys, steps: Steps) -> pd.DataFrame:
    """Count moves within sessions: from, to, moves; those that never happened are left out."""
    names = steps.names

    def count(rows: slice) -> np.ndarray:
        some = events.take(rows)
        return transitions(steps.of(some), begins_session(some), len(names))

    side = len(names) + 1
    counts = sum(events.by_visitors(count), np.zeros((side, side), dtype=np.int64))
    source, target = np.nonzero(counts)
    return pd.DataFrame(
        {
            "from": np.array([*names, ENTRY])[source],
            "to": np.array([*names, EXIT])[target],
            "moves": counts[source, target],
        }
    )


@question("Which ways lead to a purchase, and which out of the shop?", "events")
def paths(shop: Tables, period: Period, *, most: int = 8) -> pd.DataFrame:
    """List the most frequent paths of sessions that paid (up to the payment) and of the others.

    A path names each step once however often it is repeated running; long ones are told by their
    last eight steps.

    Returns
    -------
    DataFrame
        to ("purchase" or "exit"), path (steps, → between), sessions, share (of the sessions that
        ended so), share_before (same week days before; null without), found (whether the share
        differs beyond chance, Fisher's exact test, at a false-discovery rate of 5 % over the
        paths shown). Of each, the `most` most frequent.
    """
    counted = _counted(count_paths, shop, period)
    now = counted["now"]
    then = counted.get("before", now.iloc[:0])
    frame = now.merge(then, on=["to", "path"], how="left", suffixes=("", "_before"))
    frame = frame.groupby("to", sort=False).head(most).reset_index(drop=True)
    there = frame.fillna({"sessions_before": 0}).astype({"sessions_before": "int64"})
    of = frame["to"].map(now.groupby("to")["sessions"].sum()).astype("int64")
    of_before = frame["to"].map(then.groupby("to")["sessions"].sum()).fillna(0).astype("int64")
    frame["share"] = frame["sessions"] / of
    frame["share_before"] = there["sessions_before"] / of_before.where(of_before > 0)
    chance = by_chance(there["sessions"], of, there["sessions_before"], of_before)
    frame["found"] = beyond_chance(chance)
    return frame[["to", "path", "sessions", "share", "share_before", "found"]]


def count_paths(events: Journeys, steps: Steps) -> pd.DataFrame:
    """Count sessions by path: to, path, sessions; purchases first, most frequent first."""
    names = steps.names

    def count(rows: slice) -> dict[bool, pd.Series]:
        some = events.take(rows)
        return _paths_taken(some, steps.of(some), len(names))

    counted = events.by_visitors(count)
    frames = []
    for bought in (True, False):
        taken = pd.concat([sequences.NO_PATHS, *(c[bought] for c in counted)])
        found = sequences.told_paths(taken.groupby(level=0).sum(), len(names))
        texts = [
            "… → " * cut + " → ".join(names[s] for s in path) + ("" if bought else f" → {EXIT}")
            for path, cut in zip(found["path"], found["cut"], strict=True)
        ]
        frames.append(
            pd.DataFrame({"to": TO[bought], "path": texts, "sessions": found["sessions"]})
        )
    return pd.concat(frames, ignore_index=True).astype({"sessions": "int64"})


def _paths_taken(events: Journeys, step: np.ndarray, steps: int) -> dict[bool, pd.Series]:
    """Count sessions by path, those that paid (up to their first payment) and the others."""
    starts = begins_session(events)
    pays = events.is_kind("pay")
    session = np.cumsum(starts) - 1
    paid = np.bincount(session[pays], minlength=int(starts.sum())) > 0
    settled = _paid_before(pays, starts) & paid[session]
    return {
        bought: sequences.count_paths(step[rows], starts[rows], steps)
        for bought in (True, False)
        for rows in [(paid[session] == bought) & ~settled]
    }


def _paid_before(pays: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Tell the events before which their session has paid already."""
    before = np.cumsum(pays) - pays
    return before > np.repeat(before[starts], sizes(starts))


@question("Where do paths break?", "events")
def breaks(shop: Tables, period: Period) -> pd.DataFrame:
    """Find the steps at which sessions end without a purchase, against the week days before.

    Returns
    -------
    DataFrame
        step, reached (times sessions came to it, running repetitions told once; sessions that
        had paid by then are left out), exits (how often it was the last), exit_share with low
        and high (Wilson, 95 %), exit_share_before, p_value (Fisher's exact test), found (kept at
        a false-discovery rate of 5 %). Largest exit share first.
    """
    counts = _counted(count_exits, shop, period)
    now = counts["now"]
    then = counts.get("before", now * 0).reindex(now.index, fill_value=0)
    frame = now.copy()
    frame[["exit_share", "low", "high"]] = wilson(now["exits"], now["reached"]).to_numpy()
    frame["exit_share_before"] = then["exits"] / then["reached"].where(then["reached"] > 0)
    frame["p_value"] = by_chance(now["exits"], now["reached"], then["exits"], then["reached"])
    frame["found"] = beyond_chance(frame["p_value"])
    frame = frame.sort_index().sort_values("exit_share", ascending=False, kind="stable")
    return frame.rename_axis("step").reset_index()


def count_exits(events: Journeys, steps: Steps) -> pd.DataFrame:
    """Count, by step, how often unpaid sessions reached it and ended there."""
    names = steps.names

    def count(rows: slice) -> np.ndarray:
        some = events.take(rows)
        step, starts, pays = steps.of(some), begins_session(some), some.is_kind("pay")
        unpaid = ~pays & ~_paid_before(pays, starts)
        reached = collapsed(step, starts) & unpaid
        exits = np.append(starts[1:], True) & unpaid
        return np.array([np.bincount(step[r], minlength=len(names)) for r in (reached, exits)])

    counts = sum(events.by_visitors(count), np.zeros((2, len(names)), dtype=np.int64))
    frame = pd.DataFrame(counts.T, index=names, columns=["reached", "exits"])
    return frame[frame["reached"] > 0]


@carries_missing
def find_paths(ways: pd.DataFrame, broken: pd.DataFrame) -> Sentence:
    """Name the usual way to a purchase, and where the ways break."""
    text, values = "Nobody paid in this period. ", {}
    bought = ways[ways["to"] == TO[True]]
    if len(bought):
        text = "The usual way to a purchase is “{path}” ({share} of {n}). "
        top = bought.iloc[0]
        values = {"path": top["path"], "share": rate(top["share"])}
        values["n"] = plural(
            round(top["sessions"] / top["share"]), "session that paid", "sessions that paid"
        )
    if broken.empty:
        return sentence(text + "No session ended without a purchase.", **values)
    most = broken.iloc[0]
    text += "Unpaid sessions that come to {step} end there most often: {ends} of {times}"
    values |= {
        "step": most["step"],
        "ends": rate(most["exit_share"]),
        "times": count(most["reached"]),
    }
    change, about = _lost_more(broken)
    return sentence(text + change, **values, **about)


def _lost_more(broken: pd.DataFrame) -> tuple[str, dict[str, Any]]:
    """Say which step loses more than it did, beyond chance: a template and its values."""
    if broken["p_value"].isna().all():
        return "; there is no period before to compare with.", {}
    rose = broken[broken["found"] & (broken["exit_share"] > broken["exit_share_before"])]
    then = "; against the same week days before, "
    if rose.empty:
        return then + "no step loses more than it did, beyond chance.", {}
    worst = rose.loc[rose["p_value"].idxmin()]
    shares = {"was": rate(worst["exit_share_before"]), "now": rate(worst["exit_share"])}
    text = "{worse} loses more beyond chance: {was} → {now}."
    return then + text, {"worse": worst["step"], **shares}


def _counted(counting: Callable, shop: Tables, period: Period) -> dict[str, pd.DataFrame]:
    logs = now_and_before(shop, period, columns=["page"])
    steps = steps_of(list(logs.values()))
    return {when: counting(events, steps) for when, events in logs.items()}
