import pytest

from shophelm.data.unmet import find_unmet, unmet
from tests.data.visits import log

PRODUCTS = """
    product_id,title,category,list_price
    p0,Zero,apparel,50
"""


def searches(word, then, times):
    return [f"{word}{then}{i} ads 2026-11-10 10:00 search:{word} {then}" for i in range(times)]


def looks(product, seconds, times, bought=0):
    return [
        f"{product}x{seconds}{i} ads 2026-11-10 10:00 view:{product}={seconds}"
        + f" cart:{product}" * (i < bought)
        for i in range(times)
    ]


def test_searches_are_counted_by_hand(shop):
    s = shop(
        events=log(
            # the first search ends in nothing, since another comes before the page
            "ann ads 2026-11-10 10:00 search:boots search:shoes view:p1 cart:p1",
            "bob ads 2026-11-10 10:00 search:boots home list",
            # what comes after half an hour of nothing is another session
            "cat ads 2026-11-10 10:00 search:boots +40 view:p1",
            "dan ads 2026-11-10 10:00 search:shoes favourite:p1",
        )
    )
    found = unmet(s).set_index("subject")
    assert found[["of", "times", "nothing"]].to_dict("index") == {
        "boots": {"of": "search", "times": 3, "nothing": 3},
        "shoes": {"of": "search", "times": 2, "nothing": 0},
    }


def test_a_word_searched_for_in_vain_is_found_among_many_that_are_not(shop):
    usual = [v for w in range(30) for v in searches(f"w{w}", "view:p1", 12)]
    usual += [v for w in range(30) for v in searches(f"w{w}", "", 2)]
    vain = searches("cheaper", "", 15)
    rare = searches("rare", "", 1)
    found = unmet(shop(events=log(*usual, *vain, *rare))).set_index("subject")
    assert found.index[found["found"]].tolist() == ["cheaper"]
    assert found.index[0] == "cheaper"
    # a word searched for once stays near the usual share
    assert abs(found.loc["rare", "share"] - found.loc["rare", "usual"]) < 0.2
    assert found.loc["cheaper", "low"] > found.loc["cheaper", "usual"]
    assert str(find_unmet(found.reset_index())).endswith("for cheaper (15 of 15).")


def test_long_looks_in_vain_are_told_by_product(shop):
    short = [v for p in range(12) for v in looks(f"p{p}", 5, 60)]
    wanted = [v for p in range(1, 12) for v in looks(f"p{p}", 90, 16, bought=12)]
    vain = looks("p0", 90, 16)
    found = unmet(shop(events=log(*short, *wanted, *vain), products=PRODUCTS)).set_index("subject")
    assert found.index[found["found"]].tolist() == ["Zero"]
    assert found.loc["Zero", ["of", "times", "nothing"]].tolist() == ["long look", 16, 16]
    assert found.loc["p3", ["times", "nothing"]].tolist() == [16, 4]
    assert found.loc["Zero", "excess"] == pytest.approx(
        16 * (found.loc["Zero", "share"] - found.loc["Zero", "usual"])
    )


def test_where_all_words_are_alike_none_is_found(shop):
    usual = [v for w in range(20) for v in searches(f"w{w}", "view:p1", 9)]
    usual += [v for w in range(20) for v in searches(f"w{w}", "", 3)]
    found = unmet(shop(events=log(*usual)))
    assert not found["found"].any()
    assert found["usual"].to_numpy() == pytest.approx(0.25, abs=0.01)
    assert str(find_unmet(found)).startswith(
        "No word is searched for in vain more often than usual (2"
    )


def test_a_period_without_searches_or_looks_says_so(shop):
    s = shop(events=log("ann ads 2025-11-10 10:00 search:boots", "bob ads 2026-11-10 10:00 home"))
    assert str(find_unmet(unmet(s))) == (
        "Nobody searched, or looked at a product for long, in this period."
    )


def test_a_log_without_words_and_times_says_what_is_missing(shop):
    found = unmet(shop(events=log("ann ads 2026-11-10 10:00 home")))
    assert "no keyword in events" in str(find_unmet(found))
