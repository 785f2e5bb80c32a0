-- grain: unit x week
-- inputs: temporary table fresh_sub
-- outputs: rollup_sub, whose rows of these weeks were deleted
-- units: counts, people, whole person-minutes
INSERT INTO rollup_sub (unit_id, week,
       n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection, m_other,
       c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min, returns,
       nil_returns, active)
SELECT place[cardinality(place)], week,
       total(n_meeting), total(n_document), total(n_form), total(n_inspection), total(n_other),
       total(m_meeting), total(m_document), total(m_form), total(m_inspection), total(m_other),
       total(c_meeting), total(c_document), total(c_form), total(c_inspection), total(c_other),
       total(self_min), total(after_hours_min), total(bulk_min), total(returns), total(nil_returns), total(active)
FROM fresh_sub
GROUP BY 1, 2
ORDER BY 1, 2
