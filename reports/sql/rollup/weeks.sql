-- grain: week with anything to count, up to the current one
-- inputs: week (the current Monday); weekly_return, post, target, rollup_own
SELECT day::date
FROM (
    SELECT min(first) AS first, max(last) AS last
    FROM (
        SELECT min(week) AS first, max(week) AS last FROM weekly_return
        UNION ALL
        SELECT min(lower(valid)), %(week)s::date FROM post WHERE role = 'cadre' AND lower(valid) <= %(week)s
        UNION ALL
        SELECT min(week), max(week) FROM target WHERE week <= %(week)s
        UNION ALL
        SELECT min(week), max(week) FROM rollup_own
    ) one
) span
CROSS JOIN LATERAL generate_series(first, last, interval '7 days') AS day
ORDER BY day
