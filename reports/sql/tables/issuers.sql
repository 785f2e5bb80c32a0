-- grain: unit x week x issuer, what the unit's subtree spent on whom
-- inputs: units (bigint[]), since, until (Mondays), labels (jsonb: unstated, villages -> word); source
-- units: counts, whole person-minutes
WITH folded AS (
    -- villages as issuers are one row, -1: what a village asks of itself is a few people's, and its own sums may be hidden
    SELECT f.unit_id, f.week, CASE WHEN asked.level = 'village' AND asked.id <> f.unit_id THEN -1 ELSE f.issuer_id END AS issuer_id,
           sum(n)::bigint AS n, sum(m_meeting)::bigint AS m_meeting, sum(m_document)::bigint AS m_document,
           sum(m_form)::bigint AS m_form, sum(m_inspection)::bigint AS m_inspection, sum(m_other)::bigint AS m_other,
           sum(u_min)::bigint AS u_min, sum(c_min)::bigint AS c_min
    FROM source f
    LEFT JOIN unit asked ON asked.id = f.issuer_id
    WHERE f.unit_id = ANY(%(units)s::bigint[]) AND f.week BETWEEN %(since)s AND %(until)s
    GROUP BY 1, 2, 3
)
SELECT row_number() OVER (ORDER BY u.path, r.week, r.issuer_id) AS n, r.unit_id, r.week AS monday,
       r.week, u.code, u.name AS unit, coalesce(i.code, '') AS issuer_code,
       coalesce(i.name, labels.words ->> CASE r.issuer_id WHEN -1 THEN 'villages' ELSE 'unstated' END) AS issuer, r.n AS entries,
       r.m_meeting, r.m_document, r.m_form, r.m_inspection, r.m_other,
       r.m_meeting + r.m_document + r.m_form + r.m_inspection + r.m_other AS total,
       r.u_min AS unregistered, r.c_min AS claimed
FROM folded r
JOIN unit u ON u.id = r.unit_id
LEFT JOIN unit i ON i.id = r.issuer_id
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
