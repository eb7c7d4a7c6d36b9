"""Behaviour on the real head of Taobao's UserBehavior, against going through it in plain Python."""

import csv
from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from shophelm.data import dwell, funnel, paths, sessions, unmet
from shophelm.shop.calendar import Period
from shophelm.shop.importers import import_files
from shophelm.shop.tables import open_shop
from tests.conftest import SHARED

FILE = SHARED / "taobao_userbehavior" / "UserBehavior_first84k.csv"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the real data are not here")
ALL_DAYS = Period(date(2017, 11, 25), date(2017, 12, 3))
STEPS = (("pv",), ("cart", "fav"), ("buy",))


@pytest.fixture(scope="module")
def taobao(tmp_path_factory):
    folder = tmp_path_factory.mktemp("taobao")
    key = folder / "key"
    key.write_text("a key of this test, long enough")
    import_files("taobao-events", [FILE], folder / "shop", key_file=key)
    return open_shop(folder / "shop", as_of="2017-12-03")


@pytest.fixture(scope="module")
def acts():
    """What each user did: (time in Shanghai, behaviour), in order."""
    users = defaultdict(list)
    with FILE.open(encoding="utf-8") as lines:
        for row in csv.reader(lines):
            if len(row) == 5 and row[4].isdigit():
                at = datetime(1970, 1, 1) + timedelta(hours=8, seconds=int(row[4]))
                if ALL_DAYS.first <= at.date() <= ALL_DAYS.last:
                    users[row[0]].append((at, row[3]))
    return {user: sorted(rows) for user, rows in users.items()}


def reached(rows):
    """Steps reached in order within 24 hours: for each step, the latest start of a chain."""
    best = [None] * len(STEPS)
    at_once = defaultdict(list)
    for at, act in rows:
        at_once[at].append(act)
    for at, done in sorted(at_once.items()):
        for k, step in enumerate(STEPS):
            start = at if k == 0 else best[k - 1]
            if set(done) & set(step) and start and at - start <= timedelta(hours=24):
                best[k] = max(best[k] or start, start)
    return sum(b is not None for b in best)


def counts(people):
    far = [reached(rows) for rows in people]
    return [sum(f > k for f in far) for k in range(len(STEPS))]


def by(acts, key):
    groups = defaultdict(list)
    for user, rows in acts.items():
        for at, act in rows:
            groups[(user, key(at))].append((at, act))
    return groups


def test_the_funnel_in_order(taobao, acts):
    found = funnel.funnel(taobao, ALL_DAYS)
    assert found["step"].tolist() == ["item page", "cart or favourite", "payment"]
    assert found["visitors"].tolist() == counts(acts.values())


def test_the_funnel_by_day(taobao, acts):
    found = funnel.funnel(taobao, ALL_DAYS, by="day")
    groups = by(acts, lambda at: at.date())
    for day in ALL_DAYS.every_day:
        expected = counts(rows for (_, d), rows in groups.items() if d == day)
        assert found.loc[found["slice"] == str(day), "visitors"].tolist() == expected


def test_the_funnel_by_hour(taobao, acts):
    found = funnel.funnel(taobao, ALL_DAYS, by="hour")
    groups = by(acts, lambda at: (at.date(), at.hour))
    for hour in range(24):
        expected = counts(rows for (_, (_, h)), rows in groups.items() if h == hour)
        assert found.loc[found["slice"] == f"{hour:02}:00", "visitors"].tolist() == expected


def test_a_weekend_is_held_against_the_one_before(taobao, acts):
    found = funnel.funnel(taobao, Period(date(2017, 12, 2), date(2017, 12, 3)))
    before = by(acts, lambda at: at.date() <= date(2017, 11, 26))
    expected = counts(rows for (_, early), rows in before.items() if early)
    assert found["visitors_before"].tolist() == expected


def test_sessions_of_the_whole(taobao, acts):
    found = sessions.sessions(taobao, ALL_DAYS)
    gap = timedelta(minutes=30)
    expected = sum(1 + sum(b[0] - a[0] > gap for a, b in pairwise(rows)) for rows in acts.values())
    # the log names no channel
    assert found[["slice", "sessions"]].values.tolist() == [["all", expected]]


def test_moves_add_up_to_the_events(taobao, acts):
    found = paths.moves(taobao, ALL_DAYS)
    assert found.loc[found["to"] != "(exit)", "moves"].sum() == sum(map(len, acts.values()))


def test_what_the_log_does_not_hold_is_said(taobao):
    assert "no dwell_seconds in events" in str(dwell.dwell(taobao))
    assert "no keyword in events" in str(unmet.unmet(taobao))
