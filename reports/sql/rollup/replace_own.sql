-- grain: unit x week
-- inputs: temporary table fresh_own
-- outputs: rollup_own, whose rows of these weeks were deleted
-- units: counts, people, whole person-minutes
INSERT INTO rollup_own (unit_id, week,
       n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection, m_other,
       c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min, returns,
       nil_returns, active)
SELECT unit_id, week,
       n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection, m_other,
       c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min, returns,
       nil_returns, active
FROM fresh_own
ORDER BY unit_id, week
