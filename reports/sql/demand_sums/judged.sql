-- grain: demand x level of its receivers x week
-- inputs: min_returns, min_units; the relation `cell`: rows of rollup_demand and their place (ctid) beside issuer_id and category, of an issuer's week all
-- outputs: no statement of its own: the relation that judge.sql, judge_all.sql and verify.sql include: cells, and whether what was
--          answered must be hidden (must_hide)
-- What few answered or did is hidden, and one more where few did what is hidden of an issuer's week and category: a week's other
-- figures of the issuer, the county's table by category for one, tell what the hidden ones make up together.
WITH counted AS MATERIALIZED (
    SELECT issuer_id, category, demand_id, level, week, place, done, answers - left_out AS told, is_hidden,
           answers > 0 AND (answers - left_out < %(min_returns)s OR answered - left_out_units < %(min_units)s
                            OR done BETWEEN 1 AND %(min_returns)s - 1) AS is_few
    FROM cell
), few AS (
    SELECT issuer_id, week, category
    FROM counted
    WHERE is_few AND told > 0
    GROUP BY issuer_id, week, category
    HAVING sum(done) < %(min_returns)s
), beside AS (
    SELECT DISTINCT ON (issuer_id, week, category) demand_id, level, week, true AS is_beside
    FROM counted
    JOIN few USING (issuer_id, week, category)
    WHERE done > 0 AND NOT is_few
    ORDER BY issuer_id, week, category, done, demand_id, level
)
SELECT demand_id, level, week, place, is_hidden, is_few OR is_beside IS TRUE AS must_hide
FROM counted
LEFT JOIN beside USING (demand_id, level, week)
