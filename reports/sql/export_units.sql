-- grain: unit x week, the subtree's sums as reported that week
-- inputs: low, high (path range), levels (text[]), since, until (Mondays), labels (jsonb: kind -> word)
-- units: counts, people, whole person-minutes
SELECT row_number() OVER (ORDER BY u.path, r.week) AS n, r.unit_id, u.parent_id, r.week AS monday,
       r.week, u.code, u.name AS unit, labels.words ->> u.kind AS kind, coalesce(parent.name, '') AS parent,
       r.active, r.returns, r.nil_returns,
       r.n_meeting, r.n_document, r.n_form, r.n_inspection, r.n_other,
       r.m_meeting, r.m_document, r.m_form, r.m_inspection, r.m_other,
       r.m_meeting + r.m_document + r.m_form + r.m_inspection + r.m_other AS total,
       r.self_min, r.after_hours_min, r.bulk_min,
       ''::text AS remark
FROM rollup_sub r
JOIN unit u ON u.id = r.unit_id
LEFT JOIN unit parent ON parent.id = u.parent_id
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
WHERE u.path >= %(low)s AND u.path < %(high)s AND u.level = ANY(%(levels)s)
  AND r.week BETWEEN %(since)s AND %(until)s
