-- grain: week that was counted anew, all of it
-- inputs: limit (weeks); counted_week
-- outputs: Mondays, whose notes are taken, those of single units too
DELETE FROM counted_week
WHERE week IN (SELECT DISTINCT week FROM counted_week WHERE unit_id IS NULL ORDER BY week LIMIT %(limit)s)
RETURNING week
