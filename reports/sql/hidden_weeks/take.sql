-- grain: note that the sums of a unit's week were counted anew
-- inputs: limit (notes); counted_week
-- outputs: the oldest weeks' notes, taken: Monday and unit
DELETE FROM counted_week
WHERE id IN (SELECT id FROM counted_week WHERE unit_id IS NOT NULL ORDER BY week, id LIMIT %(limit)s)
RETURNING week, unit_id
