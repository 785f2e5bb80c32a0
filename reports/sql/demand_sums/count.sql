-- grain: demand x receiving level x week
-- inputs: demand_count
-- outputs: rollup_demand, which is empty
-- units: counts, whole person-minutes
INSERT INTO rollup_demand (demand_id, level, week, targets, answered, answers, done, not_applicable, repeated,
       claim_min, open_min, confirmed_min, after_hours_min, bulk_min, stated_min, left_out, left_out_units, left_out_min)
SELECT demand_id, level, week, targets, answered, answers, done, not_applicable, repeated, claim_min, open_min,
       confirmed_min, after_hours_min, bulk_min, stated_min, left_out, left_out_units, left_out_min
FROM demand_count
