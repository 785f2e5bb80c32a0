-- grain: unit x week x kind
-- inputs: since, until (Mondays); temporary table fresh_spread; return_spread, stale_week, stale
-- outputs: rows counted, and how many keys differ, are missing or too many; a week that is noted or marked waits for its recount
WITH fresh AS (
    SELECT unit_id, week, kind, cadres, asked, n, total_min, squares, more, more_min FROM fresh_spread
), stored AS (
    SELECT unit_id, week, kind, cadres, asked, n, total_min, squares, more, more_min FROM return_spread WHERE week BETWEEN %(since)s AND %(until)s
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
), waiting AS (
    SELECT week FROM stale_week WHERE what = 'return_spread' UNION SELECT week FROM stale
)
SELECT (SELECT count(*) FROM fresh),
       (SELECT count(DISTINCT (unit_id, week, kind)) FROM odd WHERE week NOT IN (SELECT week FROM waiting))
