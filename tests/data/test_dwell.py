import pytest

from shophelm.data.dwell import dwell, find_dwell
from tests.data.visits import log


def looks(product, seconds, times, carted, who=""):
    return [
        f"{who}{product}{seconds}x{i} ads 2026-11-10 10:00 view:{product}={seconds}"
        + f" cart:{product}" * (i < carted)
        for i in range(times)
    ]


VISITS = [
    # the tee is carted half the time, the cap a tenth; the cap is looked at longer
    *looks("tee", 15, 40, 20),
    *looks("tee", 50, 10, 5),
    *looks("cap", 15, 10, 1),
    *looks("cap", 50, 190, 19),
]


def test_a_popular_product_alone_makes_no_band_look_good(shop):
    found = dwell(shop(events=log(*VISITS))).set_index("band")
    short, long = found.loc["10–20 s"], found.loc["40–80 s"]
    assert (short["looks"], short["carts"]) == (50, 21)
    assert (long["looks"], long["carts"]) == (200, 24)
    # the raw rates differ threefold, yet each product is carted as ever
    assert (short["cart_rate"], long["cart_rate"]) == pytest.approx((0.42, 0.12))
    assert short["expected"] == pytest.approx(40 * 0.5 + 10 * 0.1)
    assert (short["ratio"], long["ratio"]) == pytest.approx((1, 1))
    # exact Poisson limits of 24: 15.377 and 35.710 (tables of the Poisson distribution)
    assert long["ratio_low"] * 24 == pytest.approx(15.377, abs=0.001)
    assert long["ratio_high"] * 24 == pytest.approx(35.710, abs=0.001)
    assert "does not predict carting beyond chance" in str(find_dwell(found.reset_index()))


def test_bands_with_few_carts_to_expect_are_not_judged(shop):
    found = dwell(shop(events=log(*VISITS, *looks("tee", 5, 10, 9)))).set_index("band")
    assert found.loc["0–10 s", "carts"] == 9
    assert found.loc["0–10 s", ["ratio", "ratio_low", "ratio_high"]].isna().all()
    assert found.loc["160 s or more", "looks"] == 0


def test_looks_of_a_session_are_added_up_until_the_cart(shop):
    visit = "ann ads 2026-11-10 10:00 view:tee=30 view:cap=5 view:tee=15 cart:tee view:tee=300"
    found = dwell(shop(events=log(visit))).set_index("band")
    assert found["looks"].to_dict() == {
        "0–10 s": 1,
        "10–20 s": 0,
        "20–40 s": 0,
        "40–80 s": 1,
        "80–160 s": 0,
        "160 s or more": 0,
    }
    assert found.loc["40–80 s", "carts"] == 1
    assert found.loc["0–10 s", "carts"] == 0


def test_long_looks_that_end_in_carts_are_said(shop):
    visits = [*looks("tee", 5, 200, 20), *looks("tee", 50, 200, 60)]
    assert str(find_dwell(dwell(shop(events=log(*visits))))) == (
        "Against what their products lead to expect, looks of 40–80 s end in a cart 1.50 times as "
        "often (30.00%; interval 1.14 to 1.93), and looks of 0–10 s end in a cart 0.50 times as "
        "often (10.00%; interval 0.31 to 0.77)."
    )


def test_too_few_carts_cannot_be_told(shop):
    found = dwell(shop(events=log(*looks("tee", 5, 9, 3))))
    assert str(find_dwell(found)) == (
        "What the time on a page predicts cannot be told: too few looks ended in a cart."
    )


def test_a_log_without_dwell_times_says_what_is_missing(shop):
    found = dwell(shop(events=log("ann ads 2026-11-10 10:00 view:tee cart:tee")))
    assert "no dwell_seconds in events" in str(find_dwell(found))
