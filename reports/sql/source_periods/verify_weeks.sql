-- grain: unit x week x issuer, of weeks that are kept
-- inputs: weeks; rollup_source, source_period of the kind week
-- outputs: rows counted, and how many keys differ, are missing or too many
WITH fresh AS (
    SELECT s.unit_id, s.week, s.issuer_id,
           total(n) AS n, total(m_meeting) AS m_meeting, total(m_document) AS m_document, total(m_form) AS m_form,
           total(m_inspection) AS m_inspection, total(m_other) AS m_other, total(c_min) AS c_min, total(u_min) AS u_min,
           total(u_n) AS u_n
    FROM rollup_source s
    JOIN source_span p ON p.kind = 'week' AND p.first = s.week
    JOIN unit u ON u.id = s.unit_id AND u.level IN ('nation', 'province', 'city', 'county')
    WHERE s.week = ANY(%(weeks)s)
    GROUP BY 1, 2, 3
), stored AS (
    SELECT unit_id, first, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min, u_min, u_n
    FROM source_period
    WHERE kind = 'week' AND first = ANY(%(weeks)s) AND (n <> 0 OR c_min <> 0)
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
)
SELECT (SELECT count(*) FROM fresh), (SELECT count(DISTINCT (unit_id, issuer_id, week)) FROM odd)
