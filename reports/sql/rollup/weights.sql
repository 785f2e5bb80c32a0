-- grain: week
-- inputs: weeks; weekly_return
-- outputs: returns of each week that has any
SELECT week, count(*) FROM weekly_return WHERE week = ANY(%(weeks)s) GROUP BY week
