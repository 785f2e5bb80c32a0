-- grain: issuer x own decision or not x category x title: what was asked under one name
-- inputs: issuers (bigint[]), since, until (Mondays), min_returns, min_units, most (rows); rollup_demand
-- outputs: newest demand, weeks it was asked, times asked (receivers x weeks), what it took, answers and how they were given, and of how
--          many who did it it is told whether it was asked before
-- units: counts, whole person-minutes; answers are those that may be shown
-- withdrawn demands say too which answers may be shown, as on the issuer's page, and are left out only then
WITH cell AS (
    SELECT d.issuer_id, d.category, d.title, d.origin = 'own' AS is_own, d.state = 'withdrawn' AS is_withdrawn, r.*
    FROM demand d
    JOIN rollup_demand r ON r.demand_id = d.id AND r.week BETWEEN %(since)s AND %(until)s
    WHERE d.issuer_id = ANY(%(issuers)s::bigint[])
), judged AS (
    -- include judged
)
SELECT issuer_id, is_own, category, title, max(demand_id), count(DISTINCT week), sum(targets),
       (sum(claim_min) + coalesce(sum(confirmed_min - claim_min + open_min + left_out_min) FILTER (WHERE NOT is_hidden), 0))::bigint AS total,
       sum(open_min)::bigint,
       coalesce(sum(confirmed_min) FILTER (WHERE NOT is_hidden), 0)::bigint,
       coalesce(sum(told) FILTER (WHERE NOT is_hidden), 0), coalesce(sum(done) FILTER (WHERE NOT is_hidden), 0),
       coalesce(sum(not_applicable) FILTER (WHERE NOT is_hidden), 0), coalesce(sum(repeated) FILTER (WHERE NOT is_hidden), 0),
       coalesce(sum(done - of_hidden) FILTER (WHERE NOT is_hidden), 0)
FROM judged
WHERE NOT is_withdrawn
GROUP BY 1, 2, 3, 4
ORDER BY total DESC, 5
LIMIT %(most)s
