"""Daily traffic is what a count over the events gives."""

DAILY = {
    "whole shop": ("product_id IS NULL AND channel IS NULL", "CAST(occurred_at AS DATE)", "day",
    ""),
    "channel": ("product_id IS NULL AND channel IS NOT NULL",
    "CAST(occurred_at AS DATE), channel", "day, channel", ""),
    "product and channel": (
        "product_id IS NOT NULL", "CAST(occurred_at AS DATE), product_id, channel",
        "day, product_id, channel", "WHERE product_id IS NOT NULL",
    ),
}  # fmt: skip
COUNTED = """
    count(DISTINCT visitor_id), count(*) FILTER (kind IN ('home', 'list', 'search', 'view')),
    count(DISTINCT visitor_id) FILTER (kind = 'favourite'),
    count(DISTINCT visitor_id) FILTER (kind = 'cart'),
    count(DISTINCT visitor_id) FILTER (kind = 'pay')"""
SHOWN = "visitors, page_views, favourite_visitors, cart_visitors, buyers"


def test_traffic_equals_a_count_over_events_at_every_level(sql):
    for level, (rows, group, key, only) in DAILY.items():
        counted = set(sql(f"SELECT {group}, {COUNTED} FROM events {only} GROUP BY ALL"))
        shown = set(sql(f"SELECT {key}, {SHOWN} FROM traffic WHERE {rows}"))
        assert shown == counted, level


def test_orders_and_money_in_traffic_are_those_the_log_saw(sql):
    seen = """
        SELECT CAST(paid_at AS DATE), count(*), sum(paid_amount) FROM orders
        WHERE paid_at IS NOT NULL AND (customer_id, paid_at) IN (
            SELECT customer_id, occurred_at FROM events WHERE kind = 'pay') GROUP BY ALL"""
    shown = """SELECT day, orders, paid_amount FROM traffic
        WHERE product_id IS NULL AND channel IS NULL AND orders > 0"""
    assert set(sql(shown)) == set(sql(seen))


def test_events_of_a_session_are_within_a_day_and_in_order(number):
    sessions = """
        SELECT session_id FROM events GROUP BY 1 HAVING count(DISTINCT CAST(occurred_at AS
        DATE)) > 1
        OR count(DISTINCT visitor_id) > 1 OR max(occurred_at) - min(occurred_at) > INTERVAL 1
        HOUR"""
    assert number(f"SELECT count(*) FROM ({sessions})") == 0


def test_events_of_all_kinds_are_there(sql):
    kinds = {k for (k,) in sql("SELECT DISTINCT kind FROM events")}
    assert kinds == {"home", "list", "search", "view", "favourite", "cart", "checkout", "pay"}
