-- grain: issuer x week x demand x level of its receivers
-- inputs: low, high (path range of issuers), since, until (Mondays), min_returns, min_receivers,
--         labels (jsonb: category.*, origin.*, level.* -> word, hidden, partly, untimed -> remark)
-- units: counts, whole person-minutes
-- what few answered or did is hidden, and one more where of its issuer, week and category few did that: as issued.hide
WITH cell AS (
    SELECT r.*, d.title, d.category, d.origin, i.code, i.name, i.path, d.issuer_id,
           r.answers - r.left_out AS told,
           r.answers > 0 AND (r.answers - r.left_out < %(min_returns)s OR r.answered - r.left_out_units < %(min_receivers)s
                             OR r.done BETWEEN 1 AND %(min_returns)s - 1) AS is_few
    FROM rollup_demand r
    JOIN demand d ON d.id = r.demand_id
    JOIN unit i ON i.id = d.issuer_id
    WHERE i.path >= %(low)s AND i.path < %(high)s AND r.week BETWEEN %(since)s AND %(until)s
), judged AS (
    SELECT *, sum(done) FILTER (WHERE is_few AND told > 0) OVER (PARTITION BY issuer_id, week, category) AS few,
           row_number() OVER (PARTITION BY issuer_id, week, category, is_few OR done = 0 ORDER BY done, demand_id, level) AS place
    FROM cell
), told AS (
    SELECT *, is_few OR (done > 0 AND place = 1 AND few < %(min_returns)s) IS TRUE AS is_hidden FROM judged
)
SELECT row_number() OVER (ORDER BY path, week, demand_id, t.level) AS n, week AS monday,
       week, code AS issuer_code, name AS issuer, demand_id AS demand, title,
       labels.words ->> ('category.' || category) AS category, labels.words ->> ('origin.' || origin) AS origin,
       labels.words ->> ('level.' || t.level) AS level, targets, claim_min, open_min,
       CASE WHEN NOT is_hidden THEN answered END AS answered, CASE WHEN NOT is_hidden THEN answers END AS answers,
       CASE WHEN NOT is_hidden THEN confirmed_min END AS confirmed_min,
       CASE WHEN NOT is_hidden THEN confirmed_min - (claim_min - open_min - left_out_min) END AS gap_min,
       CASE WHEN NOT is_hidden AND of_hidden_min = 0 THEN after_hours_min END AS after_hours_min,
       CASE WHEN is_hidden THEN labels.words ->> 'hidden' ELSE concat_ws(
           '；', CASE WHEN left_out > 0 THEN labels.words ->> 'partly' END,
           CASE WHEN of_hidden_min > 0 THEN labels.words ->> 'untimed' END) END AS remark
FROM told t
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
