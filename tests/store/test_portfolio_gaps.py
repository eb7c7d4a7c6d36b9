import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.shop.needs import Missing
from shophelm.store.gaps_told import find_portfolio_gaps, gap_actions
from shophelm.store.portfolio_gaps import portfolio_gaps, shown
from tests.conftest import SAMPLE, SHARED
from tests.store.week_shop import week_shop

DOUBLE11 = SHARED / "double11_cosmetics" / "cosmetic.csv"
HEAD = "day,rival_id,rival_shop,title,category,price,monthly_sales\n"


def rivals(rows, *, day="2026-11-14"):
    """Write rival listings, given as (category, price, monthly sales)."""
    lines = [f"{day},r{i},other,Thing,{c},{p},{n}" for i, (c, p, n) in enumerate(rows)]
    return HEAD + "\n".join(lines) + "\n"


def ours(*, prices=(10, 20, 30, 40), each=2):
    """Give products at some prices, each selling 7 units a week."""
    price = {f"p{p}n{i}": p for p in prices for i in range(each)}
    return week_shop(dict.fromkeys(price, [7] * 13), price=price)


def test_both_sides_are_counted_in_the_same_bands(shop):
    tables = ours()
    tables["rivals"] = rivals([("goods", p, n) for p, n in ((10, 100), (20, 100), (95, 600))] * 4)

    frame = portfolio_gaps(shop(**tables), bands=5)

    assert frame["products"].sum() == 8
    assert frame["rivals"].sum() == 12
    assert frame["rival_sales"].sum() == 3200
    dear = frame.iloc[-1]
    assert dear["price_from"] <= 95
    assert dear["rival_share"] == pytest.approx(2400 / 3200)
    assert frame["price_from"].tolist()[1:] == frame["price_to"].tolist()[:-1]
    assert frame[
        ["products_share", "units_share", "buyers_share", "rival_share"]
    ].sum().tolist() == (pytest.approx([1, 1, 1, 1]))


def test_a_band_that_rivals_live_on_and_we_lack_is_a_gap(shop):
    rng = np.random.default_rng(4)
    tables = ours(prices=(10, 12, 15, 18, 22, 26), each=3)
    dear = [("goods", round(rng.uniform(60, 90), 2), rng.integers(300, 900)) for _ in range(24)]
    tables["rivals"] = rivals(dear + [("goods", p, 60) for p in (11, 13, 16, 21, 24, 27)])
    one = shop(**tables)

    frame = portfolio_gaps(one)

    gaps = frame[frame["is_gap"].eq(True)]
    assert (gaps["price_from"] >= 50).all()
    assert len(gaps) >= 1
    assert (gaps["products"] == 0).all()
    said = [str(s) for s in find_portfolio_gaps(frame)]
    assert said[-1].startswith("Rivals sell where we have little: goods ¥")
    actions = gap_actions(one, frame)
    assert {a.subject for a in actions} == {"category:goods"}
    assert all(a.worth is None and a.worth_in == "unknown" for a in actions)


def test_a_few_rivals_prove_no_gap(shop):
    tables = ours()
    tables["rivals"] = rivals([("goods", 95, 900), ("goods", 12, 10)])

    frame = portfolio_gaps(shop(**tables))

    assert not frame["is_gap"].eq(True).any()
    # ten listings make two bands: 900 of 910 against half of ours
    assert frame["lack"].max() == pytest.approx(900 / 910 - 0.5)
    assert "No gap stands out of chance" in str(find_portfolio_gaps(frame)[-1])


def test_an_index_is_no_number_of_sales(shop):
    tables = ours()
    text = "day,rival_id,rival_shop,title,category,price,sales_index\n"
    tables["rivals"] = text + "2026-11-14,r1,other,Thing,goods,35,140\n"

    frame = portfolio_gaps(shop(**tables))

    assert frame["rivals"].sum() == 1
    assert frame["rival_sales"].isna().all()
    assert frame["is_gap"].isna().all()
    assert str(find_portfolio_gaps(frame)[-1]).startswith("What rivals sell in each band is not")


def test_without_rivals_only_our_own_side_is_told(shop):
    frame = portfolio_gaps(shop(**ours()))

    assert frame["rivals"].eq(0).all()
    assert frame["is_gap"].isna().all()
    assert frame["products"].sum() == 8
    assert str(find_portfolio_gaps(frame)[0]).startswith("Most buyers are in: goods ")


def test_rivals_of_long_ago_are_not_asked(shop):
    tables = ours()
    old, new = (
        rivals([("goods", p, 50)], day=d) for p, d in ((15, "2026-09-01"), (25, "2026-11-01"))
    )
    tables["rivals"] = old.replace(",r0,", ",old,") + new.removeprefix(HEAD)

    frame = portfolio_gaps(shop(**tables))

    assert frame["rivals"].sum() == 1
    assert frame.loc[frame["rivals"] == 1, "rival_sales"].tolist() == [50]


def test_a_rivals_category_that_we_do_not_have_is_no_gap_in_ours(shop):
    tables = ours()
    tables["rivals"] = rivals([("other", 15, 50)])

    assert portfolio_gaps(shop(**tables))["category"].unique().tolist() == ["goods"]


@pytest.mark.parametrize(("channel", "visitors"), [("", [15, 0]), ("search", [])])
def test_visitors_come_from_daily_exports_where_there_is_no_log(shop, channel, visitors):
    tables = ours(prices=(10, 100), each=4)
    days = "\n".join(f"2026-11-1{d},p10n0,{channel},3,5" for d in range(5))
    tables["traffic"] = f"day,product_id,channel,visitors,page_views\n{days}\n"

    frame = portfolio_gaps(shop(**tables))

    # visitors by channel do not say how many distinct ones a product had
    assert frame["visitors"].dropna().tolist() == visitors


def test_shops_of_one_product_or_no_price_are_answered(shop):
    one = portfolio_gaps(shop(**week_shop({"a": [1]})))

    assert one["price_band"].tolist() == ["all prices"]
    assert one["buyers_share"].tolist() == [1]
    nothing = portfolio_gaps(shop(**week_shop({"a": [1]}, price=0)))
    assert nothing.empty
    assert [str(s) for s in find_portfolio_gaps(nothing)] == [
        "No product on sale with a category and a price was bought."
    ]
    assert shown(nothing).empty


def test_without_categories_it_says_so(shop):
    tables = week_shop({"a": [7] * 4})
    del tables["products"]

    frame = portfolio_gaps(shop(**tables))

    assert isinstance(frame, Missing)
    assert isinstance(find_portfolio_gaps(frame), Missing)


def test_the_samples_bands_are_those_of_sql(sample):
    frame = portfolio_gaps(sample)
    row = frame[frame["category"] == "shoes"].iloc[1]
    people = duckdb.sql(f"""
        with last as (
            select product_id, arg_max(price, valid_from) as price
            from '{SAMPLE}/prices.csv' where valid_from <= '2026-11-15' group by 1),
        listed as (
            select product_id from '{SAMPLE}/products.csv' join last using (product_id)
            where category = 'shoes' and price >= {row.price_from} and price < {row.price_to})
        select (select count(distinct visitor_id) from '{SAMPLE}/events.csv.gz'
                join listed using (product_id)
                where cast(occurred_at as date) between '2026-08-17' and '2026-11-15'),
               (select count(distinct coalesce(customer_id, cast(order_id as varchar)))
                from '{SAMPLE}/order_lines.csv.gz' join listed using (product_id)
                join '{SAMPLE}/orders.csv.gz' using (order_id)
                where cast(paid_at as date) between '2026-08-17' and '2026-11-15'),
               (select sum(monthly_sales) from '{SAMPLE}/rivals.csv.gz'
                where day = '2026-11-15' and category = 'shoes'
                and price >= {row.price_from} and price < {row.price_to})
    """).fetchone()

    assert (row["visitors"], row["buyers"], row["rival_sales"]) == people


def test_the_simulated_rivals_leave_no_gap(planted):
    shop, _ = planted

    frame = portfolio_gaps(shop)

    # six look-alikes a category, at our own prices: a gap would be a false one
    assert not frame["is_gap"].eq(True).any()
    assert frame["rival_share"].notna().all()


@pytest.mark.skipif(not DOUBLE11.exists(), reason="the Double 11 listings are not here")
def test_cosmetics_bands_hold_all_listings_and_the_luxury_that_one_brand_lacks(shop):
    listed = pd.read_csv(DOUBLE11, encoding="utf-8-sig").drop_duplicates()
    listed = listed.dropna(subset=["sale_count"])
    listed["day"] = pd.to_datetime(listed["update_time"], format="%Y/%m/%d")
    listed = listed.sort_values("day").drop_duplicates("id", keep="last")
    ours_, theirs = (
        listed[f] for f in (listed["店名"] == "相宜本草", listed["店名"] != "相宜本草")
    )
    ours_ = ours_[ours_["sale_count"] > 0].head(60)
    tables = brand_shop(ours_)
    rows = [
        f"{r.day.date()},{r.id},{r.店名},x,cosmetics,{r.price:.2f},{int(r.sale_count)}"
        for r in theirs.itertuples()
    ]
    tables["rivals"] = HEAD + "\n".join(rows) + "\n"

    frame = portfolio_gaps(shop(as_of="2016-11-14", **tables))

    assert frame["rivals"].sum() == (theirs["price"] > 0).sum()
    assert frame["rival_sales"].sum() == theirs.loc[theirs["price"] > 0, "sale_count"].sum()
    assert frame["products"].sum() == len(ours_)
    # each band holds about a fifth of the listings
    listings = frame["products"] + frame["rivals"]
    assert (listings / listings.sum()).between(0.1, 0.32).all()
    # a brand of herbs at 100 yuan and below: nothing of the dearest fifth
    dearest = frame.iloc[-1]
    assert dearest["units_share"] < dearest["rival_share"] < 0.1
    by_hand = theirs[theirs["price"] >= dearest["price_from"]]["sale_count"].sum()
    assert dearest["rival_sales"] == by_hand


def brand_shop(listings):
    """Make a shop whose listings have each been bought once a hundred sales, at least once."""
    orders = [
        "order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount"
    ]
    lines = ["order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount"]
    products = ["product_id,title,category,list_price"]
    for r in listings.itertuples():
        units = max(int(r.sale_count) // 100, 1)
        paid, price = f"{units * r.price:.2f}", f"{r.price:.2f}"
        orders.append(f"{r.id},2016-11-11 10:00:00,2016-11-11 10:00:00,{paid},0,0,{paid}")
        lines.append(f"{r.id},1,{r.id},{units},{price},{price},{paid}")
        products.append(f"{r.id},{r.id},cosmetics,{price}")
    tables = {"orders": orders, "order_lines": lines, "products": products}
    return {name: "\n".join(rows) + "\n" for name, rows in tables.items()}
