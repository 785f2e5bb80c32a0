-- grain: note that the sums of a unit's week were counted anew; without a unit, of the whole week
-- inputs: limit (notes); counted_week
-- outputs: the notes, taken: Monday and unit
DELETE FROM counted_week WHERE id IN (SELECT id FROM counted_week ORDER BY id LIMIT %(limit)s)
RETURNING week, unit_id
