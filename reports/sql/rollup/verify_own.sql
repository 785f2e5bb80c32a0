-- grain: unit x week
-- inputs: weeks; temporary tables of the recount; rollup_own
-- outputs: rows counted, and how many keys differ, are missing or too many
WITH fresh AS (
    SELECT o.unit_id, o.week,
           o.n_meeting, o.n_document, o.n_form, o.n_inspection, o.n_other, o.m_meeting, o.m_document, o.m_form,
           o.m_inspection, o.m_other, o.c_meeting, o.c_document, o.c_form, o.c_inspection, o.c_other, o.self_min,
           o.after_hours_min, o.bulk_min, o.returns, o.nil_returns, o.active,
           coalesce(k.sources, '{}') AS sources
    FROM fresh_own o
    LEFT JOIN (
        SELECT unit_id, week,
               array_agg(ARRAY[issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min]
                         ORDER BY issuer_id) AS sources
        FROM counted
        GROUP BY unit_id, week
    ) k USING (unit_id, week)
), stored AS (
    SELECT unit_id, week,
           n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection,
           m_other, c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min,
           returns, nil_returns, active,
           sources
    FROM rollup_own WHERE week = ANY(%(weeks)s)
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
)
SELECT (SELECT count(*) FROM fresh), (SELECT count(DISTINCT (unit_id, week)) FROM odd)
