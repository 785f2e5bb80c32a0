-- grain: demand x receiving level x week
-- inputs: min_returns, min_units; target_answer, rollup_demand, stale_demand, demand
-- outputs: rows counted, and how many differ, are missing or too many; what is marked meanwhile is taken as stored,
--          and so is what another unit's recount holds back; what must be hidden is told by what is stored
WITH answer AS MATERIALIZED (
    SELECT * FROM target_answer
), counted AS MATERIALIZED (
    -- include told
), fresh AS (
    SELECT
        -- include columns
    FROM counted
), stored AS (
    SELECT
        -- include columns
    FROM rollup_demand
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
), cell AS (
    SELECT d.issuer_id, d.category, r.ctid AS place, r.* FROM rollup_demand r JOIN demand d ON d.id = r.demand_id
), judged AS (
    -- include judged
), wrong AS (
    SELECT demand_id, level, week FROM odd o
    WHERE NOT EXISTS (SELECT FROM stale_demand s WHERE s.demand_id = o.demand_id AND s.week = o.week)
          AND NOT EXISTS (
              SELECT FROM counted c WHERE c.is_held AND (c.demand_id, c.level, c.week) = (o.demand_id, o.level, o.week))
    UNION
    SELECT demand_id, level, week FROM judged WHERE must_hide <> is_hidden
)
SELECT (SELECT count(*) FROM fresh), (SELECT count(*) FROM wrong)
