-- grain: unit (county and above) x week x issuer
-- inputs: weeks; rollup_source
-- outputs: source_period of the kind week, which has no rows of these weeks
-- units: counts of what was done, whole person-minutes
INSERT INTO source_period (unit_id, kind, first, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min, u_min, u_n)
SELECT s.unit_id, 'week', s.week, s.issuer_id,
       total(n), total(m_meeting), total(m_document), total(m_form), total(m_inspection), total(m_other), total(c_min), total(u_min),
       total(u_n)
FROM rollup_source s
JOIN unit u ON u.id = s.unit_id AND u.level IN ('nation', 'province', 'city', 'county')
WHERE s.week = ANY(%(weeks)s)
GROUP BY 1, 3, 4
ORDER BY 1, 3, 4
