-- grain: unit x week with an active cadre and no row yet, in the year up to the current week
-- inputs: week (the current Monday); post, rollup_own
-- outputs: their marks; how many. A week that nobody opened, because the portal was off, is opened too.
SELECT count(*), mark_stale(array_agg(unit_id), array_agg(week))
FROM (
    SELECT DISTINCT p.unit_id, day::date AS week
    FROM generate_series(%(week)s::date - 364, %(week)s::date, interval '7 days') AS day
    JOIN post p ON p.role = 'cadre' AND p.valid @> day::date
    WHERE NOT EXISTS (SELECT FROM rollup_own o WHERE o.unit_id = p.unit_id AND o.week = day::date)
) missing
