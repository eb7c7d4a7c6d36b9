"""What was planted can be seen in the tables by counting, within sampling error.

`Z` makes intervals of 99.9 %: a right generator fails one such test in a thousand.
"""

from math import log, sqrt

import numpy as np
import pandas as pd
import pytest

Z = 3.29


def carting(sql, experiment):
    """Visits while the test ran, and those that carted the product they came for, by variant."""
    rows = sql(f"""
        WITH during AS (
            SELECT session_id, visitor_id, max((kind = 'cart')::INT) AS carted FROM events
            JOIN experiments ON experiment_id = '{experiment}'
            WHERE CAST(occurred_at AS DATE) BETWEEN started_on AND ended_on AND page IS
            DISTINCT FROM 'order'
            GROUP BY ALL)
        SELECT variant, count(*), sum(carted) FROM during
        JOIN exposures USING (visitor_id) WHERE experiment_id = '{experiment}' GROUP BY ALL""")
    return {variant: (visits, carts) for variant, visits, carts in rows}


def log_ratio(treated, control):
    """Log of the ratio of two rates (events, trials), and its standard error."""
    (n1, x1), (n0, x0) = treated, control
    return log(x1 / n1) - log(x0 / n0), sqrt(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0)


def test_the_true_page_test_raised_carting_by_what_was_planted(sql, truth):
    planted = truth["experiments"][1]
    arms = carting(sql, planted["experiment_id"])
    effect, error = log_ratio(arms["scene_photo"], arms["plain_photo"])
    assert abs(effect - log(planted["cart_multiplier"])) < Z * error
    assert effect > Z * error


def test_the_null_page_test_shows_nothing(sql, truth):
    arms = carting(sql, truth["experiments"][0]["experiment_id"])
    effect, error = log_ratio(arms["orange_badge"], arms["grey_badge"])
    assert abs(effect) < Z * error


def test_both_page_tests_split_visitors_as_planned(sql):
    for first, second in sql(
        "SELECT count(*) FILTER (variant = control_variant), count(*) FILTER (variant <> "
        "control_variant) FROM exposures JOIN experiments USING (experiment_id) GROUP BY "
        "experiment_id"
    ):
        assert abs(first - second) < 2.58 * sqrt(first + second)


def uplift(sql, channel):
    """Buyers within the coupon's four weeks, granted against held out, all waves together."""
    (row,) = sql(f"""
        WITH bought AS (
            SELECT coupon_grant_id, held_out, bool_or(created_at IS NOT NULL) AS buyer
            FROM coupons JOIN customers USING (customer_id)
            LEFT JOIN orders ON orders.customer_id = coupons.customer_id AND paid_at IS NOT NULL
                AND created_at >= granted_at AND created_at < granted_at + INTERVAL 28 DAY
            WHERE kind = 'win_back' AND acquired_by = '{channel}' GROUP BY ALL)
        SELECT count(*) FILTER (NOT held_out), count(*) FILTER (buyer AND NOT held_out),
               count(*) FILTER (held_out), count(*) FILTER (buyer AND held_out) FROM bought""")
    granted, with_it, held, without = row
    p1, p0 = with_it / granted, without / held
    return p1 - p0, sqrt(p1 * (1 - p1) / granted + p0 * (1 - p0) / held)


def test_coupons_move_the_persuadable_and_put_off_the_sleeping_dogs(sql):
    for channel, sign in (("live", 1), ("content", -1)):
        effect, error = uplift(sql, channel)
        assert sign * effect > 2.58 * error, channel


def test_coupons_leave_the_sure_thing_and_the_indifferent_as_they_were(sql):
    for channel in ("direct", "search"):
        effect, error = uplift(sql, channel)
        assert abs(effect) < Z * error, channel


def test_the_hold_out_is_a_fair_lot(sql):
    ((held, total),) = sql(
        "SELECT count(*) FILTER (held_out), count(*) FROM coupons WHERE kind = 'win_back'"
    )
    assert abs(held - total / 2) < Z * sqrt(total / 4)


def test_the_event_log_misses_the_planted_share_of_orders(number, truth):
    missed = number("""SELECT count(*) FROM orders WHERE paid_at IS NOT NULL AND (customer_id,
        paid_at)
        NOT IN (SELECT customer_id, occurred_at FROM events WHERE kind = 'pay' AND customer_id
        IS NOT NULL)""")
    paid, share = truth["events"]["paid_orders"], truth["events"]["share_of_orders_missed"]
    assert missed == truth["events"]["paid_orders_not_in_log"]
    assert abs(missed - share * paid) < Z * sqrt(paid * share * (1 - share))


def test_the_late_supplier_is_late_by_the_planted_days(sql, truth):
    for name, count, late in sql(
        "SELECT supplier_id, count(*), avg(received_on - promised_on) FROM purchase_orders "
        "WHERE received_on IS NOT NULL AND ordered_on >= '2025-03-01' GROUP BY 1"
    ):
        planted = truth["supply"]["suppliers"][name]
        assert (
            abs(late - planted["mean_days_late"])
            < Z * (planted["sd_days"] + 0.5) / sqrt(count) + 0.6
        ), name
    late = {s: v["mean_days_late"] for s, v in truth["supply"]["suppliers"].items()}
    assert max(late, key=late.get) == truth["supply"]["late_supplier"]


def test_no_payment_goes_through_while_the_checkout_is_dead(number, truth):
    for outage in truth["incidents"]["dead_checkouts"]:
        (first, last), day = outage["hours"], outage["day"]
        hours = f"BETWEEN TIMESTAMP '{day} {first}:00:00' AND TIMESTAMP '{day} {last - 1}:59:59'"
        assert number(f"SELECT count(*) FROM orders WHERE paid_at {hours}") == 0
        assert (
            number(f"SELECT count(*) FROM events WHERE kind = 'pay' AND occurred_at {hours}") == 0
        )
        assert (
            number(f"SELECT count(*) FROM events WHERE kind = 'checkout' AND occurred_at {hours}")
            > 0
        )
        assert outage["expected_orders_lost"] > 3


def test_the_dry_channel_is_dry_that_week_only(number, truth):
    dry = truth["incidents"]["dry_channel"]
    rows = f"""SELECT sum(visitors) FROM traffic
        WHERE product_id IS NULL AND channel = '{dry["channel"]}' AND day"""
    week = number(f"{rows} BETWEEN '{dry['days'][0]}' AND '{dry['days'][1]}'")
    before = number(f"{rows} BETWEEN '2026-06-29' AND '2026-07-12'") / 2
    assert week < before * dry["visits"] + Z * sqrt(before * dry["visits"]) + 2
    assert before > 50


def test_the_title_change_raised_organic_search_visits(number, truth):
    search = truth["search"]

    def visits(product, channel, since, until):
        return number(f"""SELECT sum(visitors) FROM traffic WHERE product_id {product} AND
            channel = '{channel}'
            AND day >= '{since}' AND day < '{until}'""")

    changed, others = f"= '{search['product_id']}'", "LIKE 'AP%' AND product_id <> 'AP001'"
    before = (
        visits(changed, "search", "2026-05-18", "2026-08-10"),
        visits(others, "search", "2026-05-18", "2026-08-10"),
    )
    after = (
        visits(changed, "search", "2026-08-10", "2026-10-19"),
        visits(others, "search", "2026-08-10", "2026-10-19"),
    )
    effect = log(after[0] / after[1]) - log(before[0] / before[1])
    error = sqrt(sum(1 / n for n in (*before, *after)))
    assert (
        abs(effect - log(search["organic_search_visits_multiplier"])) < Z * error + 0.15
    )  # 0.15: its own drift
    assert effect > 2.58 * error


def test_out_of_stock_hides_the_planted_demand(number, truth):
    product = truth["supply"]["rationed_product"]
    known = truth["supply"]["products"][product]
    assert (
        number(f"SELECT count(*) FROM stock WHERE product_id = '{product}' AND on_hand = 0")
        == known["days_empty"]
    )
    sold = f"""SELECT sum(quantity) FROM order_lines JOIN orders USING (order_id)
        WHERE paid_at IS NOT NULL AND product_id = '{product}'"""
    assert number(sold) == known["sold_units"] == known["wanted_units"] - known["unmet_units"]
    assert known["unmet_units"] > 100


def test_own_price_moves_demand_by_the_planted_elasticity(sql, truth):
    """No table holds the price of a day without orders: the nearest order's is taken, which
        flattens.

    Hence the half point of slack towards zero, and none the other way.
    """
    together = 0.0
    for category, elasticity in truth["elasticity"]["own_price_by_category"].items():
        estimate, error = elasticity_of(sql, category)
        assert elasticity - Z * error < estimate < elasticity + Z * error + 0.5, category
        together += estimate / error / sqrt(5)
    assert together < -Z


def elasticity_of(sql, category):
    """Orders per page view on price, by product and day outside bursts, with a level per "
    "product."""
    prices = sql(f"""
        SELECT product_id, CAST(created_at AS DATE) AS day, min(unit_price / order_lines.list_price)
        FROM order_lines JOIN orders USING (order_id) JOIN products USING (product_id)
        WHERE category = '{category}' GROUP BY ALL ORDER BY day""")
    seen = sql(f"""
        WITH bought AS (
            SELECT product_id, CAST(created_at AS DATE) AS day, count(*) AS orders
            FROM order_lines JOIN orders USING (order_id) WHERE paid_at IS NOT NULL GROUP BY ALL)
        SELECT product_id, day, sum(page_views), coalesce(any_value(bought.orders), 0)
        FROM traffic JOIN products USING (product_id) LEFT JOIN bought USING (product_id, day)
        WHERE category = '{category}' AND product_id NOT IN ('AP004', 'SN001', 'SN004')
          AND day NOT IN (SELECT unnest(generate_series(burst_from, afterglow_from,
          INTERVAL 1 DAY)) FROM campaigns)
          AND (product_id, day) NOT IN (SELECT product_id, day FROM stock WHERE on_hand = 0)
        GROUP BY ALL ORDER BY day""")
    known = pd.DataFrame(prices, columns=["product", "day", "price"])
    days = pd.DataFrame(seen, columns=["product", "day", "views", "orders"])
    for frame in (known, days):
        frame["day"] = pd.to_datetime(frame["day"])
    joined = pd.merge_asof(days, known, on="day", by="product", direction="nearest").dropna()
    joined = joined.astype({"price": float, "views": float, "orders": float})
    cells = joined.groupby(["product", "price"], as_index=False)[["views", "orders"]].sum()
    return poisson_slope(cells[["product", "price", "views", "orders"]].values.tolist())


def poisson_slope(rows):
    """Slope of log(orders / views) on log price with a level for each product, by Newton's "
    "method."""
    products = sorted({r[0] for r in rows})
    levels = np.array([[r[0] == p for p in products] for r in rows], float)
    x = np.column_stack([np.log([float(r[1]) for r in rows]), levels])
    views, orders = (np.array([float(r[n]) for r in rows]) for n in (2, 3))
    beta = np.zeros(x.shape[1])
    beta[1:] = np.log(orders.sum() / views.sum())
    for _ in range(30):
        mean = views * np.exp(x @ beta)
        step = np.linalg.solve(
            x.T @ (x * mean[:, None]) + 1e-9 * np.eye(x.shape[1]), x.T @ (orders - mean)
        )
        beta += step
    spread = max(1.0, float(np.sum((orders - mean) ** 2 / mean) / (len(rows) - x.shape[1])))
    return beta[0], sqrt(
        spread * np.linalg.inv(x.T @ (x * mean[:, None]) + 1e-9 * np.eye(x.shape[1]))[0, 0]
    )


def cart_to_order(sql, product, since, until):
    """Carts of a product and those that became an order, in visits that started in the period."""
    ((carts, orders),) = sql(f"""
        WITH visits AS (
            SELECT visitor_id,
            min(occurred_at) AS began FROM events WHERE kind = 'cart' AND product_id = '{product}'
            AND occurred_at >= '{since}' AND occurred_at < '{until}' GROUP BY session_id,
            visitor_id),
        paid AS (SELECT visitor_id,
        occurred_at FROM events WHERE kind = 'pay' AND product_id = '{product}')
        SELECT count(*),
        count(*) FILTER (EXISTS (FROM paid WHERE paid.visitor_id = visits.visitor_id
            AND paid.occurred_at BETWEEN began AND began + INTERVAL 1 DAY)) FROM visits""")
    return carts, orders


@pytest.mark.parametrize(
    ("product", "since"),
    [
        ("SH003", "2026-05-10"),
        ("SK003", "2026-05-18"),
        ("SN001", "2026-05-01"),
        ("AP004", "2026-05-01"),
    ],
)
def test_carts_are_left_more_often_once_their_cause_has_set_in(sql, product, since):
    before, after = (
        cart_to_order(sql, product, *days)
        for days in (("2025-03-01", since), (since, "2026-11-10"))
    )
    effect, error = log_ratio(after, before)
    assert effect < -2.33 * error


def test_the_rivals_cut_cost_its_match_conversion(number, truth):
    product, since = truth["rivals"]["hurt_product"], truth["rivals"]["since"]
    arms = []
    for days in (f">= '{since}'", f"< '{since}'"):
        rows = f"FROM traffic WHERE product_id = '{product}' AND day {days}"
        arms.append((number(f"SELECT sum(visitors) {rows}"), number(f"SELECT sum(buyers) {rows}")))
    effect, error = log_ratio(*arms)
    assert effect < -2.58 * error


def test_diverted_carts_are_left_through_a_search_and_distrustful_ones_through_reviews(sql):
    left = sql("""
        WITH visits AS (
            SELECT session_id, arg_min(product_id, occurred_at) FILTER (kind = 'cart') AS product,
                   min(occurred_at) AS began, bool_or(kind = 'pay') AS paid,
                   bool_or(keyword LIKE '%平替') AS searched, bool_or(page = 'reviews') AS doubted
            FROM events GROUP BY 1)
        SELECT product, avg(searched::INT), avg(doubted::INT) FROM visits
        WHERE product IN ('SK003', 'SH003', 'AP004') AND NOT paid AND began >= '2026-05-18'
        GROUP BY 1""")
    shares = {product: (searched, doubted) for product, searched, doubted in left}
    assert shares["SK003"][0] > 0.5 > shares["AP004"][0] + 0.2
    assert shares["SH003"][1] > 0.5 > shares["AP004"][1] + 0.2


def test_reviews_complain_of_what_was_planted(sql, truth):
    words = {
        "SH003": "胶|味道|气味",
        "AP007": "偏小|小一码",
        "SK006": "过敏|刺痛|敏感肌",
        "FR003": "坏|烂",
    }
    for product, pattern in words.items():
        planted = truth["reviews"]["complaints"][product]
        ((hits, total),) = (
            sql(f"""SELECT count(*) FILTER (regexp_matches(text, '{pattern}') AND rating <=
                3), count(*)
            FROM reviews WHERE product_id = '{product}' AND written_at >= '{planted["since"]}'""")
        )
        share = planted["share_of_reviews"]
        assert abs(hits / total - share) < Z * sqrt(share * (1 - share) / total) + 0.05, product


def test_actions_that_worked_raised_carting_and_the_others_did_not(sql, truth):
    for worked in (True, False):
        products = [a["product_id"] for a in truth["actions"] if a["worked"] is worked]
        (before, after), (before_other, after_other) = (
            cart_rate(sql, names)
            for names in (
                f"IN {tuple(products)}",
                "NOT IN ('AP001', 'SN004', 'SN001') AND product_id NOT IN "
                + str(tuple(a["product_id"] for a in truth["actions"])),
            )
        )
        effect, error = log_ratio(after, before)
        drift, drift_error = log_ratio(after_other, before_other)
        planted = log(1.4) if worked else 0.0
        spread = sqrt(error**2 + drift_error**2)
        assert abs(effect - drift - planted) < Z * spread + 0.05, worked  # 0.05: prices move too
        if worked:
            assert effect - drift > 2.58 * spread


def cart_rate(sql, products):
    """Views and carting visitors of products, ten weeks before and after the actions."""
    rows = []
    for days in ("BETWEEN '2026-04-20' AND '2026-06-28'", "BETWEEN '2026-06-29' AND '2026-09-06'"):
        ((visitors, carts),) = sql(f"""SELECT sum(visitors), sum(cart_visitors) FROM traffic
            WHERE product_id {products} AND day {days}""")
        rows.append((float(visitors), float(carts)))
    return rows


def test_customers_won_on_double_11_buy_less_afterwards(number):
    again = """SELECT avg((orders > 0)::INT) FROM (
        SELECT customer_id, count(*) FILTER (paid_at > joined_at + INTERVAL 14 DAY) AS orders
        FROM customers LEFT JOIN orders USING (customer_id) WHERE {} GROUP BY 1)"""
    burst = number(again.format("CAST(joined_at AS DATE) = '2025-11-11'"))
    usual = number(
        again.format(
            "joined_at BETWEEN '2025-10-01' AND '2025-12-31' AND CAST(joined_at AS DATE) <> "
            "'2025-11-11'"
        )
    )
    size = number("SELECT count(*) FROM customers WHERE CAST(joined_at AS DATE) = '2025-11-11'")
    assert usual - burst > 2 * sqrt(usual * (1 - usual) / size)


def test_campaigns_increments_are_sums_of_their_parts(truth):
    for campaign in truth["promotion"]:
        parts = sum(campaign["parts_of_gmv"].values())
        assert parts == pytest.approx(campaign["incremental_gmv"], abs=0.05)
        whole = campaign["expected_with"]["gmv"] - campaign["expected_without"]["gmv"]
        assert whole == pytest.approx(campaign["incremental_gmv"], abs=0.05)


def test_orders_of_a_campaign_are_as_many_as_its_truth_expects(number, truth):
    for campaign in truth["promotion"]:
        days = f"BETWEEN '{campaign['warmup_from']}' AND '{campaign['ends_on']}'"
        orders = number(
            f"SELECT count(*) FROM orders WHERE paid_at IS NOT NULL AND CAST(paid_at AS DATE) "
            f"{days}"
        )
        expected = campaign["expected_with"]["orders"]
        assert abs(orders - expected) < Z * sqrt(expected) * 1.1, campaign["campaign_id"]


def test_double_11_adds_and_pulls_forward(truth):
    campaign = next(c for c in truth["promotion"] if c["campaign_id"] == "double11_2025")
    parts = campaign["parts_of_gmv"]
    assert campaign["incremental_gmv"] > 0 > parts["pull_forward_after"]
    assert parts["halo"] > 0 > parts["cannibalised"]
    assert parts["burst_lift"] > campaign["incremental_gmv"]


def test_the_creator_with_bought_traffic_brings_clicks_but_no_visits(sql):
    rows = sql("""
        WITH clicked AS (SELECT creator,
        sum(clicks) AS clicks FROM spend WHERE channel = 'content' GROUP BY 1),
        came AS (SELECT split_part(page, '/', 2) AS creator,
        count(*) AS visits FROM events WHERE page LIKE 'note/%' GROUP BY 1)
        SELECT creator, coalesce(visits, 0) / clicks FROM clicked LEFT JOIN came USING (creator)""")
    rates = dict(rows)
    assert rates["爆款君"] < 0.1 * min(v for k, v in rates.items() if k != "爆款君")


def test_the_gamers_sales_bulge_at_the_end_of_months(number, truth):
    person = truth["people"]["gamer"]["person_id"]
    mine = tuple(truth["people"]["skill"][person]["products"])
    share = """SELECT count(*) FILTER (day(CAST(paid_at AS DATE) + 3) <= 3) / count(*) FROM
        order_lines
        JOIN orders USING (order_id) WHERE paid_at IS NOT NULL AND product_id {} IN {}"""
    own, others = number(share.format("", mine)), number(share.format("NOT", mine))
    lines = number(f"SELECT count(*) FROM order_lines WHERE product_id IN {mine}")
    assert own - others > 2 * sqrt(others * (1 - others) / lines)


def test_bundled_products_are_bought_together(sql, truth):
    for one, other in list(truth["bundles"]["pairs"].items())[:3]:
        ((both, base),) = sql(f"""
            WITH baskets AS (SELECT order_id,
            list(product_id) AS products FROM order_lines GROUP BY 1 HAVING count(*) > 1)
            SELECT avg(list_contains(products, '{other}')::INT) FILTER (list_contains(products,
            '{one}')),
                   avg(list_contains(products, '{other}')::INT) FROM baskets""")
        assert both > 2 * base, (one, other)
