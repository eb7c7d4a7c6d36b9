"""Who loses carts, since when and how many: by hand, by what is planted, and by chance."""

from datetime import date, timedelta

import numpy as np
import pytest

from shophelm.shop.needs import Missing
from shophelm.store.carts import lost_carts
from tests.hand_shop import HAND_SHOP
from tests.store.cart_shops import FIRST, carts_of, events_of

EIGHT = {f"p{i}": {} for i in range(8)}
ORDINARY = {f"p{i}": {} for i in range(7)} | {"bad": {"since": 200, "rate": 0.2}}


@pytest.fixture(scope="module")
def fallen(tmp_path_factory):
    """Seven products that are bought in half of the cases, and one that no longer is."""
    from shophelm.shop.tables import open_shop

    folder = tmp_path_factory.mktemp("carts")
    text = events_of(carts_of(np.random.default_rng(41), ORDINARY))
    (folder / "events.csv").write_text(text)
    return lost_carts(open_shop(folder, as_of="2026-11-15"))


def test_a_fall_is_found_and_dated(fallen):
    found = fallen.products.set_index("product_id")
    assert found.index[found["found"]].tolist() == ["bad"]
    bad = found.loc["bad"]
    assert bad["by"] == "itself"
    assert bad["since_low"] <= FIRST + timedelta(days=200) <= bad["since_high"]
    # log odds of .2 less those of .5
    assert bad["fall_low"] <= np.log(0.25) <= bad["fall_high"]
    assert bad["rate"] == pytest.approx(0.2, abs=0.06)
    assert bad["rate_usual"] == pytest.approx(0.5, abs=0.06)
    assert bad["rate_shop"] == pytest.approx(0.5, abs=0.03)


def test_counts_and_costs_add_up(fallen):
    cells, bad = fallen.cells, fallen.products.iloc[0]
    assert bad["product_id"] == "bad"
    own = cells[cells["product_id"] == "bad"]
    assert (own["number"] == 0).all()
    assert bad[["carts", "bought"]].tolist() == own[["carts", "bought"]].sum().tolist()
    late = own[own["day_number"] >= bad["at"]]
    assert bad["rate"] == pytest.approx(late["bought"].sum() / late["carts"].sum())
    lost = bad["rate_usual"] * late["carts"].sum() - late["bought"].sum()
    assert bad["left_beyond"] == pytest.approx(lost)
    month = own[own["day_number"] > 361 - 28]["carts"].sum()
    assert bad["carts_per_day"] == pytest.approx(month / 28)
    # half of the carts of a month would be bought, a fifth is
    assert bad["lost_month"] == pytest.approx(0.3 * month, rel=0.25)
    assert bad["lost_month_low"] < bad["lost_month"] < bad["lost_month_high"]
    # without orders nobody knows what they would have brought
    assert np.isnan(bad["lost_worth"])
    assert fallen.worth_in == "unknown"


def test_products_that_are_not_found_lose_nothing_and_have_no_day(fallen):
    rest = fallen.products[~fallen.products["found"]]
    assert rest[["left_beyond", "lost_month", "lost_worth"]].isna().all().all()
    assert rest["since"].isna().all()


def test_what_all_share_is_the_season_and_no_fall(shop):
    everyone = {p: {"since": 180, "rate": 0.25} for p in EIGHT}
    carts = carts_of(np.random.default_rng(42), everyone)
    assert not lost_carts(shop(events=events_of(carts))).products["found"].any()


def test_one_below_its_peers_from_the_first_day_is_found_beside_them(shop):
    products = {f"p{i}": {} for i in range(9)} | {"low": {"since": 0, "rate": 0.15}}
    found = lost_carts(shop(events=events_of(carts_of(np.random.default_rng(43), products))))
    rows = found.products[found.products["found"]]
    assert rows[["product_id", "by"]].to_numpy().tolist() == [["low", "peers"]]
    row = rows.iloc[0]
    assert row["since"] is None
    # the peers' rate is usual for all of its carts
    assert row["rate_usual"] == pytest.approx(0.5, abs=0.05)
    assert row["left_beyond"] == pytest.approx(0.35 * row["carts"], rel=0.2)


def test_an_ordinary_answer_to_the_price_is_no_fall(shop):
    rng = np.random.default_rng(44)
    # all products answer to their prices alike; one was made a fifth dearer on day 180
    dear = {f"p{i}": int(rng.integers(60, 300)) for i in range(8)}
    carts, prices = [], ["product_id,valid_from,price"]
    for product, since in dear.items():
        prices += [f"{product},{FIRST},10.00", f"{product},{FIRST + timedelta(days=since)},13.00"]
        for day in np.repeat(np.arange(361), rng.poisson(3, 361)):
            chance = 0.55 if day < since else 0.35
            carts.append((product, int(day), bool(rng.random() < chance), ""))
    tables = {"events": events_of(carts)} | {n: HAND_SHOP[n] for n in ("orders", "order_lines")}
    with_prices = lost_carts(shop(**tables, prices="\n".join(prices) + "\n"))
    assert not with_prices.products["found"].any()


def test_later_events_change_nothing(write):
    from shophelm.shop.tables import open_shop

    carts = carts_of(np.random.default_rng(45), ORDINARY, days=361)
    folder = write(events=events_of(carts))
    earlier = lost_carts(open_shop(folder, as_of="2026-09-30"))
    day = (date(2026, 9, 30) - FIRST).days
    folder = write(events=events_of([c for c in carts if c[1] <= day]))
    alone = lost_carts(open_shop(folder, as_of="2026-09-30"))
    assert earlier.products.equals(alone.products)


@pytest.mark.parametrize(
    "carts",
    [
        [("tee", 5, False, "")],
        [("tee", 5 + i, True, "") for i in range(300)],
        [("tee", 5 + i, False, "") for i in range(300)],
        [(p, 5 + i, p == "tee", "") for i in range(300) for p in ("tee", "cap")],
    ],
    ids=["one cart", "all bought", "none bought", "one all, one none"],
)
def test_awkward_carts_are_not_judged(shop, carts):
    found = lost_carts(shop(events=events_of(carts))).products
    assert not found["found"].any()
    assert found["carts"].sum() == len([c for c in carts if c[1] >= 0])


def test_no_carts_and_no_events(shop):
    found = lost_carts(shop(orders=HAND_SHOP["orders"]))
    assert isinstance(found, Missing)
    assert "This shop has no product_id in events" in str(found)
    views = "event_id,visitor_id,occurred_at,kind,product_id\ne1,v1,2026-11-03 10:00:00,view,tee\n"
    assert lost_carts(shop(events=views)).products.empty


def test_what_an_order_leaves_by_hand(shop):
    from shophelm.shop.calendar import last_days
    from shophelm.store.cart_worth import worth_per_order

    tables = {n: HAND_SHOP[n] for n in ("orders", "order_lines", "refunds", "products")}
    hand = shop(**tables)
    frame, worth_in = worth_per_order(hand, last_days(hand.as_of, days=28))
    # two orders' lines of tee: 90 and 50 paid; 45 of the order of 90 came back, and 10 of the 60:
    # a refund without a line is its lines' in proportion, here 50 of 60
    assert worth_in == "gmv"
    assert frame["paid"].to_dict() == {"cap": 80 / 3, "coat": 179.5, "tee": 70.0}
    assert frame.loc["tee", "worth"] == pytest.approx((140 - 45 - 10 * 50 / 60) / 2, abs=1e-4)
    costs = HAND_SHOP["products"].replace("list_price", "unit_cost")
    frame, worth_in = worth_per_order(shop(**tables | {"products": costs}), last_days(hand.as_of))
    assert worth_in == "margin"
    # this week: one coat at 179.50 that cost 200
    assert frame.loc["coat", "worth"] == pytest.approx(-20.5)
