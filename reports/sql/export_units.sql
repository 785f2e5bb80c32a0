-- grain: unit x week, the subtree's sums, as reported that week or in today's tree
-- inputs: low, high (path range), levels (text[]), since, until (Mondays), labels (jsonb: kind -> word),
--         sums (jsonb: the rows of rollup_sub that differ in today's tree; none for the trees of those weeks)
-- units: counts, people, whole person-minutes
WITH changed AS MATERIALIZED (
    SELECT * FROM jsonb_populate_recordset(NULL::rollup_sub, %(sums)s::jsonb)
), facts AS NOT MATERIALIZED (
    SELECT r.* FROM rollup_sub r
    WHERE NOT EXISTS (SELECT FROM changed c WHERE c.unit_id = r.unit_id AND c.week = r.week)
    UNION ALL
    -- a unit with nobody active, nothing filed and nothing claimed has no row
    SELECT * FROM changed
    WHERE returns <> 0 OR active <> 0 OR c_meeting + c_document + c_form + c_inspection + c_other <> 0
)
SELECT row_number() OVER (ORDER BY u.path, r.week) AS n, r.unit_id, u.parent_id, r.week AS monday,
       r.week, u.code, u.name AS unit, labels.words ->> u.kind AS kind, coalesce(parent.name, '') AS parent,
       r.active, r.returns, r.nil_returns,
       r.n_meeting, r.n_document, r.n_form, r.n_inspection, r.n_other,
       r.m_meeting, r.m_document, r.m_form, r.m_inspection, r.m_other,
       r.m_meeting + r.m_document + r.m_form + r.m_inspection + r.m_other AS total,
       r.self_min, r.after_hours_min, r.bulk_min,
       ''::text AS remark
FROM facts r
JOIN unit u ON u.id = r.unit_id
LEFT JOIN unit parent ON parent.id = u.parent_id
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
WHERE u.path >= %(low)s AND u.path < %(high)s AND u.level = ANY(%(levels)s)
  AND r.week BETWEEN %(since)s AND %(until)s
