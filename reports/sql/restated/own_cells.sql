-- grain: unit x week, what the unit's own people filed
-- inputs: units (bigint[]), since, until (Mondays)
-- units: counts, whole person-minutes, people, in the order of reports.restated.SUMS
SELECT unit_id, week,
       ARRAY[n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection, m_other,
             c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min, returns, nil_returns,
             active]::bigint[] AS sums
FROM rollup_own
WHERE unit_id = ANY(%(units)s::bigint[]) AND week BETWEEN %(since)s AND %(until)s
