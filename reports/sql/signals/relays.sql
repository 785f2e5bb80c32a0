-- grain: demand that units passed on unchanged within hours of getting it
-- inputs: since, until (Mondays), hours, units; demand, target, rollup_demand, unit
-- outputs: unit it is about (who asked first, or the county of those who passed on where that stands above), demand, its title,
--   category, issuer's name, issued at, then: passing units, quickest seconds, seconds until the last, deepest chain, how many
--   set an earlier day and by how many days at most, claimed person-minutes, first and last week
WITH RECURSIVE relay AS (
    SELECT d.id, d.parent_id, d.issuer_id, d.first_on, extract(epoch FROM d.issued_at - p.issued_at)::bigint AS seconds,
           date_trunc('week', d.issued_at AT TIME ZONE 'Asia/Shanghai')::date AS week
    FROM demand d
    JOIN demand p ON p.id = d.parent_id
    WHERE d.state IN ('issued', 'changed')
      AND d.issued_at >= %(since)s::date::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND d.issued_at < (%(until)s::date + 7)::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND d.issued_at - p.issued_at BETWEEN interval '0' AND %(hours)s * interval '1 hour'
      AND d.title = p.title AND d.fields = p.fields AND d.minutes >= p.minutes
), level AS (
    SELECT id, parent_id, 1 AS depth FROM relay
    UNION ALL
    SELECT l.id, p.parent_id, l.depth + 1 FROM level l JOIN demand p ON p.id = l.parent_id WHERE p.parent_id IS NOT NULL AND l.depth < 9
), deep AS (
    SELECT id, max(depth) AS depth FROM level GROUP BY id
), passed AS (
    SELECT r.*, deep.depth, coalesce(due.day - r.first_on, 0) AS sooner, coalesce(claim.minutes, 0) AS minutes
    FROM relay r
    JOIN deep USING (id)
    LEFT JOIN LATERAL (
        SELECT min(t.due_on) AS day FROM target t
        WHERE t.demand_id = r.parent_id AND t.unit_id = r.issuer_id AND t.due_on >= r.first_on
    ) due ON true
    LEFT JOIN LATERAL (SELECT sum(claim_min) AS minutes FROM rollup_demand c WHERE c.demand_id = r.id) claim ON true
)
SELECT CASE WHEN starts_with(asker.path, above.path) THEN p.issuer_id ELSE above.id END, p.id, p.title, p.category, asker.name,
       p.issued_at, count(DISTINCT r.issuer_id), min(r.seconds), max(r.seconds), max(r.depth),
       count(*) FILTER (WHERE r.sooner > 0), max(r.sooner), sum(r.minutes)::bigint, min(r.week), max(r.week)
FROM passed r
JOIN demand p ON p.id = r.parent_id
JOIN unit asker ON asker.id = p.issuer_id
JOIN unit passing ON passing.id = r.issuer_id
JOIN unit above ON above.id = coalesce(passing.parent_id, passing.id)
GROUP BY 1, p.id, asker.name
HAVING count(DISTINCT r.issuer_id) >= %(units)s
ORDER BY 1, 2
