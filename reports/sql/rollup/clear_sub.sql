-- grain: week
-- inputs: weeks
-- outputs: rollup_sub without the rows of these weeks
DELETE FROM rollup_sub WHERE week = ANY(%(weeks)s)
