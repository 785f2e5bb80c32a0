-- grain: unit that ever stood elsewhere, and either stood up to `steps` below another in a week or stands below it today
-- inputs: unit, low, high (its range of paths today), steps, week (a Monday); unit_path by its index of those few
-- outputs: id, and whether it stood there in that week
SELECT stood.unit_id, place.is_below
FROM (SELECT DISTINCT unit_id FROM unit_path WHERE from_week > DATE '0001-01-01') later
CROSS JOIN LATERAL (
    SELECT unit_id, ancestors FROM unit_path
    WHERE unit_id = later.unit_id AND from_week <= %(week)s ORDER BY from_week DESC LIMIT 1
) stood
JOIN unit u ON u.id = stood.unit_id
CROSS JOIN LATERAL (
    SELECT coalesce(
        cardinality(stood.ancestors) - array_position(stood.ancestors, %(unit)s::bigint) BETWEEN 1 AND %(steps)s, false
    ) AS is_below
) place
WHERE place.is_below OR u.path >= %(low)s AND u.path < %(high)s
