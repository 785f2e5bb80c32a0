-- grain: demand x receiving level x week
-- inputs: min_returns; target_answer
-- outputs: rollup_demand, which is empty; marks in stale_demand where a unit that answered awaits a recount; how many rows
-- units: counts, whole person-minutes
WITH answer AS MATERIALIZED (
    SELECT * FROM target_answer
), fresh AS MATERIALIZED (
    -- include told
), put AS (
    INSERT INTO rollup_demand (demand_id, level, week, targets, answered, answers, done, not_applicable, repeated,
           claim_min, open_min, confirmed_min, after_hours_min, bulk_min, stated_min, left_out, left_out_units, left_out_min)
    SELECT demand_id, level, week, targets, answered, answers, done, not_applicable, repeated, claim_min, open_min,
           confirmed_min, after_hours_min, bulk_min, stated_min, left_out, left_out_units, left_out_min
    FROM fresh
)
SELECT (SELECT count(*) FROM fresh), (SELECT mark_demands(array_agg(demand_id), array_agg(week)) FROM fresh WHERE is_held)
