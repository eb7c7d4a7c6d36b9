"""An event log written the short way: one line per visit, one word per step."""

from __future__ import annotations

from datetime import datetime, timedelta

HEAD = "event_id,visitor_id,occurred_at,kind,product_id,page,channel,keyword,dwell_seconds"


def log(*visits: str) -> str:
    """Write events from visits such as "ann ads 2026-11-09 10:00 home view:tee=20 cart:tee pay".

    A step is a kind; `:x` is its product (of a search, its word), `/page` its page, `=n` the
    seconds spent on it. Steps are a minute apart; "+45" waits 45 minutes first, "+0" is the
    instant of the step before.
    """
    rows = [HEAD]
    for visit in visits:
        who, channel, day, clock, *steps = visit.split()
        at, wait = datetime.fromisoformat(f"{day} {clock}"), 0
        for step in steps:
            if step.startswith("+"):
                wait = int(step[1:])
                continue
            at += timedelta(minutes=wait)
            step, _, seconds = step.partition("=")
            step, _, page = step.partition("/")
            kind, _, what = step.partition(":")
            product, word = ("", what) if kind == "search" else (what, "")
            rows.append(
                f"e{len(rows):05d},{who},{at},{kind},{product},{page},{channel},{word},{seconds}"
            )
            wait = 1
    return "\n".join(rows)
