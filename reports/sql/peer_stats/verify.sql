-- grain: place above x kind of units x span of weeks
-- inputs: kinds, firsts, untils (Mondays) of spans, closed (the last closed Monday); temporary table fresh_peers; peer_stat, stale_week, stale
-- outputs: rows counted, and how many keys differ, are missing or too many; a span with a week that is noted or marked waits,
--          and one whose last week is newly over
WITH counted AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(firsts)s::date[], %(untils)s::date[]) AS each (span, week, until)
), fresh AS (
    SELECT scope_id, kind, span, week, until, n, imposed_low, imposed_median, imposed_high, imposed_p90,
       total_low, total_median, total_high, total_p90
    FROM fresh_peers
), stored AS (
    SELECT scope_id, kind, span, week, until, n, imposed_low, imposed_median, imposed_high, imposed_p90,
       total_low, total_median, total_high, total_p90
    FROM peer_stat WHERE (span, week) IN (SELECT span, week FROM counted)
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
), waiting AS (
    SELECT week FROM stale_week WHERE what = 'peer_stat' UNION SELECT week FROM stale
    UNION SELECT %(closed)s WHERE NOT EXISTS (SELECT FROM peer_stat WHERE until = %(closed)s)
)
SELECT (SELECT count(*) FROM fresh),
       (SELECT count(DISTINCT (scope_id, kind, span, week)) FROM odd o JOIN counted c USING (span, week)
        WHERE NOT EXISTS (SELECT FROM waiting w WHERE w.week BETWEEN c.week AND c.until))
