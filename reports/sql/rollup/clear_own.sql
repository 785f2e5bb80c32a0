-- grain: week
-- inputs: week
-- outputs: rollup_own without the rows of that week
DELETE FROM rollup_own WHERE week = %(week)s
