-- grain: demand x receiving level x week
-- inputs: min_returns; target_answer, rollup_demand, stale_demand
-- outputs: rows counted, and how many differ, are missing or too many; what is marked meanwhile is taken as stored,
--          and so is what another unit's recount holds back
WITH answer AS MATERIALIZED (
    SELECT * FROM target_answer
), counted AS MATERIALIZED (
    -- include told
), fresh AS (
    SELECT demand_id, level, week, targets, answered, answers, done, not_applicable, repeated, claim_min, open_min,
           confirmed_min, after_hours_min, bulk_min, stated_min, left_out, left_out_units, left_out_min
    FROM counted
), stored AS (
    SELECT demand_id, level, week, targets, answered, answers, done, not_applicable, repeated, claim_min, open_min,
           confirmed_min, after_hours_min, bulk_min, stated_min, left_out, left_out_units, left_out_min
    FROM rollup_demand
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
)
SELECT (SELECT count(*) FROM fresh),
       (SELECT count(DISTINCT (demand_id, level, week)) FROM odd o
        WHERE NOT EXISTS (SELECT FROM stale_demand s WHERE s.demand_id = o.demand_id AND s.week = o.week)
              AND NOT EXISTS (
                  SELECT FROM counted c WHERE c.is_held AND (c.demand_id, c.level, c.week) = (o.demand_id, o.level, o.week)))
