-- grain: unit x week x issuer, what the unit's subtree spent on whom
-- inputs: units (bigint[]), since, until (Mondays), labels (jsonb: unstated, self -> word); source
-- units: counts, whole person-minutes
SELECT row_number() OVER (ORDER BY u.path, r.week, r.issuer_id) AS n, r.unit_id, r.week AS monday,
       r.week, u.code, u.name AS unit, coalesce(i.code, '') AS issuer_code,
       coalesce(i.name, labels.words ->> CASE r.issuer_id WHEN -1 THEN 'self' ELSE 'unstated' END) AS issuer, r.n AS entries,
       r.m_meeting, r.m_document, r.m_form, r.m_inspection, r.m_other,
       r.m_meeting + r.m_document + r.m_form + r.m_inspection + r.m_other AS total,
       r.u_min AS unregistered, r.c_min AS claimed
FROM source r
JOIN unit u ON u.id = r.unit_id
LEFT JOIN unit i ON i.id = r.issuer_id
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
WHERE r.unit_id = ANY(%(units)s::bigint[]) AND r.week BETWEEN %(since)s AND %(until)s
