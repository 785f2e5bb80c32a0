-- grain: unit x week
-- inputs: weeks; temporary tables of the recount; rollup_sub
-- outputs: rows counted, and how many keys differ, are missing or too many
WITH fresh AS (
    SELECT place[cardinality(place)] AS unit_id, week,
           total(n_meeting) AS n_meeting, total(n_document) AS n_document, total(n_form) AS n_form,
           total(n_inspection) AS n_inspection, total(n_other) AS n_other, total(m_meeting) AS m_meeting,
           total(m_document) AS m_document, total(m_form) AS m_form, total(m_inspection) AS m_inspection,
           total(m_other) AS m_other, total(c_meeting) AS c_meeting, total(c_document) AS c_document,
           total(c_form) AS c_form, total(c_inspection) AS c_inspection, total(c_other) AS c_other,
           total(self_min) AS self_min, total(after_hours_min) AS after_hours_min, total(bulk_min) AS bulk_min,
           total(returns) AS returns, total(nil_returns) AS nil_returns, total(active) AS active
    FROM fresh_sub GROUP BY 1, 2
), stored AS (
    SELECT unit_id, week,
           n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection,
           m_other, c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min,
           returns, nil_returns, active
    FROM rollup_sub WHERE week = ANY(%(weeks)s)
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
)
SELECT (SELECT count(*) FROM fresh), (SELECT count(DISTINCT (unit_id, week)) FROM odd)
