-- grain: unit x week, its own figure or that with all below it
-- inputs: weeks (Mondays); hidden_week
-- outputs: unit, Monday, own
SELECT unit_id, week, own FROM hidden_week WHERE week = ANY(%(weeks)s::date[])
