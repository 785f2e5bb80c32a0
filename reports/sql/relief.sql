-- grain: issuer x who asked first x category x title: what was asked under one name
-- inputs: issuers (bigint[]), since, until (Mondays, at most 63 weeks), min_returns, min_units, most (rows); rollup_demand
-- outputs: newest demand, weeks it was asked, times asked (receivers x weeks), what it took, answers and how they were given; of how
--          many who did it, and of how many minutes, it is told whether it was asked before
-- units: counts, whole person-minutes; answers are those that may be shown
-- withdrawn demands say too which answers may be shown, as on the issuer's page, and are left out only then
WITH cell AS (
    SELECT d.issuer_id, d.origin, d.category, d.title, d.state = 'withdrawn' AS is_withdrawn, r.*
    FROM demand d
    JOIN rollup_demand r ON r.demand_id = d.id AND r.week BETWEEN %(since)s AND %(until)s
    WHERE d.issuer_id = ANY(%(issuers)s::bigint[])
), judged AS (
    -- include judged
)
-- weeks are bits of a number: to count different ones would sort all names
SELECT issuer_id, origin, category, title, max(demand_id) AS newest, bit_count(bit_or(1::bigint << (week - %(since)s::date) / 7)::bit(64)),
       sum(targets),
       (sum(claim_min) + coalesce(sum(confirmed_min - claim_min + open_min + left_out_min) FILTER (WHERE NOT is_hidden), 0))::bigint AS total,
       sum(open_min)::bigint,
       coalesce(sum(confirmed_min) FILTER (WHERE NOT is_hidden), 0)::bigint,
       coalesce(sum(told) FILTER (WHERE NOT is_hidden), 0),
       coalesce(sum(not_applicable) FILTER (WHERE NOT is_hidden), 0),
       coalesce(sum(repeated) FILTER (WHERE NOT is_hidden AND is_heard), 0),
       coalesce(sum(done - of_hidden) FILTER (WHERE NOT is_hidden AND is_heard), 0),
       coalesce(sum(confirmed_min - of_hidden_min) FILTER (WHERE NOT is_hidden AND is_heard), 0)::bigint
FROM judged
WHERE NOT is_withdrawn
GROUP BY issuer_id, origin, category, title
ORDER BY total DESC, newest
LIMIT %(most)s
