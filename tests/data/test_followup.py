from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from shophelm.data import followup

DONE = date(2026, 10, 19)


def ledger(*rows):
    columns = ["action_id", "kind", "subject", "metric", "status", "done_on", "worth"]
    return pd.DataFrame(rows, columns=columns)


def visits(*, effect, seed=1, products=12, a_day=40):
    """Visitors who cart products at 20 %; the first three products' rate is multiplied later."""
    rng = np.random.default_rng(seed)
    rows = []
    for day in range(56):
        at = datetime(2026, 9, 21, 12) + timedelta(days=day)
        for p in range(products):
            later = at.date() >= DONE
            rate = 0.2 * (1.25 if later else 1) * (effect if later and p < 3 else 1)
            for v in range(rng.poisson(a_day)):
                who = f"{day}-{p}-{v}"
                rows.append(f"v{who},{who},{at},view,p{p}")
                if rng.random() < rate:
                    rows.append(f"c{who},{who},{at},cart,p{p}")
    return "\n".join(["event_id,visitor_id,occurred_at,kind,product_id", *rows])


THREE = [(f"A{i}", "page", f"product:p{i}", "cart_rate", "done", DONE, 100.0) for i in range(3)]


@pytest.fixture(scope="module")
def raised(tmp_path_factory):
    from shophelm.shop.tables import open_shop

    folder = tmp_path_factory.mktemp("shop")
    (folder / "events.csv").write_text(visits(effect=1.5))
    return open_shop(folder, as_of="2026-11-15")


def test_what_was_done_is_held_against_products_left_alone(raised):
    found = followup.outcomes(raised, ledger(*THREE))
    assert found["verdict"].tolist() == [followup.WORKED] * 3
    assert found["controls"].tolist() == [9] * 3
    assert found["days"].tolist() == [28] * 3
    # a season that lifted all is no merit of theirs
    assert found["effect"].to_numpy() == pytest.approx(0.5, abs=0.25)


def test_a_kind_of_action_is_judged_together(raised):
    kinds = followup.by_kind(followup.outcomes(raised, ledger(*THREE)))
    one = kinds.iloc[0]
    assert (one["actions"], one["measured"], one["verdict"]) == (3, 3, followup.WORKED)
    assert one["effect_low"] < 0.5 < one["effect_high"]


def test_nothing_is_said_of_what_did_nothing(shop):
    s = shop(events=visits(effect=1.0, seed=2))
    found = followup.outcomes(s, ledger(*THREE))
    assert set(found["verdict"]) == {followup.UNKNOWN}
    said = followup.find_outcomes(found, followup.by_kind(found), currency="CNY")
    assert str(said[0]) == (
        "Of 3 actions done, 3 can be measured: 0 worked beyond chance, 0 did harm, 3 had too few "
        "cases to tell. They brought not known of GMV where ¥300 was promised."
    )


def test_what_cannot_be_measured_says_so(raised):
    found = followup.outcomes(
        raised,
        ledger(
            ("A1", "talk", "the warehouse", "cart_rate", "done", DONE, None),
            ("A2", "talk", "product:p1", "mood", "done", DONE, None),
            ("A3", "talk", "product:gone", "cart_rate", "done", DONE, None),
            ("A4", "talk", "product:p2", "gmv_paid", "done", DONE, None),
            ("A5", "page", "product:p3", "cart_rate", "done", date(2026, 11, 10), None),
            ("A6", "page", "product:p3", "cart_rate", "done", date(2026, 11, 20), None),
            ("A7", "page", "product:p3", "cart_rate", "accepted", None, None),
        ),
    )
    assert dict(zip(found["action_id"], found["verdict"], strict=True)) == {
        "A1": followup.UNMEASURED,
        "A2": followup.UNMEASURED,
        "A3": followup.UNMEASURED,
        "A4": followup.UNMEASURED,
        "A5": followup.EARLY,
    }


def test_an_empty_ledger_says_so(raised):
    found = followup.outcomes(raised, ledger())
    said = followup.find_outcomes(found, followup.by_kind(found), currency="CNY")
    assert [str(s) for s in said] == [
        "No action of the ledger is done yet: there is nothing to follow up."
    ]


def test_money_of_channels_can_be_followed_too(shop):
    rng = np.random.default_rng(4)
    rows = []
    for day in range(56):
        at = datetime(2026, 9, 21, 12) + timedelta(days=day)
        for c in range(6):
            n = rng.poisson(30 * (2 if c == 0 and at.date() >= DONE else 1))
            for _ in range(n):
                i, paid = len(rows), rng.gamma(2, 50)
                rows.append(f"o{i},c{i},{at},{at},ch{c},{paid:.2f},0,0,{paid:.2f}")
    head = "order_id,customer_id,created_at,paid_at,channel,goods_amount,discount_amount,"
    text = "\n".join([head + "shipping_amount,paid_amount", *rows])
    actions = ledger(("A1", "budget", "channel:ch0", "gmv_paid", "done", DONE, 900.0))
    one = followup.outcomes(shop(orders=text), actions).iloc[0]
    assert one["verdict"] == followup.WORKED
    assert one["effect"] == pytest.approx(1, abs=0.4)
    # half of what it took in the four weeks after
    assert one["brought"] == pytest.approx(60 * 28 * 100 / 2, rel=0.3)
