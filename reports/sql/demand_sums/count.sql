-- grain: demand x receiving level x week
-- inputs: min_returns; target_answer
-- outputs: rollup_demand, which is empty, not yet judged; marks in stale_demand where a unit that answered awaits a recount; how many rows
-- units: counts, whole person-minutes
WITH answer AS MATERIALIZED (
    SELECT * FROM target_answer
), fresh AS MATERIALIZED (
    -- include told
), put AS (
    INSERT INTO rollup_demand (
        -- include columns
    )
    SELECT
        -- include columns
    FROM fresh
)
SELECT (SELECT count(*) FROM fresh), (SELECT mark_demands(array_agg(demand_id), array_agg(week)) FROM fresh WHERE is_held)
