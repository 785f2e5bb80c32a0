-- grain: issuer x slot x decided at the place or below it, or not
-- inputs: issuers (bigint[]), here (text[]: who asked first of what was decided there), slots (text[]) beside weeks (date[]): which weeks make up
--         which slot; category, level ('': all); rollup_demand
-- outputs: demands, times asked (receivers x weeks), claimed, open, confirmed, the claim of what was answered
-- units: counts, whole person-minutes; what was answered is counted where it may be shown
WITH of_demand AS (
    SELECT d.issuer_id, slot.name, d.origin = ANY(%(here)s::text[]) AS is_own, d.id,
           sum(r.targets) AS targets, total(r.claim_min) AS claim_min, total(r.open_min) AS open_min,
           total(r.confirmed_min) FILTER (WHERE NOT r.is_hidden) AS confirmed_min,
           total(r.claim_min - r.open_min - r.left_out_min) FILTER (WHERE NOT r.is_hidden) AS answered_min
    FROM demand d
    JOIN rollup_demand r ON r.demand_id = d.id AND r.week = ANY(%(weeks)s::date[]) AND (%(level)s = '' OR r.level = %(level)s)
    JOIN unnest(%(slots)s::text[], %(weeks)s::date[]) AS slot (name, week) ON slot.week = r.week
    WHERE d.issuer_id = ANY(%(issuers)s::bigint[]) AND (%(category)s = '' OR d.category = %(category)s)
    GROUP BY 1, 2, 3, 4
)
SELECT issuer_id, name, is_own, count(*), total(targets), total(claim_min), total(open_min),
       coalesce(total(confirmed_min), 0), coalesce(total(answered_min), 0)
FROM of_demand
GROUP BY 1, 2, 3
