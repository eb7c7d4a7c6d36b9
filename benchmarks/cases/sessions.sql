WITH gaps AS (
    SELECT
        visitor_id,
        occurred_at,
        kind,
        channel,
        coalesce(occurred_at - lag(occurred_at) OVER turn > INTERVAL 30 MINUTE, true) AS starts
    FROM '{folder}/events.parquet'
    WINDOW turn AS (PARTITION BY visitor_id ORDER BY occurred_at)
),
numbered AS (
    SELECT
        visitor_id,
        max(CASE WHEN starts THEN occurred_at END) OVER turn AS began,
        CASE WHEN starts THEN channel END AS channel,
        kind
    FROM gaps
    WINDOW turn AS (PARTITION BY visitor_id ORDER BY occurred_at)
),
sessions AS (
    SELECT
        any_value(channel) AS slice,
        count_if(kind IN ('home', 'list', 'search', 'view')) AS pages,
        count(*) AS events,
        bool_or(kind = 'cart') AS carts,
        bool_or(kind = 'pay') AS pays
    FROM numbered
    GROUP BY visitor_id, began
)
SELECT
    coalesce(slice, 'all') AS slice,
    count(*) AS sessions,
    sum(pages) AS pages,
    count_if(pages = 1 AND events = 1) AS bounces,
    count_if(carts) AS cart_sessions,
    count_if(pays) AS pay_sessions
FROM sessions
GROUP BY GROUPING SETS ((slice), ())
