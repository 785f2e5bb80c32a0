-- grain: issuer x week x demand x level of its receivers
-- inputs: low, high (path range of issuers), since, until (Mondays),
--         labels (jsonb: category.*, origin.*, level.* -> word, hidden, partly, untimed -> remark)
-- units: counts, whole person-minutes
WITH cell AS (
    SELECT r.*, d.title, d.category, d.origin, i.code, i.name, i.path, d.issuer_id
    FROM rollup_demand r
    JOIN demand d ON d.id = r.demand_id
    JOIN unit i ON i.id = d.issuer_id
    WHERE i.path >= %(low)s AND i.path < %(high)s AND r.week BETWEEN %(since)s AND %(until)s
)
SELECT row_number() OVER (ORDER BY path, week, demand_id, level) AS n, week AS monday,
       week, code AS issuer_code, name AS issuer, demand_id AS demand, title,
       labels.words ->> ('category.' || category) AS category, labels.words ->> ('origin.' || origin) AS origin,
       labels.words ->> ('level.' || level) AS level, targets, claim_min, open_min,
       CASE WHEN NOT is_hidden THEN answered END AS answered, CASE WHEN NOT is_hidden THEN answers END AS answers,
       CASE WHEN NOT is_hidden THEN confirmed_min END AS confirmed_min,
       CASE WHEN NOT is_hidden THEN confirmed_min - (claim_min - open_min - left_out_min) END AS gap_min,
       CASE WHEN NOT is_hidden AND of_hidden = 0 THEN after_hours_min END AS after_hours_min,
       CASE WHEN is_hidden THEN labels.words ->> 'hidden' ELSE concat_ws(
           '；', CASE WHEN left_out > 0 THEN labels.words ->> 'partly' END,
           CASE WHEN of_hidden > 0 THEN labels.words ->> 'untimed' END) END AS remark
FROM cell
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
