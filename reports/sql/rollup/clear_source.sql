-- grain: week
-- inputs: weeks
-- outputs: rollup_source without the rows of these weeks
DELETE FROM rollup_source WHERE week = ANY(%(weeks)s)
