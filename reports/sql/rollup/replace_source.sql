-- grain: unit x week x issuer
-- inputs: temporary table fresh_source
-- outputs: rollup_source, whose rows of these weeks were deleted
-- units: counts of what was done, whole person-minutes
INSERT INTO rollup_source (unit_id, week, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min, u_min, u_n)
SELECT place[cardinality(place)], week, issuer_id,
       total(n), total(m_meeting), total(m_document), total(m_form), total(m_inspection), total(m_other), total(c_min), total(u_min),
       total(u_n)
FROM fresh_source
WHERE place <> '{}'
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
