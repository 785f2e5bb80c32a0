-- grain: issuer x title x kind of receiving unit, of titles that somebody said do not apply
-- inputs: since, until (Mondays); rollup_demand, demand, target, entry, unit, hidden_week
-- outputs: issuer, title, category, level, kind, who answered and where (ids), answers, those that it does not apply, why (in the order
--   of Reason), person-minutes asked of these, newest demand, first and last week
-- units: counts, whole person-minutes
WITH doubted AS (
    SELECT DISTINCT d.issuer_id, d.title, d.category
    FROM rollup_demand r
    JOIN demand d ON d.id = r.demand_id
    WHERE r.week BETWEEN %(since)s AND %(until)s AND r.not_applicable > 0 AND d.state IN ('issued', 'changed')
)
SELECT d.issuer_id, d.title, d.category, u.level, u.kind,
       array_agg(DISTINCT e.cadre_id), array_agg(DISTINCT e.unit_id), count(*),
       count(*) FILTER (WHERE e.answer = 'not_applicable'),
       ARRAY[count(*) FILTER (WHERE e.reason = 'nothing'), count(*) FILTER (WHERE e.reason = 'elsewhere'),
             count(*) FILTER (WHERE e.reason = 'twice'), count(*) FILTER (WHERE e.reason = 'season')],
       coalesce(sum(t.minutes + t.travel_minutes) FILTER (WHERE e.answer = 'not_applicable'), 0),
       max(d.id), min(t.week), max(t.week)
FROM doubted x
JOIN demand d ON d.issuer_id = x.issuer_id AND d.title = x.title AND d.category = x.category AND d.state IN ('issued', 'changed')
JOIN target t ON t.demand_id = d.id AND t.week BETWEEN %(since)s AND %(until)s AND NOT t.withdrawn
JOIN entry e ON e.target_id = t.id
JOIN unit u ON u.id = t.unit_id
WHERE NOT EXISTS (SELECT FROM hidden_week h WHERE h.week = t.week AND h.unit_id = t.unit_id AND h.own)
GROUP BY d.issuer_id, d.title, d.category, u.level, u.kind
ORDER BY d.issuer_id, d.title, d.category, u.level, u.kind
