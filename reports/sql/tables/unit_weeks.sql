-- grain: unit x week, the subtree's sums
-- inputs: units (bigint[]), since, until (Mondays), labels (jsonb: kind -> word); sub
-- units: counts, people, whole person-minutes; c_*: claimed and not yet answered
SELECT row_number() OVER (ORDER BY u.path, r.week) AS n, r.unit_id, r.week AS monday,
       r.week, u.code, u.name AS unit, labels.words ->> u.kind AS kind, coalesce(parent.name, '') AS parent,
       r.active, r.returns, r.nil_returns,
       r.n_meeting, r.n_document, r.n_form, r.n_inspection, r.n_other,
       r.m_meeting, r.m_document, r.m_form, r.m_inspection, r.m_other,
       r.m_meeting + r.m_document + r.m_form + r.m_inspection + r.m_other AS total,
       r.self_min, r.after_hours_min, r.bulk_min,
       r.c_meeting, r.c_document, r.c_form, r.c_inspection, r.c_other
FROM sub r
JOIN unit u ON u.id = r.unit_id
LEFT JOIN unit parent ON parent.id = u.parent_id
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
WHERE r.unit_id = ANY(%(units)s::bigint[]) AND r.week BETWEEN %(since)s AND %(until)s
