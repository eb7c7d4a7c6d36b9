from datetime import date, timedelta
from decimal import Decimal

import duckdb
import numpy as np
import pytest

from shophelm.shop.needs import Missing
from shophelm.user import win_back
from shophelm.user.purchases import purchase_days
from tests.conftest import SAMPLE
from tests.user.selling import bought, listed
from tests.user.test_repurchase import every

MONTHLY = [
    *every(30, people=40),
    *every(30, people=35, product="jam", until=date(2026, 7, 10)),
    *every(30, people=20, product="old", until=date(2025, 9, 1), since=date(2025, 3, 1)),
]
PRODUCTS = listed("tea drinks 4", "jam food 4", "old food 4")


@pytest.fixture
def monthly(shop):
    return shop(**bought(*MONTHLY), products=PRODUCTS)


def test_who_is_silent_for_longer_than_usual_is_leaving(monthly):
    bands = win_back.leaving(monthly).set_index("silent")
    # forty came within thirty days; 35 stopped in July, after buying every month; 20 a year ago
    assert bands["customers"].to_dict() == {
        "0 to 30 days": 40, "91 to 180 days": 35, "more than 365 days": 20,
    }  # fmt: skip
    assert bands["leaving"].tolist() == [0, 35, 20]
    assert np.isnan(bands["back_share"].iloc[0])
    assert (bands["back"] == (bands["back_share"] * bands["leaving"]).fillna(0)).all()


def test_what_is_at_stake_is_what_they_brought_when_they_bought(monthly):
    bands = win_back.leaving(monthly).set_index("silent")
    jam = sum(said.startswith("jam") for said in MONTHLY)
    # ¥6 of margin a purchase, all within a year: 28 of 364 days
    assert bands.loc["91 to 180 days", "at_stake"] == pytest.approx(jam * 6 * 28 / 364)
    assert bands["at_stake_in"].unique().tolist() == ["margin"]


def test_the_sentence_counts_who_comes_back_unasked(monthly):
    bands = win_back.leaving(monthly)
    back = bands.set_index("silent").loc["91 to 180 days"]
    assert str(win_back.find_leaving(bands, currency="CNY")) == (
        "Of 95 customers 35 are silent for longer than is usual for them, and 20 have bought "
        f"nothing for a year. The former brought ¥{back['at_stake']:.0f} (margin) in 28 days when "
        f"they still bought; {back['back_share'] * 100:.1f}% of them ({back['back']:.0f}) are to "
        "be expected back within 28 days without any offer."
    )


def test_the_send_list_names_only_those_who_are_leaving(monthly):
    listed_ = win_back.silences(monthly)
    assert sorted(listed_["customer_id"]) == sorted(f"jam{i}" for i in range(35))
    assert (listed_["silent_days"] > listed_["usual_days"]).all()
    assert listed_["last_day"].max() <= date(2026, 7, 10)


def test_an_action_is_worth_what_the_hold_out_showed(monthly):
    bands = win_back.leaving(monthly)
    (action,) = win_back.win_back_actions(monthly, bands, readout=(2.0, -1.0, 5.0))
    assert action.subject == "silent 91 to 180 days"
    # half of 35 are held out
    worths = (action.worth, action.worth_low, action.worth_high)
    assert worths == (Decimal("35.0"), Decimal("-17.5"), Decimal("87.5"))
    assert (action.worth_in, action.due_on) == ("margin", date(2026, 12, 13))
    assert action.action.startswith(
        "Make an offer to the 35 customers who last bought 91 to 180 days ago, longer than is "
        "usual for them; hold half of them out by lot, since "
    )


def test_an_offer_that_lost_money_is_stopped(monthly):
    bands = win_back.leaving(monthly)
    (action,) = win_back.win_back_actions(monthly, bands, readout=(-2.0, -3.0, -1.0))
    assert action.action == (
        "Make no win-back offer to the 35 customers who last bought 91 to 180 days ago, longer "
        "than is usual for them: the last ones cost more than they brought."
    )
    worths = (action.worth, action.worth_low, action.worth_high)
    assert worths == (Decimal("70.0"), Decimal("35.0"), Decimal("105.0"))


@pytest.mark.parametrize("readout", [None, Missing("", "coupons")])
def test_without_a_hold_out_the_worth_is_unknown(monthly, readout):
    (action,) = win_back.win_back_actions(monthly, win_back.leaving(monthly), readout=readout)
    assert (action.worth, action.worth_in) == (None, "unknown")


def test_where_few_buy_again_who_is_leaving_is_not_known(shop):
    s = shop(**bought(*[f"c{i} 2026-0{1 + i % 9}-10 tea" for i in range(200)]))
    bands = win_back.leaving(s)
    assert str(win_back.find_leaving(bands, currency="CNY")) == (
        "Too few customers have bought again to know which silence is long: who is leaving is not "
        "known."
    )
    assert win_back.win_back_actions(s, bands, readout=(1.0, 0.0, 2.0)) == []
    assert win_back.silences(s).empty


def test_without_customers_it_is_missing(shop):
    s = shop(**bought("guest 2026-01-10 tea"))
    bands = win_back.leaving(s)
    assert isinstance(win_back.win_back_actions(s, bands, readout=None), Missing)


def test_customers_of_the_sample_are_those_of_hand_written_sql(sample):
    rows = duckdb.sql(f"""
        WITH l AS (SELECT customer_id, DATE '2026-11-15' - max(paid_at::DATE) AS silent
            FROM read_csv('{SAMPLE / "orders.csv.gz"}', all_varchar=true)
            WHERE paid_at::DATE <= '2026-11-15' AND customer_id IS NOT NULL GROUP BY 1)
        SELECT sum((silent BETWEEN a AND b)::INT) FROM l,
            (VALUES (0, 30), (31, 60), (61, 90), (91, 180), (181, 365), (366, 9999)) v(a, b)
        GROUP BY a ORDER BY a""").fetchall()
    assert win_back.leaving(sample)["customers"].tolist() == [int(n) for (n,) in rows]


@pytest.mark.parametrize("back", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in (2, 3, 4))])
def test_of_those_leaving_as_many_come_back_unasked_as_said(sample, back):
    # no coupon wave lies in these weeks
    cut = sample.as_of - timedelta(days=28 * back)
    listed_ = win_back.silences(sample.at(cut))
    later = sample.at(cut + timedelta(days=28))
    days = later.frame(purchase_days(later, ""))
    came = set(days[days["day"] > cut]["customer_id"])
    expected = listed_["probability"].sum()
    assert abs(listed_["customer_id"].isin(came).sum() - expected) < 3 * np.sqrt(expected)
