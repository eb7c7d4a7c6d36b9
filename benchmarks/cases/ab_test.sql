WITH test AS (
    SELECT started_on::TIMESTAMP AS began, ended_on::TIMESTAMP + INTERVAL 1 DAY AS over
    FROM '{folder}/experiments.parquet'
),
link AS (
    SELECT visitor_id, min(customer_id) AS customer_id, min(occurred_at) AS known_at
    FROM '{folder}/events.parquet' WHERE customer_id IS NOT NULL GROUP BY 1
),
visitor AS (
    SELECT x.visitor_id, coalesce(customer_id, x.visitor_id) AS person, variant, first_seen_at,
        known_at
    FROM '{folder}/exposures.parquet' x LEFT JOIN link USING (visitor_id)
),
person AS (
    SELECT person, min(variant) AS variant, min(first_seen_at) AS first_seen_at,
        min(known_at) AS known_at
    FROM visitor GROUP BY 1 HAVING min(variant) = max(variant)
),
did AS (
    SELECT person,
        max((kind = 'cart' AND occurred_at >= p.first_seen_at)::INT) AS cart,
        max((kind = 'pay' AND occurred_at >= p.first_seen_at)::INT) AS pay,
        max((kind = 'cart' AND occurred_at < began)::INT) AS cart_x,
        max((kind = 'pay' AND occurred_at < began)::INT) AS pay_x
    FROM '{folder}/events.parquet' e
    JOIN visitor v USING (visitor_id) JOIN person p USING (person), test
    WHERE kind IN ('cart', 'pay')
        AND occurred_at >= began - INTERVAL 28 DAY AND occurred_at < over
    GROUP BY 1
),
bought AS (
    SELECT person,
        count(*) FILTER (paid_at >= first_seen_at) AS orders,
        sum(paid_amount) FILTER (paid_at >= first_seen_at) AS paid,
        count(*) FILTER (paid_at < began AND coalesce(known_at < began, TRUE)) AS orders_x,
        sum(paid_amount) FILTER (paid_at < began AND coalesce(known_at < began, TRUE)) AS paid_x
    FROM '{folder}/orders.parquet' o JOIN person ON customer_id = person, test
    WHERE paid_at >= began - INTERVAL 28 DAY AND paid_at < over
    GROUP BY 1
),
value AS (
    SELECT variant, coalesce(cart, 0) AS cart, coalesce(cart_x, 0) AS cart_x,
        coalesce(pay, 0) AS pay, coalesce(pay_x, 0) AS pay_x,
        coalesce(orders, 0)::DOUBLE AS orders, coalesce(orders_x, 0)::DOUBLE AS orders_x,
        coalesce(paid, 0)::DOUBLE AS paid, coalesce(paid_x, 0)::DOUBLE AS paid_x
    FROM person LEFT JOIN did USING (person) LEFT JOIN bought USING (person)
)
SELECT variant, count(*) AS n,
    sum(cart) AS cart_y, sum(cart_x) AS cart_x, sum(cart * cart_x) AS cart_xy,
    sum(pay) AS pay_y, sum(pay_x) AS pay_x, sum(pay * pay_x) AS pay_xy,
    sum(orders) AS orders_y, sum(orders * orders) AS orders_yy, sum(orders_x) AS orders_x,
    sum(orders_x * orders_x) AS orders_xx, sum(orders * orders_x) AS orders_xy,
    sum(paid) AS paid_y, sum(paid * paid) AS paid_yy, sum(paid_x) AS paid_x,
    sum(paid_x * paid_x) AS paid_xx, sum(paid * paid_x) AS paid_xy,
    sum(paid * orders) AS paid_orders
FROM value GROUP BY 1 ORDER BY 1
