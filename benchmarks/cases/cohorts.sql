WITH bought AS (
    SELECT DISTINCT customer_id, year(paid_at) * 12 + month(paid_at) - 1 AS month
    FROM '{folder}/orders.parquet'
    WHERE paid_at IS NOT NULL AND customer_id IS NOT NULL
),
followed AS (
    SELECT month, min(month) OVER (PARTITION BY customer_id) AS cohort FROM bought
)
SELECT
    make_date(cohort // 12, cohort % 12 + 1, 1) AS cohort,
    month - cohort AS month,
    count(*) AS buyers
FROM followed
WHERE month < (SELECT year(DATE '2026-11-15') * 12 + month(DATE '2026-11-15') - 1)
GROUP BY ALL
