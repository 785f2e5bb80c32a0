-- grain: demand x level of its receivers x week
-- inputs: min_returns, min_units; the relation `cell`: rows of rollup_demand beside issuer_id and category, of an issuer's week all
-- outputs: no statement of its own: the relation that league.sql, relief.sql and tables/demands.sql include: cells, with the answers
--          told of, whether they must be hidden, and whether enough are told apart to say what they said (is_heard)
-- What few answered or did is hidden, and one more where few did what is hidden of an issuer's week and category: reports.issued.hide
-- says the same in Python, for one issuer's page.
WITH counted AS MATERIALIZED (
    SELECT *, answers - left_out AS told,
           answers > 0 AND (answers - left_out < %(min_returns)s OR answered - left_out_units < %(min_units)s
                            OR done BETWEEN 1 AND %(min_returns)s - 1) AS is_few,
           of_hidden = 0 OR done - of_hidden >= %(min_returns)s AS is_heard
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
SELECT counted.*, is_few OR is_beside IS TRUE AS is_hidden
FROM counted
LEFT JOIN beside USING (demand_id, level, week)
