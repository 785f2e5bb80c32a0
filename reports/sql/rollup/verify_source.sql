-- grain: unit x week x issuer
-- inputs: weeks; temporary tables of the recount; rollup_source
-- outputs: rows counted, and how many keys differ, are missing or too many
WITH fresh AS (
    SELECT place[cardinality(place)] AS unit_id, week, issuer_id,
           total(n) AS n, total(m_meeting) AS m_meeting, total(m_document) AS m_document, total(m_form) AS m_form,
           total(m_inspection) AS m_inspection, total(m_other) AS m_other, total(c_min) AS c_min, total(u_min) AS u_min,
           total(u_n) AS u_n
    FROM fresh_source WHERE place <> '{}' GROUP BY 1, 2, 3
), stored AS (
    SELECT unit_id, week, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min, u_min, u_n
    FROM rollup_source WHERE week = ANY(%(weeks)s)
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
)
SELECT (SELECT count(*) FROM fresh), (SELECT count(DISTINCT (unit_id, issuer_id, week)) FROM odd)
