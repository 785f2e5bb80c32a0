-- grain: unit x week x issuer, what the unit's subtree spent on whom
-- inputs: low, high (path range), levels (text[]), since, until (Mondays), labels (jsonb: kind -> word; '' -> not stated)
-- units: counts, whole person-minutes
SELECT row_number() OVER (ORDER BY u.path, r.week, r.issuer_id) AS n, r.unit_id, u.parent_id, r.week AS monday,
       r.week, u.code, u.name AS unit, coalesce(i.code, '') AS issuer_code,
       coalesce(i.name, labels.words ->> '') AS issuer, r.n AS entries,
       r.m_meeting, r.m_document, r.m_form, r.m_inspection, r.m_other,
       r.m_meeting + r.m_document + r.m_form + r.m_inspection + r.m_other AS total,
       ''::text AS remark
FROM rollup_source r
JOIN unit u ON u.id = r.unit_id
LEFT JOIN unit i ON i.id = r.issuer_id
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
WHERE u.path >= %(low)s AND u.path < %(high)s AND u.level = ANY(%(levels)s)
  AND r.week BETWEEN %(since)s AND %(until)s
