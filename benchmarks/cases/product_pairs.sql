-- products as numbers, so that a pair is two integers and not two texts
WITH products AS (
    SELECT product_id, row_number() OVER () AS number
    FROM (SELECT DISTINCT product_id FROM '{folder}/order_lines.parquet')
),
baskets AS (
    SELECT DISTINCT order_id, number
    FROM '{folder}/order_lines.parquet' JOIN products USING (product_id)
),
held AS (
    SELECT number, count(*) AS orders FROM baskets GROUP BY number
),
pairs AS (
    SELECT one.number AS one, other.number AS other, count(*) AS together
    FROM baskets AS one JOIN baskets AS other USING (order_id)
    WHERE one.number < other.number
    GROUP BY ALL
    HAVING count(*) >= {fewest}
),
ways AS (
    SELECT one, other, together FROM pairs UNION ALL SELECT other, one, together FROM pairs
),
total AS (
    SELECT count(DISTINCT order_id) AS orders FROM baskets
)
SELECT
    a.product_id || ' → ' || b.product_id AS rule,
    together,
    together / total.orders AS support,
    together / ha.orders AS confidence,
    together * total.orders / (ha.orders * hb.orders) AS lift
FROM ways
JOIN products AS a ON one = a.number JOIN held AS ha ON one = ha.number
JOIN products AS b ON other = b.number JOIN held AS hb ON other = hb.number
CROSS JOIN total
