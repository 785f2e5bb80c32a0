-- grain: issuer x slot x own decision or not
-- inputs: issuers (bigint[]), slots (text[]) beside weeks (date[]): which weeks make up which slot; category, level ('': all),
--         min_returns, min_units; rollup_demand
-- outputs: demands, times asked (receivers x weeks), claimed, open, confirmed, the claim of what was answered, after hours
-- units: counts, whole person-minutes; what was answered is counted where it may be shown
-- which cells say too much, reports.issued.hide tells in Python for one issuer's page: few answers, and the smallest beside them
WITH cell AS (
    SELECT d.issuer_id, d.category, d.origin = 'own' AS is_own, r.demand_id, r.level, r.week, r.targets, r.answers - r.left_out AS told, r.left_out_min,
           r.claim_min, r.open_min, r.confirmed_min, r.after_hours_min,
           r.answers > 0 AND (r.answers - r.left_out < %(min_returns)s OR r.answered - r.left_out_units < %(min_units)s) AS is_few
    FROM demand d
    JOIN rollup_demand r ON r.demand_id = d.id AND r.week = ANY(%(weeks)s::date[])
    WHERE d.issuer_id = ANY(%(issuers)s::bigint[])
), beside AS (
    SELECT *, coalesce(sum(told) FILTER (WHERE is_few) OVER (PARTITION BY issuer_id, week, category), 0) AS few,
           row_number() OVER (PARTITION BY issuer_id, week, category, told > 0 AND NOT is_few
                              ORDER BY told, demand_id, level) AS place
    FROM cell
), judged AS (
    SELECT *, is_few OR (told > 0 AND place = 1 AND few > 0 AND few < %(min_returns)s) AS is_hidden FROM beside
)
SELECT j.issuer_id, slot.name, j.is_own, count(DISTINCT j.demand_id), sum(j.targets), sum(j.claim_min)::bigint,
       sum(j.open_min)::bigint,
       coalesce(sum(j.confirmed_min) FILTER (WHERE NOT j.is_hidden), 0)::bigint,
       coalesce(sum(j.claim_min - j.open_min - j.left_out_min) FILTER (WHERE NOT j.is_hidden), 0)::bigint,
       coalesce(sum(j.after_hours_min) FILTER (WHERE NOT j.is_hidden), 0)::bigint
FROM judged j
JOIN unnest(%(slots)s::text[], %(weeks)s::date[]) AS slot (name, week) ON slot.week = j.week
WHERE (%(category)s = '' OR j.category = %(category)s) AND (%(level)s = '' OR j.level = %(level)s)
GROUP BY 1, 2, 3
