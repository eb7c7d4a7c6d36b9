WITH told AS (
    SELECT
        visitor_id,
        occurred_at,
        event_id,
        CASE
            WHEN kind = 'view' AND page = 'detail' THEN 'item page'
            WHEN kind = 'view' THEN 'item page: ' || page
            WHEN kind = 'home' THEN 'home page'
            WHEN kind = 'pay' THEN 'payment'
            ELSE kind
        END AS step
    FROM '{folder}/events.parquet'
),
turns AS (
    SELECT
        step,
        lag(step) OVER turn AS step_before,
        coalesce(occurred_at - lag(occurred_at) OVER turn > INTERVAL 30 MINUTE, true) AS starts,
        coalesce(lead(occurred_at) OVER turn - occurred_at > INTERVAL 30 MINUTE, true) AS ends
    FROM told
    WINDOW turn AS (PARTITION BY visitor_id ORDER BY occurred_at, event_id)
)
SELECT CASE WHEN starts THEN '(entry)' ELSE step_before END || ' → ' || step AS move, count(*) AS moves
FROM turns
GROUP BY move
UNION ALL
SELECT step || ' → (exit)', count(*)
FROM turns
WHERE ends
GROUP BY step
