-- grain: unit x week
-- inputs: weeks; temporary table fresh_own; rollup_own
-- outputs: rows counted, and how many keys differ, are missing or too many
WITH fresh AS (
    SELECT unit_id, week,
           n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection,
           m_other, c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min,
           returns, nil_returns, active
    FROM fresh_own
), stored AS (
    SELECT unit_id, week,
           n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection,
           m_other, c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min,
           returns, nil_returns, active
    FROM rollup_own WHERE week = ANY(%(weeks)s)
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
)
SELECT (SELECT count(*) FROM fresh), (SELECT count(DISTINCT (unit_id, week)) FROM odd)
