-- grain: issuer x own decision or not x category x title: what was asked under one name
-- inputs: issuers (bigint[]), since, until (Mondays), min_returns, min_units, most (rows); rollup_demand
-- outputs: newest demand, weeks it was asked, times asked (receivers x weeks), what it took, answers and how they were given, and by how many who did it it is known whether it was asked before
-- units: counts, whole person-minutes; answers are those that may be shown: see league.sql
-- withdrawn demands say too which answers may be shown, as on the issuer's page, and are left out only then
WITH cell AS (
    SELECT d.issuer_id, d.category, d.title, d.origin = 'own' AS is_own, d.state = 'withdrawn' AS is_withdrawn, r.*, r.answers - r.left_out AS told,
           r.answers > 0 AND (r.answers - r.left_out < %(min_returns)s OR r.answered - r.left_out_units < %(min_units)s
                             OR r.done BETWEEN 1 AND %(min_returns)s - 1) AS is_few
    FROM demand d
    JOIN rollup_demand r ON r.demand_id = d.id AND r.week BETWEEN %(since)s AND %(until)s
    WHERE d.issuer_id = ANY(%(issuers)s::bigint[])
), beside AS (
    SELECT *, sum(done) FILTER (WHERE is_few AND told > 0) OVER (PARTITION BY issuer_id, week, category) AS few,
           row_number() OVER (PARTITION BY issuer_id, week, category, done > 0 AND NOT is_few
                              ORDER BY done, demand_id, level) AS place
    FROM cell
), judged AS (
    SELECT *, NOT (is_few OR (done > 0 AND place = 1 AND few < %(min_returns)s) IS TRUE) AS is_shown FROM beside
)
SELECT issuer_id, is_own, category, title, max(demand_id), count(DISTINCT week), sum(targets),
       (sum(claim_min) + coalesce(sum(confirmed_min - claim_min + open_min + left_out_min) FILTER (WHERE is_shown), 0))::bigint AS total,
       sum(open_min)::bigint,
       coalesce(sum(confirmed_min) FILTER (WHERE is_shown), 0)::bigint,
       coalesce(sum(told) FILTER (WHERE is_shown), 0), coalesce(sum(done) FILTER (WHERE is_shown), 0),
       coalesce(sum(not_applicable) FILTER (WHERE is_shown), 0), coalesce(sum(repeated) FILTER (WHERE is_shown), 0),
       coalesce(sum(done - of_hidden) FILTER (WHERE is_shown), 0)
FROM judged
WHERE NOT is_withdrawn
GROUP BY 1, 2, 3, 4
ORDER BY total DESC, 5
LIMIT %(most)s
