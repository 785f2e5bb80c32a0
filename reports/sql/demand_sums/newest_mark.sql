-- grain: all marks
-- inputs: stale_demand
-- outputs: the newest mark, 0 without any: what is marked again meanwhile is left to the next refresh
SELECT coalesce(max(id), 0) FROM stale_demand
