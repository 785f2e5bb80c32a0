-- grain: unit x week, subtree sums in the tree of that week
-- inputs: units (bigint[]), since, until (Mondays)
-- units: counts, people, whole person-minutes; n, m, c: arrays meeting, document, form, inspection, other
SELECT unit_id, week, returns, active,
       ARRAY[n_meeting, n_document, n_form, n_inspection, n_other] AS n,
       ARRAY[m_meeting, m_document, m_form, m_inspection, m_other] AS m,
       ARRAY[c_meeting, c_document, c_form, c_inspection, c_other] AS c
FROM rollup_sub
WHERE unit_id = ANY(%(units)s) AND week BETWEEN %(since)s AND %(until)s
ORDER BY unit_id, week
