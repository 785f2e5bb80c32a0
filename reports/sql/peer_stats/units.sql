-- grain: unit with returns of a week
-- inputs: week (Monday), own (townships by their own people, or all others with all below them)
-- outputs: unit ids
SELECT s.unit_id
FROM rollup_sub s
JOIN unit u ON u.id = s.unit_id
WHERE s.week = %(week)s AND s.returns > 0 AND (u.level = 'township') = %(own)s
