-- grain: demand of some weeks
-- inputs: weeks (Mondays); target, rollup_demand
-- outputs: marks in stale_demand
SELECT mark_demands(array_agg(demand_id), array_agg(week))
FROM (
    SELECT demand_id, week FROM target WHERE week = ANY(%(weeks)s::date[])
    UNION
    SELECT demand_id, week FROM rollup_demand WHERE week = ANY(%(weeks)s::date[])
) each
