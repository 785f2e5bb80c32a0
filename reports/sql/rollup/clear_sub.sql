-- grain: week
-- inputs: week
-- outputs: rollup_sub without the rows of that week
DELETE FROM rollup_sub WHERE week = %(week)s
