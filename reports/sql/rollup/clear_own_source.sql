-- grain: week
-- inputs: weeks
-- outputs: rollup_own_source without the rows of these weeks
DELETE FROM rollup_own_source WHERE week = ANY(%(weeks)s)
