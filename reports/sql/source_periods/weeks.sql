-- grain: week that has sums
-- inputs: until (the last settled Monday); rollup_sub of the roots
SELECT DISTINCT s.week
FROM rollup_sub s
JOIN unit u ON u.id = s.unit_id AND u.parent_id IS NULL
WHERE s.week <= %(until)s
ORDER BY 1
