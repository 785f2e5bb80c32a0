-- grain: week
-- inputs: week
-- outputs: rollup_source without the rows of that week
DELETE FROM rollup_source WHERE week = %(week)s
