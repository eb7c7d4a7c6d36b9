-- The chain that began last leaves most time, and where chains began never falls with time: so
-- each step needs only the latest event of the step before that still was in time.
WITH events AS (
    SELECT visitor_id, occurred_at, kind FROM '{folder}/events.parquet'
),
pages AS (
    SELECT visitor_id, occurred_at, occurred_at AS began
    FROM events
    WHERE kind = 'view'
),
carts AS (
    SELECT events.visitor_id, events.occurred_at, began
    FROM events ASOF JOIN pages
        ON events.visitor_id = pages.visitor_id AND events.occurred_at >= pages.occurred_at
    WHERE kind IN ('cart', 'favourite') AND events.occurred_at <= began + INTERVAL 24 HOUR
),
checkouts AS (
    SELECT events.visitor_id, events.occurred_at, began
    FROM events ASOF JOIN carts
        ON events.visitor_id = carts.visitor_id AND events.occurred_at >= carts.occurred_at
    WHERE kind = 'checkout' AND events.occurred_at <= began + INTERVAL 24 HOUR
),
payments AS (
    SELECT events.visitor_id
    FROM events ASOF JOIN checkouts
        ON events.visitor_id = checkouts.visitor_id
        AND events.occurred_at >= checkouts.occurred_at
    WHERE kind = 'pay' AND events.occurred_at <= began + INTERVAL 24 HOUR
)
SELECT 'visit' AS step, count(DISTINCT visitor_id) AS visitors
FROM events WHERE kind IN ('home', 'list', 'search', 'view')
UNION ALL SELECT 'item page', count(DISTINCT visitor_id) FROM pages
UNION ALL SELECT 'cart or favourite', count(DISTINCT visitor_id) FROM carts
UNION ALL SELECT 'checkout', count(DISTINCT visitor_id) FROM checkouts
UNION ALL SELECT 'payment', count(DISTINCT visitor_id) FROM payments
