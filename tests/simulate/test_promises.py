"""The simulated shop keeps every promise of the contract, to the cent."""

import ibis
import pytest

from shophelm.shop.contract import TABLES

EVERY_COLUMN = [(t, c) for t in TABLES.values() for c in t.columns]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_keys_are_unique(sql, table):
    key = ", ".join(f'"{c}"' for c in table.key)
    assert (
        sql(f"SELECT {key}, count(*) FROM {table.name} GROUP BY ALL HAVING count(*) > 1 LIMIT 1")
        == []
    )


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_required_columns_hold_no_null(number, table):
    for column in table.columns:
        if not column.optional:
            assert (
                number(f'SELECT count(*) FROM {table.name} WHERE "{column.name}" IS NULL') == 0
            ), column.name


def test_every_reference_finds_what_it_refers_to(number):
    for table, column in EVERY_COLUMN:
        if column.refers_to:
            other, key = column.refers_to.split("|")[0].split(".")
            known = f'SELECT "{key}" FROM {other}'
            lost = f'SELECT count(*) FROM {table.name} WHERE "{column.name}" NOT IN ({known})'
            assert number(lost) == 0, (table.name, column.name)


@pytest.mark.parametrize(
    ("child", "column", "parent", "key"),
    [
        ("order_lines", "order_id", "orders", "order_id"),
        ("refunds", "order_id", "orders", "order_id"),
        ("presales", "order_id", "orders", "order_id"),
        ("orders", "customer_id", "customers", "customer_id"),
        ("orders", "campaign_id", "campaigns", "campaign_id"),
        ("order_lines", "product_id", "products", "product_id"),
        ("events", "product_id", "products", "product_id"),
        ("events", "customer_id", "customers", "customer_id"),
        ("exposures", "visitor_id", "events", "visitor_id"),
        ("coupons", "customer_id", "customers", "customer_id"),
        ("coupons", "redeemed_order_id", "orders", "order_id"),
        ("reviews", "customer_id", "customers", "customer_id"),
        ("points", "customer_id", "customers", "customer_id"),
        ("spend", "campaign_id", "campaigns", "campaign_id"),
    ],
)
def test_parents_exist(number, child, column, parent, key):
    assert (
        number(f"SELECT count(*) FROM {child} WHERE {column} NOT IN (SELECT {key} FROM {parent})")
        == 0
    )


def test_every_order_has_lines_numbered_from_one(number):
    assert (
        number(
            "SELECT count(*) FROM orders WHERE order_id NOT IN (SELECT order_id FROM order_lines)"
        )
        == 0
    )
    gaps = """SELECT order_id FROM order_lines
        GROUP BY 1 HAVING max(line_no) <> count(*) OR min(line_no) <> 1"""
    assert number(f"SELECT count(*) FROM ({gaps})") == 0


def test_values_stay_in_their_ranges_and_lists(number):
    for table, column in EVERY_COLUMN:
        tests = [f'"{column.name}" < {column.least}'] if column.least is not None else []
        tests += [f'"{column.name}" > {column.most}'] if column.most is not None else []
        tests += [f'"{column.name}" NOT IN {column.values}'] if column.values else []
        for test in tests:
            assert number(f"SELECT count(*) FROM {table.name} WHERE {test}") == 0, (
                table.name,
                test,
            )


@pytest.mark.parametrize(
    ("table", "promise"),
    [(t.name, p) for t in TABLES.values() for p in t.promises],
    ids=lambda value: getattr(value, "sentence", value),
)
def test_promises_of_the_contract_are_kept(con, number, table, promise):
    rows = con.table(table)
    assert number(ibis.to_sql(rows.filter(~promise.kept(rows)).count())) == 0


def test_no_row_is_later_than_the_data(number):
    for table in TABLES.values():
        if table.time:
            late = f"CAST(\"{table.time}\" AS TIMESTAMP) > TIMESTAMP '2026-11-15 23:59:59'"
            assert number(f"SELECT count(*) FROM {table.name} WHERE {late}") == 0, table.name


def test_what_is_known_later_is_not_known_yet(number):
    for table, column in EVERY_COLUMN:
        if column.known_at == (column.name,):
            late = f"CAST(\"{column.name}\" AS TIMESTAMP) > TIMESTAMP '2026-11-15 23:59:59'"
            assert number(f"SELECT count(*) FROM {table.name} WHERE {late}") == 0, (
                table.name,
                column.name,
            )


def test_order_amounts_and_line_amounts_reconcile_to_the_cent(number):
    off = """
        SELECT count(*) FROM orders JOIN (
            SELECT order_id, sum(paid_amount) AS lines, sum(list_price * quantity) AS goods
            FROM order_lines GROUP BY 1) USING (order_id)
        WHERE goods <> goods_amount OR lines <> goods_amount - discount_amount
           OR paid_amount <> goods_amount - discount_amount + shipping_amount"""
    assert number(off) == 0


def test_unit_prices_are_at_most_list_prices_and_cover_what_was_paid(number):
    assert number("SELECT count(*) FROM order_lines WHERE unit_price > list_price") == 0
    assert number("SELECT count(*) FROM order_lines WHERE paid_amount > unit_price * quantity") == 0


def test_refunds_are_of_paid_orders_after_payment_and_never_exceed_what_was_paid(number):
    by_order = """
        SELECT count(*) FROM (SELECT order_id, sum(amount) AS back,
        min(refunded_at) AS first FROM refunds GROUP BY 1)
        JOIN orders USING (order_id) WHERE back > paid_amount OR paid_at IS NULL OR first <
        paid_at"""
    by_line = """
        SELECT count(*) FROM (SELECT order_id, line_no,
        sum(amount) AS back FROM refunds GROUP BY 1, 2)
        JOIN order_lines USING (order_id, line_no) WHERE back > paid_amount"""
    assert number(by_order) == 0
    assert number(by_line) == 0


def test_paid_settled_and_cash_differ(number):
    assert (
        number(
            "SELECT count(*) FROM refunds JOIN orders USING (order_id) WHERE refunded_at > "
            "paid_at + INTERVAL 14 DAY"
        )
        > 20
    )
    some_lines = """SELECT count(*) FROM orders JOIN refunds USING (order_id)
        WHERE line_no IS NOT NULL AND order_id IN (SELECT order_id FROM order_lines WHERE
        line_no = 2)"""
    assert number(some_lines) > 20


def test_presale_deposit_and_balance_make_up_the_order(number):
    joined = "FROM presales JOIN orders USING (order_id) WHERE"
    assert number(f"SELECT count(*) {joined} deposit_amount + balance_amount <> paid_amount") == 0
    assert number(f"SELECT count(*) {joined} balance_paid_at IS DISTINCT FROM paid_at") == 0
    assert number(f"SELECT count(*) {joined} balance_paid_at > balance_due_to") == 0
    assert number(f"SELECT count(*) {joined} discount_amount < deposit_worth - deposit_amount") == 0
    assert number("SELECT count(*) FROM presales WHERE balance_paid_at IS NULL") > 0


def test_unpaid_and_cancelled_orders_exist_and_status_agrees_with_times(number):
    assert (
        number("SELECT count(*) FROM orders WHERE paid_at IS NULL AND status = 'cancelled'") > 100
    )
    assert (
        number(
            "SELECT count(*) FROM orders WHERE paid_at IS NULL AND status NOT IN ('created', "
            "'cancelled')"
        )
        == 0
    )
    assert (
        number(
            "SELECT count(*) FROM orders WHERE (closed_at IS NOT NULL) <> (status IN "
            "('completed', 'cancelled'))"
        )
        == 0
    )


def test_stock_reconciles_for_every_product_and_day(number):
    off = """
        WITH sold AS (
            SELECT product_id, CAST(paid_at AS DATE) AS day, sum(quantity) AS units
            FROM order_lines JOIN orders USING (order_id) WHERE paid_at IS NOT NULL GROUP BY ALL),
        came AS (
            SELECT product_id, received_on AS day, sum(received_quantity) AS units
            FROM purchase_orders WHERE received_on IS NOT NULL GROUP BY ALL),
        days AS (
            SELECT *, lag(on_hand) OVER (PARTITION BY product_id ORDER BY day) AS before FROM stock)
        SELECT count(*) FROM days LEFT JOIN sold USING (product_id,
        day) LEFT JOIN came USING (product_id, day)
        WHERE before IS NOT NULL AND on_hand <> before + coalesce(came.units, 0) -
        coalesce(sold.units, 0)"""
    assert number(off) == 0


def test_nothing_is_sold_before_its_launch_or_its_buyer_joined(number):
    early = """SELECT count(*) FROM order_lines JOIN orders USING (order_id)
        JOIN products USING (product_id) WHERE created_at < launched_on"""
    assert number(early) == 0
    assert (
        number(
            "SELECT count(*) FROM orders JOIN customers USING (customer_id) WHERE created_at < "
            "joined_at"
        )
        == 0
    )
    assert (
        number(
            "SELECT count(*) FROM events JOIN customers USING (customer_id) WHERE occurred_at "
            "< joined_at"
        )
        == 0
    )


def test_a_coupon_takes_off_its_face_value_and_is_used_by_its_holder_in_time(number):
    used = "FROM coupons JOIN orders ON redeemed_order_id = order_id WHERE"
    assert number(f"SELECT count(*) {used} coupons.customer_id <> orders.customer_id") == 0
    assert (
        number(
            f"SELECT count(*) {used} discount_amount < face_value OR created_at < granted_at "
            f"OR held_out"
        )
        == 0
    )
    assert (
        number(
            "SELECT count(*) FROM orders WHERE coupon_id IS NOT NULL AND order_id NOT IN "
            "(SELECT redeemed_order_id FROM coupons WHERE redeemed_order_id IS NOT NULL)"
        )
        == 0
    )


def test_points_never_fall_below_zero(number):
    running = """SELECT sum(points) OVER (PARTITION BY customer_id
        ORDER BY occurred_at, points DESC ROWS UNBOUNDED PRECEDING) AS left_over FROM points"""
    assert number(f"SELECT count(*) FROM ({running}) WHERE left_over < 0") == 0


def test_visitors_and_customers_have_ids_of_their_own(number):
    assert (
        number(
            "SELECT count(*) FROM customers WHERE length(customer_id) > 12 OR customer_id IN "
            "(SELECT visitor_id FROM events)"
        )
        == 0
    )
    assert (
        number(
            "SELECT count(*) FROM (SELECT visitor_id FROM events GROUP BY 1 HAVING "
            "count(DISTINCT customer_id) > 1)"
        )
        == 0
    )
    never = "SELECT visitor_id FROM events GROUP BY 1 HAVING count(customer_id) = 0"
    assert number(f"SELECT count(*) FROM ({never})") > 1_000


def test_weeks_of_targets_run_from_monday_to_sunday_and_the_chain_multiplies(number):
    weeks = "period_to = period_from + 6"
    assert number(f"SELECT count(*) FROM targets WHERE {weeks} AND isodow(period_from) <> 1") == 0
    assert number(f"SELECT count(*) FROM targets WHERE {weeks}") > 3_000
    off = """SELECT count(*) FROM (PIVOT targets ON metric USING first(value))
        WHERE abs(gmv_paid - visitors * pay_conversion * spend_per_buyer) > 0.01"""
    assert number(off) == 0
