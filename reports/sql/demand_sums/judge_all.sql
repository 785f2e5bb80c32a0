-- grain: demand x level of its receivers x week
-- inputs: min_returns, min_units; demand, rollup_demand
-- outputs: is_hidden of all
WITH cell AS (
    SELECT d.issuer_id, d.category, r.ctid AS place, r.* FROM rollup_demand r JOIN demand d ON d.id = r.demand_id
), judged AS (
    -- include judged
)
UPDATE rollup_demand r SET is_hidden = j.must_hide
FROM judged j
-- by its place: just after many rows came the planner knows of none, and read all for each
WHERE r.ctid = j.place AND j.must_hide <> j.is_hidden
