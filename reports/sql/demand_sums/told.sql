-- grain: demand x receiving level x week
-- inputs: min_returns; the relation `answer`: rows of target_answer, of an issuer's week all with answers of hidden units or none
-- outputs: no statement of its own: the relation that refresh.sql, count.sql and verify.sql include
-- units: counts, whole person-minutes
-- Of hidden units that are known together the issuer's row by category, less what its demands tell of them, leaves what is left out.
-- Minutes are of those who did it: who answers that it does not apply, or was absent, stands behind none. So of a demand at a level
-- what fewer than min_returns answered is left out, and what fewer, but some, did; and where fewer may stand behind all that is left
-- out of a category, the smallest other demand there is left out too. One person answers a demand once, but may have done each of
-- several: of a unit the most who did one of them are surely that many people.
-- What was after hours, what was asked again and how it was stated units tell of all issuers and categories together: of hidden units
-- a demand tells none of it, and counts beside how many of those who did it, and which minutes, are theirs.
-- While a unit that answered awaits a recount, all that its issuer asked there is left out: such rows are held.
WITH known AS MATERIALIZED (
    SELECT *, answered BETWEEN 1 AND %(min_returns)s - 1 OR did BETWEEN 1 AND %(min_returns)s - 1 AS is_small
    FROM (
        SELECT *, sum(answers) OVER cell AS answered, sum(done) OVER cell AS did,
               bool_or(is_awaited AND answers > 0) OVER (PARTITION BY issuer_id, week, among) AS is_held
        FROM answer
        WHERE among IS NOT NULL
        WINDOW cell AS (PARTITION BY issuer_id, week, among, category, demand_id, level)
    ) summed
), small AS (
    SELECT issuer_id, week, among, category
    FROM (
        SELECT issuer_id, week, among, category, unit_id, max(done) AS people
        FROM known
        WHERE is_small
        GROUP BY 1, 2, 3, 4, 5
    ) of_unit
    GROUP BY 1, 2, 3, 4
    HAVING sum(people) < %(min_returns)s
), beside AS (
    SELECT DISTINCT ON (issuer_id, week, among, category) issuer_id, week, among, category, demand_id, level, true AS is_beside
    FROM small
    JOIN known USING (issuer_id, week, among, category)
    WHERE did >= %(min_returns)s
    ORDER BY issuer_id, week, among, category, did, demand_id, level
), judged AS (
    SELECT demand_id, level, week, answers, done, not_applicable, repeated, claim_min, open_min, confirmed_min, after_hours_min, used_min,
           false AS is_hidden, true AS is_told, false AS is_held
    FROM answer
    WHERE among IS NULL
    UNION ALL
    SELECT demand_id, level, week, answers, done, not_applicable, repeated, claim_min, open_min, confirmed_min, after_hours_min, used_min,
           true, NOT is_held AND NOT is_small AND is_beside IS NULL, is_held
    FROM known
    LEFT JOIN beside USING (issuer_id, week, among, category, demand_id, level)
)
SELECT demand_id, level, week,
       count(*)::int AS targets,
       (count(*) FILTER (WHERE answers > 0))::int AS answered,
       sum(answers)::int AS answers,
       coalesce(sum(done) FILTER (WHERE is_told), 0)::int AS done,
       coalesce(sum(not_applicable) FILTER (WHERE is_told), 0)::int AS not_applicable,
       coalesce(sum(repeated) FILTER (WHERE NOT is_hidden), 0)::int AS repeated,
       sum(claim_min)::bigint AS claim_min,
       sum(open_min)::bigint AS open_min,
       coalesce(sum(confirmed_min) FILTER (WHERE is_told), 0)::bigint AS confirmed_min,
       coalesce(sum(after_hours_min) FILTER (WHERE NOT is_hidden), 0)::bigint AS after_hours_min,
       coalesce(sum(answers) FILTER (WHERE NOT is_told), 0)::int AS left_out,
       (count(*) FILTER (WHERE answers > 0 AND NOT is_told))::int AS left_out_units,
       coalesce(sum(used_min) FILTER (WHERE NOT is_told), 0)::bigint AS left_out_min,
       coalesce(sum(done) FILTER (WHERE is_hidden AND is_told), 0)::int AS of_hidden,
       coalesce(sum(confirmed_min) FILTER (WHERE is_hidden AND is_told), 0)::bigint AS of_hidden_min,
       bool_or(is_held) AS is_held
FROM judged
GROUP BY 1, 2, 3
