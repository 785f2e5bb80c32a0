-- grain: issuer x slot x own decision or not
-- inputs: issuers (bigint[]), slots (text[]) beside weeks (date[]): which weeks make up which slot; category, level ('': all),
--         min_returns, min_units; rollup_demand
-- outputs: demands, times asked (receivers x weeks), claimed, open, confirmed, the claim of what was answered, after hours, and of how much that is known
-- units: counts, whole person-minutes; what was answered is counted where it may be shown
-- which cells say too much, reports.issued.hide tells in Python for one issuer's page: what few answered or did, and the smallest beside it
WITH cell AS MATERIALIZED (
    SELECT d.issuer_id, d.category, d.origin = 'own' AS is_own, r.demand_id, r.level, r.week, r.targets, r.answers - r.left_out AS told, r.done, r.left_out_min,
           r.claim_min, r.open_min, r.confirmed_min, r.after_hours_min, r.confirmed_min - r.of_hidden_min AS timed_min,
           r.answers > 0 AND (r.answers - r.left_out < %(min_returns)s OR r.answered - r.left_out_units < %(min_units)s
                             OR r.done BETWEEN 1 AND %(min_returns)s - 1) AS is_few
    FROM demand d
    JOIN rollup_demand r ON r.demand_id = d.id AND r.week = ANY(%(weeks)s::date[])
    WHERE d.issuer_id = ANY(%(issuers)s::bigint[]) AND (%(category)s = '' OR d.category = %(category)s)
), few AS (
    SELECT issuer_id, week, category
    FROM cell
    WHERE is_few AND told > 0
    GROUP BY issuer_id, week, category
    HAVING sum(done) < %(min_returns)s
), beside AS (
    SELECT DISTINCT ON (issuer_id, week, category) demand_id, level, week
    FROM cell
    JOIN few USING (issuer_id, week, category)
    WHERE done > 0 AND NOT is_few
    ORDER BY issuer_id, week, category, done, demand_id, level
), of_demand AS (
    SELECT c.issuer_id, slot.name, c.is_own, c.demand_id, sum(c.targets) AS targets, sum(c.claim_min) AS claim_min, sum(c.open_min) AS open_min,
           sum(c.confirmed_min) FILTER (WHERE is_told) AS confirmed_min,
           sum(c.claim_min - c.open_min - c.left_out_min) FILTER (WHERE is_told) AS answered_min,
           sum(c.after_hours_min) FILTER (WHERE is_told) AS after_hours_min,
           sum(c.timed_min) FILTER (WHERE is_told) AS timed_min
    FROM cell c
    JOIN unnest(%(slots)s::text[], %(weeks)s::date[]) AS slot (name, week) ON slot.week = c.week
    LEFT JOIN beside b ON b.demand_id = c.demand_id AND b.level = c.level AND b.week = c.week
    CROSS JOIN LATERAL (SELECT NOT c.is_few AND b.demand_id IS NULL AS is_told) judged
    WHERE %(level)s = '' OR c.level = %(level)s
    GROUP BY 1, 2, 3, 4
)
SELECT issuer_id, name, is_own, count(*), sum(targets)::bigint, sum(claim_min)::bigint, sum(open_min)::bigint,
       coalesce(sum(confirmed_min), 0)::bigint, coalesce(sum(answered_min), 0)::bigint, coalesce(sum(after_hours_min), 0)::bigint,
       coalesce(sum(timed_min), 0)::bigint
FROM of_demand
GROUP BY 1, 2, 3
