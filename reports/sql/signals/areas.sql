-- grain: area: a unit right below which townships stand, mostly a county; its townships and villages are compared with each other
-- inputs: unit
-- outputs: id of the area, ids of its townships, ids of its villages
SELECT t.parent_id, array_agg(DISTINCT t.id), coalesce(array_agg(DISTINCT v.id) FILTER (WHERE v.id IS NOT NULL), '{}')
FROM unit t
LEFT JOIN unit v ON v.parent_id = t.id AND v.level = 'village'
WHERE t.level = 'township' AND t.parent_id IS NOT NULL
GROUP BY t.parent_id
ORDER BY t.parent_id
