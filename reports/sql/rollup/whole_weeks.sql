-- grain: week that is cheaper or safer to rebuild than to refresh
-- inputs: many (units); stale, unit
-- A mark without a unit says that the tree changed; a mark in another shard than its unit's, that the unit moved meanwhile:
-- two workers might then hold the same unit.
SELECT s.week
FROM stale s
LEFT JOIN unit u ON u.id = s.unit_id
GROUP BY s.week
HAVING bool_or(s.unit_id IS NULL) OR bool_or(u.shard <> s.shard) OR count(DISTINCT s.unit_id) > %(many)s
ORDER BY s.week
