WITH people AS (
    SELECT
        occurred_at::DATE AS day,
        visitor_id,
        count(*) FILTER (kind IN ('home', 'list', 'search', 'view')) AS page_views,
        bool_or(kind = 'cart') AS in_cart,
        bool_or(kind = 'pay') AS paying
    FROM '{folder}/events.parquet'
    GROUP BY ALL
),
visits AS (
    SELECT
        day,
        count(*) AS visitors,
        sum(page_views) AS page_views,
        count_if(in_cart) AS cart_visitors,
        count_if(paying) AS paying_visitors
    FROM people
    GROUP BY day
),
units AS (
    SELECT order_id, sum(quantity) AS units FROM '{folder}/order_lines.parquet' GROUP BY order_id
),
refunded AS (
    SELECT order_id, sum(amount) AS refunded FROM '{folder}/refunds.parquet' GROUP BY order_id
),
paid AS (
    SELECT
        order_id,
        paid_at::DATE AS day,
        coalesce(customer_id, 'order ' || order_id) AS buyer,
        paid_amount,
        min(day) OVER (PARTITION BY buyer) AS first_day
    FROM '{folder}/orders.parquet'
    WHERE paid_at IS NOT NULL
),
sales AS (
    SELECT
        day,
        count(*) AS orders,
        count(DISTINCT buyer) AS buyers,
        count(DISTINCT buyer) FILTER (day = first_day) AS new_buyers,
        buyers - new_buyers AS returning_buyers,
        sum(units) AS units,
        sum(paid_amount) AS gmv_paid,
        sum(paid_amount - coalesce(refunded, 0)) AS gmv_settled,
        count_if(refunded > 0) AS returned_orders
    FROM paid LEFT JOIN units USING (order_id) LEFT JOIN refunded USING (order_id)
    GROUP BY day
),
cash AS (
    SELECT refunded_at::DATE AS day, sum(amount) AS paid_back
    FROM '{folder}/refunds.parquet' SEMI JOIN paid USING (order_id)
    GROUP BY 1
)
SELECT
    day,
    coalesce(COLUMNS(* EXCLUDE (day, paid_back)), 0),
    coalesce(gmv_paid, 0) - coalesce(paid_back, 0) AS gmv_cash
FROM visits FULL JOIN sales USING (day) FULL JOIN cash USING (day)
ORDER BY day
