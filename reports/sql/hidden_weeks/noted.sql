-- grain: week whose sums were counted anew since what is hidden was found
-- inputs: weeks (Mondays); counted_week
-- outputs: Mondays
SELECT DISTINCT week FROM counted_week WHERE week = ANY(%(weeks)s::date[])
