"""Look-alikes: one drawn by hand, the one planted, and what is no look-alike's doing."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from shophelm.shop.tables import open_shop
from shophelm.simulate import simulate
from shophelm.strategy.rivals import find_look_alikes, look_alikes, rival_actions, shown

FIRST = pd.Timestamp("2026-01-01")


def market(*, fall=1.0, rival=80.0, seed=1, days=200, matched=True):
    """Ten products of one category sell 4 a day each; `own` sells `fall` times that from day 120.

    Its look-alike goes from 100 to `rival` on day 121; other rivals stay.
    """
    rng = np.random.default_rng(seed)
    at = pd.date_range(FIRST, periods=days)
    lines = []
    for day, when in enumerate(at):
        for n in range(10):
            name = "own" if n == 0 else f"p{n}"
            mean = 4.0 * (fall if n == 0 and day >= 120 else 1.0)
            lines += [(name, when + pd.Timedelta(hours=10))] * rng.poisson(mean)
    frame = pd.DataFrame(lines, columns=["product_id", "paid_at"])
    frame["order_id"] = [f"o{i}" for i in range(len(frame))]
    orders = frame[["order_id", "paid_at"]].assign(
        created_at=frame["paid_at"], goods_amount=100, discount_amount=0, shipping_amount=0,
        paid_amount=100,
    )  # fmt: skip
    lines = frame[["order_id", "product_id"]].assign(
        line_no=1, quantity=1, list_price=100, unit_price=100, paid_amount=100
    )
    products = "product_id,title,category,list_price,unit_cost\n"
    products += "own,linen summer dress,dresses,100,40\n"
    products += "".join(f"p{n},skirt {n},dresses,100,40\n" for n in range(1, 10))
    price = np.where(np.arange(days) >= 121, rival, 100.0)
    theirs = [
        ("r1", "linen summer dress by them", "dresses", price, "own" if matched else None),
        ("r2", "wool coat", "dresses", np.full(days, 100.0), None),
    ]
    rivals = pd.concat(
        [
            pd.DataFrame(
                {
                    "day": at.date,
                    "rival_id": r,
                    "rival_shop": "x",
                    "title": t,
                    "category": c,
                    "price": p,
                    "matched_product_id": m,
                }
            )
            for r, t, c, p, m in theirs
        ]
    )
    frames = {"orders": orders, "order_lines": lines, "rivals": rivals}
    return {n: f.to_csv(index=False) for n, f in frames.items()} | {"products": products}


LAST = str((FIRST + pd.Timedelta(days=199)).date())


def test_the_day_the_loss_and_the_price_of_matching_are_those_drawn(shop):
    """From 4 a day to 2: 56 units of 60 in 28 days; matching gives 20 on 56, earns 40 on each."""
    found = look_alikes(shop(**market(fall=0.5), as_of=LAST))
    (row,) = found.broken.itertuples()
    assert (row.product_id, row.rival_id, row.rival_price) == ("own", "r1", 80.0)
    assert row.rival_moved_on == date(2026, 5, 2)
    assert abs((row.broke_on - date(2026, 5, 1)).days) <= 10
    assert row.units_lost == pytest.approx(56, rel=0.25)
    assert row.left_lost == pytest.approx(row.units_lost * 60)
    assert row.match_cost == pytest.approx(56 * 20, rel=0.25)
    assert row.match_needed == pytest.approx(row.match_cost / (row.units_lost * 40))
    said = str(find_look_alikes(found, currency="CNY")[0])
    assert said.startswith("own lost ")
    assert "as r1 went to ¥80.00 on 2026-05-02" in said
    assert "pays if " in said


def test_without_a_match_the_nearest_title_and_price_is_taken(shop):
    found = look_alikes(shop(**market(fall=0.5, matched=False), as_of=LAST))
    pair = found.pairs.set_index("product_id").loc["own"]
    assert pair["rival_id"] == "r1"
    assert 0.35 < pair["alike"] < 1
    assert found.broken["product_id"].tolist() == ["own"]
    assert "p1" not in set(found.pairs["product_id"])


def test_a_fall_without_a_rival_s_move_is_somebody_else_s(shop):
    found = look_alikes(shop(**market(fall=0.4, rival=100.0), as_of=LAST))
    assert found.broken.empty
    assert found.others == ["own"]
    said = [str(s) for s in find_look_alikes(found, currency="CNY")]
    assert said[1] == "Lost demand while no look-alike moved: own. Its cause lies elsewhere."


def test_a_rival_s_move_that_hurts_nobody_is_not_told(shop):
    held = [look_alikes(shop(**market(seed=seed), as_of=LAST)) for seed in range(6)]
    assert sum(len(f.broken) for f in held) <= 1


def test_who_cannot_win_by_price_is_told_to_be_different(shop):
    """At 45 a unit leaves 5 where 60 were left: matching gives 55 on each that is sold anyway."""
    opened = shop(**market(fall=0.5, rival=45.0), as_of=LAST)
    found = look_alikes(opened)
    assert found.broken["match_needed"].iloc[0] > 1
    (action,) = rival_actions(opened, found)
    assert action.action == "Make own different from r1 (page, bundle, service)."
    assert "match_cost" in shown(found)


def test_the_planted_rival_is_named_in_the_sample_with_what_else_moved(sample):
    """SN004's own price went from 21.50 to 25.50 on 2026-07-18, so both may have done it."""
    found = look_alikes(sample)
    assert found.broken.empty
    (row,) = found.unclear.itertuples()
    assert (row.product_id, row.rival_id) == ("SN004", "RSN04")
    assert row.rival_moved_on == date(2026, 7, 20)
    assert row.broke_from <= date(2026, 7, 20) <= row.broke_to
    assert row.own_moved == pytest.approx(25.5 / 21.5 - 1)
    assert 0 < row.by_chance < 1


@pytest.mark.slow
def test_planted_rivals_are_named_and_few_others(tmp_path):
    """SN004 and SK003 lost to a rival. They sell little at 4,000 customers."""
    named, wrong = 0, 0
    for seed in range(401, 405):
        folder = tmp_path / str(seed)
        simulate(folder, customers=4000, seed=seed, file_format="parquet")
        found = look_alikes(open_shop(folder, as_of="2026-11-15"))
        planted = {"SN004", "SK003"}
        named += bool(planted & {*found.broken["product_id"], *found.unclear["product_id"]})
        wrong += len(set(found.broken["product_id"]) - planted)
    assert named >= 2
    assert wrong <= 1


def test_a_price_of_our_own_that_rose_leaves_it_unclear(shop):
    tables = market(fall=0.5)
    prices = "product_id,valid_from,price\nown,2026-01-01,100\nown,2026-05-01,125\n"
    found = look_alikes(shop(**tables, prices=prices, as_of=LAST))
    assert found.broken.empty
    assert found.unclear["own_moved"].tolist() == [0.25]
    said = [str(s) for s in find_look_alikes(found, currency="CNY")]
    assert "its own price rose by 25% then: which of both did it is not known" in said[1]
    assert shown(found)["product_id"].tolist() == ["own"]


def test_the_same_picture_makes_a_look_alike(shop):
    """Titles are unlike; the hashes differ in two bits, and in 32 for the other rival."""
    tables = market(fall=0.5, matched=False)
    tables["rivals"] = tables["rivals"].replace("linen summer dress by them", "frock")
    header, *rows = tables["rivals"].strip().splitlines()
    hashes = {"r1": "ffffffffffff0000", "r2": "00000000ffffffff"}
    rows = [f"{r},{hashes[r.split(',')[1]]}" for r in rows]
    tables["rivals"] = "\n".join([f"{header},image_hash", *rows])
    header, *rows = tables["products"].strip().splitlines()
    own = "fffffffffffe0001"
    rows = [f"{r},{own if r.startswith('own') else ''}" for r in rows]
    tables["products"] = "\n".join([f"{header},image_hash", *rows])
    found = look_alikes(shop(**tables, as_of=LAST))
    pair = found.pairs.set_index("product_id").loc["own"]
    assert (pair["rival_id"], pair["alike"]) == ("r1", 1.0)


def test_a_rival_that_stays_dearer_is_none_to_match(shop):
    tables = market(fall=0.5, rival=110.0)
    tables["rivals"] = tables["rivals"].replace(",dresses,100.0,own", ",dresses,150.0,own")
    opened = shop(**tables, as_of=LAST)
    found = look_alikes(opened)
    assert found.broken[["match_cost", "match_needed"]].isna().all(axis=None)
    assert "there is no price to match" in str(find_look_alikes(found, currency="CNY")[0])
    (action,) = rival_actions(opened, found)
    assert action.action.startswith("Make own different from r1")


def test_rivals_watched_once_a_week_are_enough(shop):
    tables = market(fall=0.4)
    head, *rows = tables["rivals"].strip().splitlines()
    rows = [r for r in rows if pd.Timestamp(r[:10]).weekday() == 0]
    tables["rivals"] = "\n".join([head, *rows])
    found = look_alikes(shop(**tables, as_of=LAST))
    assert found.broken["rival_id"].tolist() == ["r1"]
