-- grain: one number
-- inputs: temporary table fresh_own
-- outputs: the depth of the deepest place, counted from 1
SELECT coalesce(max(cardinality(place)), 0) FROM fresh_own
