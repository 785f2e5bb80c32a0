-- grain: issuer x slot x decided at the place or below it, or not
-- inputs: issuers (bigint[]), here (text[]: who asked first of what was decided there), slots (text[]) beside weeks (date[]): which weeks make up
--         which slot; category, level ('': all), min_returns, min_units; rollup_demand
-- outputs: demands, times asked (receivers x weeks), claimed, open, confirmed, the claim of what was answered
-- units: counts, whole person-minutes; what was answered is counted where it may be shown
WITH cell AS (
    SELECT d.issuer_id, d.category, d.origin = ANY(%(here)s::text[]) AS is_own, r.demand_id, r.level, r.week, r.targets, r.answers, r.answered,
           r.done, r.left_out, r.left_out_units, r.left_out_min, r.claim_min, r.open_min, r.confirmed_min, r.of_hidden
    FROM demand d
    JOIN rollup_demand r ON r.demand_id = d.id AND r.week = ANY(%(weeks)s::date[])
    WHERE d.issuer_id = ANY(%(issuers)s::bigint[]) AND (%(category)s = '' OR d.category = %(category)s)
), judged AS (
    -- include judged
), of_demand AS (
    SELECT issuer_id, slot.name, is_own, demand_id, sum(targets) AS targets, total(claim_min) AS claim_min, total(open_min) AS open_min,
           total(confirmed_min) FILTER (WHERE NOT is_hidden) AS confirmed_min,
           total(claim_min - open_min - left_out_min) FILTER (WHERE NOT is_hidden) AS answered_min
    FROM judged j
    JOIN unnest(%(slots)s::text[], %(weeks)s::date[]) AS slot (name, week) ON slot.week = j.week
    WHERE %(level)s = '' OR level = %(level)s
    GROUP BY 1, 2, 3, 4
)
SELECT issuer_id, name, is_own, count(*), total(targets), total(claim_min), total(open_min),
       coalesce(total(confirmed_min), 0), coalesce(total(answered_min), 0)
FROM of_demand
GROUP BY 1, 2, 3
