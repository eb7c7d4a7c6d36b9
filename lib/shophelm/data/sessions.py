"""Sessions: how many, how long, how many turn round at the door, how many cart and pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.data.visiting import SECOND, begins_session, now_and_before
from shophelm.methods.proportions import beyond_chance, by_chance
from shophelm.shop.calendar import Period
from shophelm.shop.journeys import Journeys
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import relative_change
from shophelm.shop.tables import Tables
from shophelm.shop.visits import PAGES
from shophelm.words import Sentence, change, count, number, rate, sentence, unknown

ALL = "all"
COUNTS = ("sessions", "pages", "bounces", "cart_sessions", "pay_sessions")
SHARES = {"bounce_rate": "bounces", "cart_share": "cart_sessions", "pay_share": "pay_sessions"}


@question("How do sessions run, by channel?", "events")
def sessions(shop: Tables, period: Period) -> pd.DataFrame:
    """Describe the sessions of a period, whole and by the channel they began in.

    A session ends when its visitor does nothing for more than 30 minutes; the log's own
    session_id is not used. A bounce is a session of one page and nothing else.

    Returns
    -------
    DataFrame
        slice ("all" first, then channels, most sessions first), sessions, before_change,
        pages_per_session, median_seconds (from the first event to the last, so that a bounce
        lasts 0), bounce_rate, bounce_rate_before, cart_share, pay_share, pay_share_before (of
        sessions), p_value and found (whether pay_share differs from that of the same week days
        before beyond chance, at a false-discovery rate of 5 %). Without a period before, those
        are null.
    """
    counted = {
        when: count_sessions(events)
        for when, events in now_and_before(shop, period, columns=["channel"]).items()
    }
    now = counted["now"]
    then = counted.get("before", now * np.nan).reindex(now.index)
    # a channel without a session before had none; without a period before, nothing is known
    then = then.fillna(0) if "before" in counted else then
    frame = now[["sessions"]].assign(before_change=relative_change(now.sessions, then.sessions))
    frame["pages_per_session"] = now["pages"] / now["sessions"]
    frame["median_seconds"] = now["median_seconds"]
    for share, of in SHARES.items():
        frame[share] = now[of] / now["sessions"]
        if share != "cart_share":
            frame[f"{share}_before"] = then[of] / then["sessions"].where(then["sessions"] > 0)
    tested = then.fillna(0).astype("int64")
    frame["p_value"] = by_chance(
        now["pay_sessions"], now["sessions"], tested["pay_sessions"], tested["sessions"]
    )
    frame["found"] = beyond_chance(frame["p_value"])
    return frame.reset_index()


def count_sessions(events: Journeys) -> pd.DataFrame:
    """Count sessions and what was done in them, whole and by the channel they began in.

    Returns
    -------
    DataFrame
        Indexed by slice ("all" first): sessions, pages, bounces, cart_sessions, pay_sessions,
        median_seconds.
    """
    if not len(events):
        return pd.DataFrame(columns=[*COUNTS, "median_seconds"], index=pd.Index([], name="slice"))
    channels = events.words["channel"].names
    parts = events.by_visitors(lambda rows: _each_session(events.take(rows), len(channels)))
    counts = pd.DataFrame(sum(p.counts for p in parts), columns=list(COUNTS))
    channel = np.concatenate([p.channel for p in parts])
    seconds = np.concatenate([p.seconds for p in parts])
    there = np.flatnonzero(counts["sessions"])
    counts["median_seconds"] = pd.Series({c: np.median(seconds[channel == c]) for c in there})
    by_channel = counts[:-1].set_axis(pd.Index(channels, dtype="str"))
    by_channel = by_channel[by_channel["sessions"] > 0]
    by_channel = by_channel.sort_values("sessions", ascending=False, kind="stable")
    whole = counts.sum().to_frame(ALL).T.astype(counts.dtypes)
    return pd.concat([whole.assign(median_seconds=np.median(seconds)), by_channel]).rename_axis(
        "slice"
    )


@carries_missing
def find_sessions(frame: pd.DataFrame) -> Sentence:
    """Say how many sessions there were, how they ran, and whether fewer or more of them paid."""
    if frame.empty:
        return sentence("The log has no event in this period.")
    whole, channels = frame.iloc[0], frame.iloc[1:]
    text = "{n} sessions"
    if not unknown(whole["before_change"]):
        text += " ({moved} against the same week days before)"
    text += (
        " saw {pages} pages each; half lasted less than {median} seconds, {bounced} left after "
        "one page, {carted} carted and {paid} paid"
    )
    values = {
        "n": count(whole["sessions"]),
        "moved": change(whole["before_change"]),
        "pages": number(whole["pages_per_session"], digits=1),
        "median": count(whole["median_seconds"]),
        "bounced": rate(whole["bounce_rate"]),
        "carted": rate(whole["cart_share"]),
        "paid": rate(whole["pay_share"]),
    }
    if whole["found"]:
        text += " ({was} before: more than chance)"
    elif not unknown(whole["p_value"]):
        text += " ({was} before, which may be chance)"
    values["was"] = rate(whole["pay_share_before"])
    moved = channels[channels["found"]]
    if len(moved):
        most = moved.loc[moved["p_value"].idxmin()]
        text += "; of the channels {channel} changed most, from {before} to {now}"
        values |= {
            "channel": most["slice"],
            "before": rate(most["pay_share_before"]),
            "now": rate(most["pay_share"]),
        }
    return sentence(text + ".", **values)


@dataclass(frozen=True, slots=True)
class _Sessions:
    """Some visitors' sessions: `COUNTS` by channel (the last row: by none), and of each its own."""

    counts: np.ndarray
    channel: np.ndarray
    seconds: np.ndarray


def _each_session(events: Journeys, channels: int) -> _Sessions:
    starts = begins_session(events)
    heads = np.flatnonzero(starts)
    ends = np.append(heads[1:], len(events)) - 1
    pages = _sums(events.is_kind(*PAGES), heads)
    carted, paid = (_sums(events.is_kind(k), heads) > 0 for k in ("cart", "pay"))
    bounced = (pages == 1) & (heads == ends)
    # −1, for no channel, is the last
    channel = events.words["channel"].codes[heads] % (channels + 1)
    each = (np.ones(len(heads)), pages, bounced, carted, paid)
    counts = [np.bincount(channel, weights=of, minlength=channels + 1) for of in each]
    seconds = (events.at[ends] - events.at[heads]) / SECOND
    return _Sessions(np.array(counts).T.astype(np.int64), channel, seconds)


def _sums(flags: np.ndarray, heads: np.ndarray) -> np.ndarray:
    return np.add.reduceat(flags, heads, dtype=np.int32)
