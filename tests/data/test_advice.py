from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from shophelm.data import advice, bundles, gaps, hours, opportunities, trust, unmet
from shophelm.data.hints import bundle_actions, unmet_actions
from shophelm.shop.calendar import Period
from tests.hand_shop import HAND_SHOP

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
NOON = datetime(2026, 11, 15, 12)


def visits(*, ads_now: float, days: int = 63, per_day: int = 60) -> dict[str, str]:
    """Two channels of visitors who pay ¥100 at 20 %; ads pay at `ads_now` in the last week."""
    rng = np.random.default_rng(7)
    events, orders = [], []
    for day in range(days):
        at = NOON - timedelta(days=day)
        for channel in ("ads", "search"):
            chance = ads_now if channel == "ads" and day < 7 else 0.2
            for i, pays in enumerate(rng.random(per_day) < chance):
                who = f"{channel}{day}-{i}"
                events.append(f"v{who},{who},{who},{at},view,{channel}")
                if pays:
                    events.append(f"p{who},{who},{who},{at},pay,{channel}")
                    orders.append(f"o{who},{who},{at},{at},{channel},100,0,0,100")
    heads = (
        "event_id,visitor_id,customer_id,occurred_at,kind,channel",
        "order_id,customer_id,created_at,paid_at,channel,goods_amount,discount_amount,"
        "shipping_amount,paid_amount",
    )
    return {"events": "\n".join([heads[0], *events]), "orders": "\n".join([heads[1], *orders])}


def test_a_channel_that_lost_half_its_conversion_is_found_and_priced(shop):
    slow = advice.lagging(shop(**visits(ads_now=0.1)), WEEK)
    assert slow[slow["found"]]["slice"].tolist() == ["ads"]
    ads = slow.iloc[0]
    # 60 visitors a day for 28 days, ten points of conversion, ¥100 each; an 80% interval may
    # miss it, one twice as wide hardly
    truth = 60 * 28 * 0.1 * 100
    assert abs(ads["worth"] - truth) < ads["worth_high"] - ads["worth_low"]
    assert ads["visitors"] == 420


def test_where_nothing_lags_nothing_is_proposed(shop):
    s = shop(**visits(ads_now=0.2))
    slow = advice.lagging(s, WEEK)
    assert not slow["found"].any()
    assert str(advice.find_lagging(slow, currency="CNY")) == (
        "Of 2 channels and categories with enough payments to tell, no conversion fell behind the "
        "rest of the shop beyond chance, against the 56 days before."
    )


def test_a_handful_of_visitors_is_not_judged(shop):
    tables = visits(ads_now=0.1)
    rare = [f"r{i},r{i},r{i},{NOON - timedelta(days=i)},view,live" for i in range(63)]
    tables["events"] = "\n".join([tables["events"], *rare])
    assert set(advice.lagging(shop(**tables), WEEK)["slice"]) == {"ads", "search"}


def test_findings_become_actions_with_an_owner_a_worth_and_a_day(shop):
    s = shop(**visits(ads_now=0.1))
    actions = advice.steps(
        s,
        rows=trust.rows_read(s),
        broken=trust.promises(s),
        seen=gaps.orders_seen(s),
        slow=advice.lagging(s, WEEK),
        dead=hours.dead_hours(s, WEEK),
        gaps=opportunities.opportunities(s),
        pairs=bundles.bundles(s),
        wanted=unmet.unmet(s),
    )
    assert [(a.kind, a.subject, a.owner_role) for a in actions] == [
        ("lagging conversion", "channel:ads", "channel manager")
    ]
    action = actions[0]
    assert action.worth_low < action.worth < action.worth_high
    assert (action.worth_in, action.due_on) == ("gmv", date(2026, 12, 13))
    assert action.worth == action.worth.quantize(Decimal("0.01"))


def test_bad_data_become_actions_whose_worth_is_not_known(shop):
    orders = HAND_SHOP["orders"].replace("5.00,95.00", "5.00,96.00").rstrip()
    s = shop(orders=orders + "\n        o7,ann,soon,,ads,1,0,0,1\n")
    slow = advice.lagging(s, WEEK)
    actions = advice.steps(
        s,
        rows=trust.rows_read(s),
        broken=trust.promises(s),
        seen=gaps.orders_seen(s),
        slow=slow,
        dead=hours.dead_hours(s, WEEK),
        gaps=opportunities.opportunities(s),
        pairs=bundles.bundles(s),
        wanted=unmet.unmet(s),
    )
    assert [(a.kind, a.worth, a.worth_in) for a in actions] == [
        ("rejected rows", None, "unknown"),
        ("broken promise", None, "unknown"),
    ]
    assert actions[0].action == (
        "Mend the 1 rejected row of orders; `shophelm check` lists them with their reasons."
    )


@pytest.mark.parametrize("missing", ["orders", "events"])
def test_with_half_the_tables_it_still_answers(shop, missing):
    tables = {k: v for k, v in visits(ads_now=0.1).items() if k != missing}
    slow = advice.lagging(shop(**tables), WEEK)
    if missing == "orders":
        assert slow["worth"].isna().all()
    else:
        assert "This shop has no events." in str(slow)


def test_pairs_and_words_that_stand_out_become_actions_of_unknown_worth(sample):
    pairs, wanted = bundles.bundles(sample), unmet.unmet(sample)
    actions = [*bundle_actions(sample, pairs), *unmet_actions(sample, wanted)]
    found = pairs[pairs["found"] & (pairs["why"] == "")]
    assert len(found) >= 3
    assert [a.kind for a in actions] == ["bundle"] * 3 + ["unmet demand"] * 3
    assert [a.worth for a in actions] == [None] * 6
    first, *_ = actions
    assert found["companion"].iloc[0] in first.action
    assert first.subject == f"product:{pairs.attrs['ids'][pairs.index.get_loc(found.index[0])][1]}"
    searched = wanted[wanted["found"] & (wanted["of"] == "search")]["subject"].tolist()
    assert [a.subject for a in actions[3:]] == [f"search:{word}" for word in searched[:3]]
