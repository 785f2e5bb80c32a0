-- grain: shard that has marks
-- inputs: stale
-- outputs: how many
SELECT shard, count(*) FROM stale WHERE unit_id IS NOT NULL GROUP BY shard ORDER BY shard
