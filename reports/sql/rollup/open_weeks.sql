-- grain: unit x week with an active cadre or a claim and no row yet, in the year up to the current week
-- inputs: week (the current Monday); post, target, rollup_own
-- outputs: their marks; how many. A week that nobody opened, because the portal was off, is opened too.
SELECT count(*), mark_stale(array_agg(unit_id), array_agg(week))
FROM (
    SELECT p.unit_id, day::date AS week
    FROM generate_series(%(week)s::date - 364, %(week)s::date, interval '7 days') AS day
    JOIN post p ON p.role = 'cadre' AND p.valid @> day::date
    UNION
    SELECT unit_id, week FROM target WHERE week BETWEEN %(week)s::date - 364 AND %(week)s AND NOT withdrawn
    EXCEPT
    SELECT unit_id, week FROM rollup_own WHERE week BETWEEN %(week)s::date - 364 AND %(week)s
) missing
