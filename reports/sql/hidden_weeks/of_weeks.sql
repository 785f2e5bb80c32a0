-- grain: unit
-- inputs: weeks (Mondays); rollup_sub, hidden_week
-- outputs: units with returns in these weeks, and those kept of them
SELECT unit_id FROM rollup_sub WHERE week = ANY(%(weeks)s::date[]) AND returns > 0
UNION
SELECT unit_id FROM hidden_week WHERE week = ANY(%(weeks)s::date[])
