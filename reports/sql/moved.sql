-- grain: unit asked x unit that stood elsewhere then than today: one that a sum of the asked in today's tree was made with or without
-- inputs: units (bigint[]), since, until (Mondays)
SELECT DISTINCT top.id AS unit_id, stood.unit_id AS moved_id, stood.from_week, stood.until
FROM (
    SELECT unit_id, ancestors, from_week, lead(from_week, 1, DATE '9999-12-27') OVER (PARTITION BY unit_id ORDER BY from_week) AS until
    FROM unit_path
) stood
JOIN unit moved ON moved.id = stood.unit_id
               AND moved.parent_id IS DISTINCT FROM stood.ancestors[cardinality(stood.ancestors) - 1]
JOIN unit above ON above.id = ANY(stood.ancestors)
JOIN unit top ON top.id = ANY(%(units)s::bigint[]) AND above.path >= top.path AND above.path < left(top.path, -1) || '/'
WHERE stood.from_week <= %(until)s AND stood.until > %(since)s
