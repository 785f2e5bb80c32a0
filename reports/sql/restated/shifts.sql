-- grain: unit asked x unit that stood elsewhere then than today x stretch of weeks; sign 1: it has come since, -1: it has gone
-- inputs: units (bigint[]), since, until (Mondays)
-- units: from_week is the stretch's first Monday, until the Monday after its last
-- who stands below the asked both then and now changes no sum of it; who moved with those above changes none but theirs
WITH moved AS (
    SELECT stood.unit_id, stood.parent_id AS was, unit.parent_id AS now_is, stood.from_week, stood.until
    FROM (
        SELECT unit_id, ancestors[cardinality(ancestors) - 1] AS parent_id, from_week,
               lead(from_week, 1, DATE '9999-12-27') OVER (PARTITION BY unit_id ORDER BY from_week) AS until
        FROM unit_path
        WHERE unit_id IN (SELECT later.unit_id FROM unit_path later WHERE later.from_week > DATE '0001-01-01')
    ) stood
    JOIN unit ON unit.id = stood.unit_id
    WHERE stood.parent_id IS DISTINCT FROM unit.parent_id AND stood.from_week <= %(until)s AND stood.until > %(since)s
)
SELECT top.id AS unit_id, moved.unit_id AS moved_id, sum(side.sign)::int AS sign, moved.from_week, moved.until
FROM moved
CROSS JOIN LATERAL (VALUES (moved.now_is, 1), (moved.was, -1)) side (parent_id, sign)
JOIN unit above ON above.id = side.parent_id
CROSS JOIN LATERAL unnest(string_to_array(rtrim(above.path, '.'), '.')::bigint[]) AS top (id)
WHERE top.id = ANY(%(units)s::bigint[])
GROUP BY top.id, moved.unit_id, moved.from_week, moved.until
HAVING sum(side.sign) <> 0
ORDER BY top.id, moved.unit_id, moved.from_week
