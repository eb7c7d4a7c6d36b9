"""Member days: a planted lift is found net of what it shifts, and where none is, none is said."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shophelm.shop.tables import open_shop
from shophelm.user import member_day
from tests.conftest import SAMPLE
from tests.user.hands import customers, orders

FIRST, DAYS = date(2025, 9, 1), 400
HEAD = "campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic"


def day(number):
    return FIRST + timedelta(days=int(number))


def campaigns(rows):
    """Write campaigns given as (kind, first day of warm-up and burst, first day after, last)."""
    lines = [f"c{i},Day,{k},{a},{a},{b},{z},double points" for i, (k, a, b, z) in enumerate(rows)]
    return "\n".join([HEAD, *lines])


def member_days(numbers, kind="member_day"):
    return [(kind, day(n), day(n + 1), day(n + 1)) for n in numbers]


def planted_shop(shop, seed, *, lift, kind="member_day"):
    """Twelve orders of 80 to 120 a day; a member day adds `lift`, a third of it from around."""
    rng = np.random.default_rng(seed)
    mean = 12 * (1 + 0.2 * np.sin(np.arange(DAYS) / 60)) * rng.gamma(50, 1 / 50, DAYS)
    numbers = range(35, DAYS - 10, 30)
    added = np.zeros(DAYS)
    for n in numbers:
        gain = lift * mean[n]
        added[n] += gain
        added[n - 1] -= gain / 9
        added[n + 1 : n + 3] -= gain / 9
    many = rng.poisson(mean + added)
    when = np.repeat(np.arange(DAYS), many)
    who = rng.integers(0, 300, len(when))
    buys = [
        (f"c{w}", day(d), paid)
        for d, w, paid in zip(when, who, rng.integers(80, 121, len(when)), strict=True)
    ]
    s = shop(
        orders=orders(buys),
        campaigns=campaigns(member_days(numbers, kind)),
        as_of=str(day(DAYS - 1)),
    )
    net = np.mean([added[n - 3 : n + 8].sum() for n in numbers])
    return s, net, np.mean([added[n] for n in numbers])


def hits(shop, seeds, *, lift):
    """How often the intervals hold the planted orders on the day and net, and the net money."""
    covered = np.zeros(3, dtype=int)
    for seed in seeds:
        s, net, gain = planted_shop(shop, seed, lift=lift)
        effects = member_day.member_day(s).study.effects
        for i, (series, part, truth) in enumerate(
            (("orders", "gain", gain), ("orders", "net", net), ("settled", "net", 100 * net))
        ):
            low, high = effects.loc[series, [f"{part}_low", f"{part}_high"]]
            covered[i] += low <= truth <= high
    return covered


def test_a_planted_member_day_is_found(shop):
    s, net, gain = planted_shop(shop, 1, lift=1.0)
    found = member_day.member_day(s)
    rows = member_day.shown(found).set_index("figure")
    assert found.given == found.study.events == 12
    # no product has a cost: worth is the settled money, and is not shown twice
    assert rows.index.tolist() == ["orders", "settled money"]
    assert rows["unit"].tolist() == ["number", "money"]
    orders_row = rows.loc["orders"]
    assert orders_row["on_day_low"] < gain < orders_row["on_day_high"]
    assert orders_row["net_low"] < net < orders_row["net_high"]
    assert orders_row["on_day_low"] > 0
    said = str(member_day.find_member_day(found, currency="CNY"))
    assert said.startswith("12 of 12 member days judged: on the day members place ")
    assert " of settled money (" in said


def test_the_interval_holds_what_was_planted(shop):
    assert (hits(shop, range(3), lift=0.8) >= stats.binom.ppf(0.001, 3, 0.95)).all()


@pytest.mark.slow
@pytest.mark.parametrize("lift", [0, 0.8])
def test_the_interval_holds_what_was_planted_as_often_as_promised(shop, lift):
    assert (hits(shop, range(100, 160), lift=lift) >= stats.binom.ppf(0.001, 60, 0.95)).all()


def test_only_members_orders_count(shop):
    buys = [("ann", day(n), 10) for n in range(200)] + [("guest", day(n), 90) for n in range(200)]
    s = shop(
        orders=orders(buys),
        customers=customers({"ann": "silver"}),
        campaigns=campaigns(member_days([60, 100, 140])),
        as_of=str(day(199)),
    )
    found = member_day.member_day(s).study.effects
    assert found.loc["orders", ["expected", "observed", "net"]].tolist() == [1, 1, 0]
    assert found.loc["settled", ["expected", "observed", "net"]].tolist() == [10, 10, 0]


def test_a_shop_without_member_days_says_how_to_give_them(sample):
    found = member_day.member_day(sample)
    assert (found.given, found.study) == (0, None)
    assert member_day.shown(found).empty
    assert str(member_day.find_member_day(found, currency="CNY")) == (
        "No campaign is of the kind member_day, so that what a member day adds is not known. Give "
        "each one as a campaign of this kind: its first day in burst_from, the day after it in "
        "afterglow_from."
    )


def test_member_days_that_cannot_be_judged_say_why(shop):
    buys = [("ann", day(n), 10) for n in range(100)]
    weekly = shop(
        orders=orders(buys), campaigns=campaigns(member_days(range(30, 90, 5))), as_of=str(day(99))
    )
    found = member_day.member_day(weekly)
    assert str(member_day.find_member_day(found, currency="CNY")) == (
        "What a member day adds is not known: of 12 member days none can be judged, because other "
        "campaigns or other member days run within its reach, or its days are not over."
    )
    inside = [*member_days([50]), ("618", day(45), day(55), day(58))]
    covered = shop(orders=orders(buys), campaigns=campaigns(inside), as_of=str(day(99)))
    assert member_day.member_day(covered).study.events == 0
    young = shop(
        orders=orders(buys[:41]), campaigns=campaigns(member_days([28])), as_of=str(day(40))
    )
    assert str(member_day.find_member_day(member_day.member_day(young), currency="CNY")) == (
        "What a member day adds is not known: only 15 stretches of ordinary days can be held "
        "against it, and 20 are needed."
    )


def test_a_member_day_to_come_does_not_count(shop):
    buys = [("ann", day(n), 10) for n in range(100)]
    s = shop(orders=orders(buys), campaigns=campaigns(member_days([50, 120])), as_of=str(day(99)))
    assert member_day.member_day(s).given == 1


def test_a_shop_without_campaigns_says_how_to_get_them(shop):
    answer = member_day.member_day(shop(orders=orders([("ann", "2026-08-10", "100")])))
    assert "This shop has no campaigns." in str(member_day.find_member_day(answer, currency="CNY"))


def test_orders_of_the_samples_member_days_agree_with_sql(tmp_path):
    for name in ("orders.csv.gz", "customers.csv.gz", "refunds.csv.gz"):
        (tmp_path / name).symlink_to(SAMPLE / name)
    months = [(2025, m) for m in range(4, 13)] + [(2026, m) for m in range(1, 11)]
    days = [date(y, m, 18) for y, m in months if (y, m) not in {(2025, 6), (2026, 6)}]
    rows = [("member_day", d, d + timedelta(days=1), d + timedelta(days=1)) for d in days]
    (tmp_path / "campaigns.csv").write_text(campaigns(rows))
    found = member_day.member_day(open_shop(tmp_path, as_of="2026-11-15"))
    listed = ", ".join(f"'{d}'" for d in days)
    ((seen,),) = duckdb.sql(f"""
        SELECT count(*) / {len(days)} FROM '{SAMPLE}/orders.csv.gz'
        WHERE paid_at::DATE::VARCHAR IN ({listed}) AND customer_id IS NOT NULL""").fetchall()
    assert found.study.events == len(days)
    assert found.study.effects.loc["orders", "observed"] == pytest.approx(seen)
    # the simulator gives double points on the 18th, and nobody buys more for it
    low, high = found.study.effects.loc["orders", ["gain_low", "gain_high"]]
    assert low < 0 < high


def test_double_points_days_are_judged_as_member_days_are(shop):
    """The same days under the other kind: the same figures, called by their name."""
    s, _, _ = planted_shop(shop, 1, lift=1.0, kind="double_points")
    assert member_day.member_day(s).given == 0
    found = member_day.member_day(s, kind="double_points")
    said = str(member_day.find_member_day(found, currency="CNY"))
    assert said.startswith("12 of 12 double-points days judged: ")
    one, _, _ = planted_shop(shop, 1, lift=1.0)
    same = member_day.shown(member_day.member_day(one))
    pd.testing.assert_frame_equal(member_day.shown(found), same)
