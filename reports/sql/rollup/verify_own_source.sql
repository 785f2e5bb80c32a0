-- grain: unit x week, the rows of rollup_own
-- inputs: weeks; temporary tables fresh_own, counted; rollup_own_source
-- outputs: rows counted, and how many keys differ, are missing or too many
WITH fresh AS (
    SELECT o.unit_id, o.week, coalesce(k.sources, '{}') AS sources
    FROM fresh_own o
    LEFT JOIN (
        SELECT unit_id, week,
               array_agg(ARRAY[issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min, u_min, u_n]
                         ORDER BY issuer_id) AS sources
        FROM counted
        GROUP BY unit_id, week
    ) k USING (unit_id, week)
), stored AS (
    SELECT unit_id, week, sources FROM rollup_own_source WHERE week = ANY(%(weeks)s)
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
)
SELECT (SELECT count(*) FROM fresh), (SELECT count(DISTINCT (unit_id, week)) FROM odd)
