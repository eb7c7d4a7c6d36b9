-- RFM with tie-safe scores, and the grid of frequency and spend, written by hand
WITH
days AS (
    SELECT customer_id, paid_at::DATE AS day, count(*) AS orders, sum(paid_amount) AS settled
    FROM '{folder}/orders.parquet' WHERE paid_at IS NOT NULL GROUP BY ALL
),
people AS MATERIALIZED (
    SELECT customer_id,
        DATE '2026-11-15' - max(day) AS recency,
        count(*) AS frequency,
        sum(settled) AS monetary,
        sum(orders) FILTER (day > DATE '2025-11-16') AS orders,
        sum(settled) FILTER (day > DATE '2025-11-16') AS settled
    FROM days GROUP BY ALL
),
counts AS (
    SELECT 'r' AS measure, 5 AS parts, recency::BIGINT AS value, count(*) AS n FROM people GROUP BY ALL
    UNION ALL SELECT 'f', 5, frequency, count(*) FROM people GROUP BY ALL
    UNION ALL SELECT 'm', 5, (monetary * 10000)::BIGINT, count(*) FROM people GROUP BY ALL
    UNION ALL SELECT 's', 2, floor((settled * 10000)::BIGINT / orders)::BIGINT, count(*)
        FROM people WHERE orders > 0 GROUP BY ALL
),
shares AS (
    SELECT measure, parts, value,
        sum(n) OVER (PARTITION BY measure ORDER BY value) - n AS below,
        sum(n) OVER (PARTITION BY measure) AS total
    FROM counts
),
cut AS (
    SELECT measure, j, arg_min(value, (abs(parts * below - j * total), value)) AS edge
    FROM shares, range(1, 5) AS js (j) WHERE below > 0 AND j < parts GROUP BY ALL
),
edges AS MATERIALIZED (
    SELECT
        list(edge ORDER BY j) FILTER (measure = 'r') AS r,
        list(edge ORDER BY j) FILTER (measure = 'f') AS f,
        list(edge ORDER BY j) FILTER (measure = 'm') AS m,
        any_value(edge) FILTER (measure = 's') AS spend,
        (SELECT quantile_disc(orders, 0.5) FROM people WHERE orders > 1) AS often
    FROM cut
),
scored AS (
    SELECT people.*, spend, often,
        CASE WHEN recency >= e.r[4] THEN 1 WHEN recency >= e.r[3] THEN 2
            WHEN recency >= e.r[2] THEN 3 WHEN recency >= e.r[1] THEN 4 ELSE 5 END AS r,
        CASE WHEN frequency >= e.f[4] THEN 5 WHEN frequency >= e.f[3] THEN 4
            WHEN frequency >= e.f[2] THEN 3 WHEN frequency >= e.f[1] THEN 2 ELSE 1 END AS f,
        CASE WHEN monetary * 10000 >= e.m[4] THEN 5 WHEN monetary * 10000 >= e.m[3] THEN 4
            WHEN monetary * 10000 >= e.m[2] THEN 3 WHEN monetary * 10000 >= e.m[1] THEN 2
            ELSE 1 END AS m
    FROM people, edges AS e
),
grouped AS MATERIALIZED (
    SELECT *,
        CASE WHEN r >= 4 AND f >= 4 AND m >= 4 THEN 'champions' WHEN r >= 3 AND f >= 3 THEN 'loyal'
            WHEN r >= 3 AND m >= 4 THEN 'promising' WHEN r >= 4 THEN 'new'
            WHEN f >= 4 AND m >= 4 THEN 'cannot lose them' WHEN f >= 3 OR m >= 4 THEN 'at risk'
            WHEN r >= 2 THEN 'hibernating' ELSE 'lost' END AS rfm,
        CASE WHEN orders >= often THEN 'high' ELSE 'low' END || ' frequency, '
            || CASE WHEN settled * 10000 >= spend * orders THEN 'high' ELSE 'low' END || ' spend'
            AS cell
    FROM scored
),
costs AS (
    SELECT o.customer_id, sum(l.quantity * p.unit_cost) AS cost
    FROM '{folder}/order_lines.parquet' AS l
    JOIN '{folder}/orders.parquet' AS o USING (order_id)
    JOIN '{folder}/products.parquet' AS p USING (product_id)
    WHERE o.paid_at >= '2025-11-17' GROUP BY ALL
)
SELECT rfm AS segment, count(*) AS customers, sum(frequency) AS purchases, sum(monetary) AS settled,
    0 AS contribution
FROM grouped GROUP BY ALL
UNION ALL
SELECT cell, count(*), sum(orders), sum(settled), sum(settled) - sum(cost)
FROM grouped JOIN costs USING (customer_id) WHERE orders > 0 GROUP BY ALL
