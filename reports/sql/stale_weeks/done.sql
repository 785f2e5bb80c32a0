-- grain: note that a week is to be counted anew
-- inputs: ids of notes taken
-- outputs: stale_week without them
DELETE FROM stale_week WHERE id = ANY(%(ids)s)
