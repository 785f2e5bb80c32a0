-- grain: week that has sums and is not kept by itself yet
-- inputs: until (the running Monday); rollup_sub of the roots, source_span
SELECT DISTINCT s.week
FROM rollup_sub s
JOIN unit u ON u.id = s.unit_id AND u.parent_id IS NULL
WHERE s.week <= %(until)s AND NOT EXISTS (SELECT FROM source_span p WHERE p.kind = 'week' AND p.first = s.week)
ORDER BY 1
