"""What goes with a better place in search."""

import pytest

from shophelm.store.keywords import keywords
from shophelm.store.position_ties import find_position_ties, position_ties, shown
from tests.store.search_shop import ORDERS, text

N = 12


def tied(shop, *, place=lambda i: 1 + i, category=lambda _: "hats", brand="", extra=()):
    """Twelve products: the i-th sells N − i units, and has one review for each unit."""
    orders, lines, reviews = [], [], []
    for i in range(N):
        units = N - i
        day = "2026-11-02 10:00:00"
        orders.append((f"o{i}", "c", day, day, units, 0, 0, units))
        lines.append((f"o{i}", 1, f"p{i}", units, 1, 1, units))
        reviews += [(f"r{i}{j}", f"p{i}", day, 4 + j % 2, "good") for j in range(units)]
    words = [("2026-11-01", f"word {i}", f"p{i}", 100, 10, 10, 1, 5, place(i)) for i in range(N)]
    s = shop(
        orders=text(
            "order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,"
            "paid_amount", orders,
        ),
        order_lines=text(
            "order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount", lines
        ),
        reviews=text("review_id,product_id,written_at,rating,text", reviews),
        products=text(
            "product_id,title,category,brand",
            [(f"p{i}", f"word {i}" if i % 2 else "thing", category(i), brand) for i in range(N)],
        ),
        keywords=text(
            "day,keyword,product_id,impressions,clicks,visitors,buyers,paid_amount,position",
            [*words, *extra],
        ),
    )  # fmt: skip
    return position_ties(s, keywords(s))


def test_sales_and_reviews_go_with_places_here_by_construction(shop):
    found = tied(shop).set_index("factor")
    assert found.loc["sales_velocity", ["members", "tie"]].tolist() == [12, pytest.approx(1)]
    assert found.loc["reviews", "tie"] == pytest.approx(1)
    assert found.loc[["sales_velocity", "reviews"], "found"].all()
    # every second title holds its word, be its place good or bad
    assert abs(found.loc["title_match", "tie"]) < 0.3
    assert not found.loc["title_match", "found"]
    # all convert alike
    assert found.loc["conversion"].isna()["tie"]
    said = str(find_position_ties(found.reset_index()))
    assert "units sold a day (rank correlation 1.00" in said
    assert said.endswith("That is an association: which brings which it does not say.")


def test_only_products_of_one_category_are_compared(shop):
    # within each pair the better seller has the worse place
    found = tied(shop, place=lambda i: i // 2 * 2 + 2 - i % 2, category=lambda i: f"c{i // 2}")
    assert found["tie"].isna().all()
    found = tied(shop, place=lambda i: 10 * (i // 6) + 6 - i % 6, category=lambda i: f"c{i // 6}")
    assert found.set_index("factor").loc["sales_velocity", "tie"] == pytest.approx(-1)


@pytest.mark.slow
def test_a_brands_own_word_does_not_speak_for_its_place(shop):
    first = [("2026-11-01", "acme", f"p{i}", 90000, 10, 10, 1, 5, 1) for i in range(N)]
    found = tied(shop, brand="Acme", extra=first).set_index("factor")
    assert found.loc["sales_velocity", "tie"] == pytest.approx(1)


def test_on_the_sample_it_is_said_as_an_association(sample):
    found = position_ties(sample, keywords(sample))
    assert found.set_index("factor").loc["reviews", "tie_low"] > 0
    assert "That is an association" in str(find_position_ties(found))
    assert "title_match" not in set(shown(found)["factor"])


def test_too_few_products_are_said_so(shop):
    few = shop(
        orders=ORDERS,
        keywords="day,keyword,product_id,impressions,clicks,position\n2026-11-01,a,p,5,1,2\n",
    )
    found = position_ties(few, keywords(few))
    assert str(find_position_ties(found)).startswith("Too few products")


def test_without_places_it_says_what_is_missing(shop):
    bare = shop(
        orders=ORDERS, keywords="day,keyword,product_id,impressions,clicks\n2026-11-01,a,p,5,1\n"
    )
    assert "no position in keywords" in str(position_ties(bare, keywords(bare)))
