-- grain: issuer x who asked first x category x title: what was asked under one name
-- inputs: issuers (bigint[]), since, until (Mondays, at most 63 weeks), min_returns, most (rows); rollup_demand
-- outputs: newest demand, a bit for each week it was asked, times asked (receivers x weeks), what it took, answers and how they were given; of how
--          many who did it, and of how many minutes, it is told whether it was asked before
-- units: counts, whole person-minutes; answers are those that may be shown
-- weeks are bits of a number: to count different ones would sort all names
WITH cell AS (
    SELECT d.issuer_id, d.origin, d.category, d.title, r.*,
           NOT r.is_hidden AND (r.of_hidden = 0 OR r.done - r.of_hidden >= %(min_returns)s) AS is_heard
    FROM demand d
    JOIN rollup_demand r ON r.demand_id = d.id AND r.week BETWEEN %(since)s AND %(until)s
    WHERE d.issuer_id = ANY(%(issuers)s::bigint[]) AND d.state <> 'withdrawn'
)
SELECT issuer_id, origin, category, title, max(demand_id) AS newest, bit_or(1::bigint << (week - %(since)s::date) / 7) AS asked_in,
       sum(targets),
       total(claim_min) + coalesce(total(confirmed_min - claim_min + open_min + left_out_min) FILTER (WHERE NOT is_hidden), 0) AS asked_min,
       total(open_min),
       coalesce(total(confirmed_min) FILTER (WHERE NOT is_hidden), 0),
       coalesce(sum(answers - left_out) FILTER (WHERE NOT is_hidden), 0),
       coalesce(sum(not_applicable) FILTER (WHERE NOT is_hidden), 0),
       coalesce(sum(repeated) FILTER (WHERE is_heard), 0),
       coalesce(sum(done - of_hidden) FILTER (WHERE is_heard), 0),
       coalesce(total(confirmed_min - of_hidden_min) FILTER (WHERE is_heard), 0)
FROM cell
GROUP BY issuer_id, origin, category, title
ORDER BY asked_min DESC, newest
LIMIT %(most)s
