-- grain: unit x category, the subtree's sums over all the weeks that are shown; claims are of all
-- inputs: units (bigint[]), since, until (Mondays), labels (jsonb: category.* -> word, hidden, empty -> remark); gone, sub
-- units: counts, whole person-minutes; returns people x weeks
WITH sums AS (
    SELECT r.unit_id, count(*) FILTER (WHERE g.unit_id IS NOT NULL) AS hidden_weeks,
           coalesce(sum(r.returns) FILTER (WHERE g.unit_id IS NULL), 0) AS returns,
           sum(r.n_meeting) FILTER (WHERE g.unit_id IS NULL) AS n_meeting, sum(r.m_meeting) FILTER (WHERE g.unit_id IS NULL) AS m_meeting,
           sum(r.n_document) FILTER (WHERE g.unit_id IS NULL) AS n_document, sum(r.m_document) FILTER (WHERE g.unit_id IS NULL) AS m_document,
           sum(r.n_form) FILTER (WHERE g.unit_id IS NULL) AS n_form, sum(r.m_form) FILTER (WHERE g.unit_id IS NULL) AS m_form,
           sum(r.n_inspection) FILTER (WHERE g.unit_id IS NULL) AS n_inspection,
           sum(r.m_inspection) FILTER (WHERE g.unit_id IS NULL) AS m_inspection,
           sum(r.n_other) FILTER (WHERE g.unit_id IS NULL) AS n_other, sum(r.m_other) FILTER (WHERE g.unit_id IS NULL) AS m_other,
           sum(r.c_meeting) AS c_meeting, sum(r.c_document) AS c_document, sum(r.c_form) AS c_form,
           sum(r.c_inspection) AS c_inspection, sum(r.c_other) AS c_other
    FROM sub r
    LEFT JOIN gone g ON g.unit_id = r.unit_id AND g.week = r.week
    WHERE r.unit_id = ANY(%(units)s::bigint[]) AND r.week BETWEEN %(since)s AND %(until)s
    GROUP BY r.unit_id
)
SELECT row_number() OVER (ORDER BY u.path, part.place) AS n, s.unit_id,
       u.code, u.name AS unit, coalesce(parent.name, '') AS parent, labels.words ->> ('category.' || part.category) AS category,
       CASE WHEN s.returns > 0 THEN part.n END::bigint AS entries, CASE WHEN s.returns > 0 THEN part.m END::bigint AS total,
       part.c::bigint AS claimed, CASE WHEN s.returns > 0 OR s.hidden_weeks = 0 THEN s.returns END::bigint AS returns, s.hidden_weeks,
       CASE WHEN s.returns > 0 THEN '' ELSE labels.words ->> CASE WHEN s.hidden_weeks > 0 THEN 'hidden' ELSE 'empty' END END AS remark
FROM sums s
JOIN unit u ON u.id = s.unit_id
LEFT JOIN unit parent ON parent.id = u.parent_id
CROSS JOIN LATERAL (
    VALUES (1, 'meeting', s.n_meeting, s.m_meeting, s.c_meeting), (2, 'document', s.n_document, s.m_document, s.c_document),
           (3, 'form', s.n_form, s.m_form, s.c_form), (4, 'inspection', s.n_inspection, s.m_inspection, s.c_inspection),
           (5, 'other', s.n_other, s.m_other, s.c_other)
) part (place, category, n, m, c)
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
