-- grain: demand of a week, whose sums may hold other units' answers now
-- inputs: units (bigint[]) beside weeks (Mondays): what is hidden of them changed; hidden_week, unit_path, target
-- outputs: marks in stale_demand
-- hidden figures are known together where the first shown one above holds them all
WITH changed AS (
    SELECT DISTINCT unit_id, week FROM unnest(%(units)s::bigint[], %(weeks)s::date[]) AS each (unit_id, week)
), stood AS MATERIALIZED (
    SELECT each.unit_id, each.week, each.is_changed, p.ancestors
    FROM (
        SELECT unit_id, week, false AS is_changed FROM hidden_week WHERE own AND week = ANY(%(weeks)s::date[])
        UNION ALL
        SELECT unit_id, week, true FROM changed
    ) each
    CROSS JOIN LATERAL (
        SELECT ancestors FROM unit_path WHERE unit_id = each.unit_id
        ORDER BY from_week > each.week, abs(from_week - each.week) LIMIT 1
    ) p
), top AS MATERIALIZED (
    SELECT DISTINCT s.week, first_shown.id
    FROM stood s
    CROSS JOIN LATERAL (
        SELECT s.ancestors[i] AS id
        FROM generate_series(1, greatest(1, cardinality(s.ancestors) - 1)) AS i
        WHERE i = 1 OR NOT EXISTS (
            SELECT FROM hidden_week h WHERE h.week = s.week AND h.unit_id = s.ancestors[i] AND NOT h.own)
        ORDER BY i DESC LIMIT 1
    ) first_shown
    WHERE s.is_changed
), concerned AS (
    SELECT DISTINCT s.unit_id, s.week FROM stood s CROSS JOIN unnest(s.ancestors) AS above (id) JOIN top USING (week, id)
)
SELECT mark_demands(array_agg(t.demand_id), array_agg(t.week))
FROM concerned c
JOIN target t ON t.unit_id = c.unit_id AND t.week = c.week
