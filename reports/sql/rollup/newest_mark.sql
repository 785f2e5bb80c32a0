-- grain: all marks
-- inputs: stale
-- outputs: the newest mark, or no value
SELECT max(id) FROM stale
