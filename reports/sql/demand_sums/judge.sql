-- grain: demand x level of its receivers x week
-- inputs: demands (bigint[]) beside weeks (date[]): whose sums changed; min_returns, min_units; demand, rollup_demand
-- outputs: is_hidden of all that their issuers asked in these weeks: one demand's sums say whether another's may be told
WITH asked AS MATERIALIZED (
    SELECT DISTINCT d.issuer_id, changed.week
    FROM unnest(%(demands)s::bigint[], %(weeks)s::date[]) AS changed (demand_id, week)
    JOIN demand d ON d.id = changed.demand_id
), cell AS (
    SELECT d.issuer_id, d.category, r.ctid AS place, r.*
    FROM asked
    JOIN demand d ON d.issuer_id = asked.issuer_id
    JOIN rollup_demand r ON r.demand_id = d.id AND r.week = asked.week
), judged AS (
    -- include judged
)
UPDATE rollup_demand r SET is_hidden = j.must_hide
FROM judged j
-- by its place: just after many rows came the planner knows of none, and read all for each
WHERE r.ctid = j.place AND j.must_hide <> j.is_hidden
