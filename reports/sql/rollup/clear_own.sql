-- grain: week
-- inputs: weeks
-- outputs: rollup_own without the rows of these weeks
DELETE FROM rollup_own WHERE week = ANY(%(weeks)s)
