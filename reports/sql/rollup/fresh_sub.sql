-- grain: place x week; its rows add up to the subtree
-- inputs: temporary table fresh_own
-- outputs: temporary table fresh_sub, of which climb_sub.sql makes the rows of every depth above
-- units: counts, people, whole person-minutes
CREATE TEMPORARY TABLE fresh_sub AS
SELECT place, week,
       n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection, m_other,
       c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min, returns,
       nil_returns, active
FROM fresh_own
