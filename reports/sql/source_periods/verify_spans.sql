-- grain: unit x month, quarter or year x issuer
-- inputs: levels, min_returns; source_span, source_period: its spans beside the weeks of rollup_source
-- outputs: rows counted, and how many keys differ, are missing or too many
WITH fresh AS (
    SELECT w.unit_id, p.kind, p.first, w.issuer_id,
           total(n) AS n, total(m_meeting) AS m_meeting, total(m_document) AS m_document, total(m_form) AS m_form,
           total(m_inspection) AS m_inspection, total(m_other) AS m_other, total(c_min) AS c_min, total(u_min) AS u_min,
           total(u_n) AS u_n, coalesce(total(u_min) FILTER (WHERE u_n >= %(min_returns)s), 0) AS u_told_min
    FROM source_span p
    CROSS JOIN unit u
    JOIN rollup_source w ON w.unit_id = u.id AND w.week BETWEEN p.first AND p.until
    WHERE u.level = ANY(%(levels)s)
    GROUP BY 1, 2, 3, 4
), stored AS (
    SELECT unit_id, kind, first, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min, u_min, u_n, u_told_min
    FROM source_period
    WHERE n <> 0 OR c_min <> 0
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
)
SELECT (SELECT count(*) FROM fresh), (SELECT count(DISTINCT (unit_id, kind, first, issuer_id)) FROM odd)
