-- grain: shard that has marks
-- inputs: stale
SELECT DISTINCT shard FROM stale WHERE unit_id IS NOT NULL ORDER BY shard
