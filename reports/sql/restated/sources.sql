-- grain: unit x week x issuer, of the unit's subtree in the tree of that week; issuer 0: not stated, -1: units of themselves
-- inputs: units (bigint[]), since, until (Mondays)
-- units: n, u_n counts; all others whole person-minutes, in the order of reports.restated.SOURCE
-- a unit below the township keeps no rows of its own: its issuers are remembered in rollup_own_source
SELECT unit_id, week, issuer_id, ARRAY[n, m_meeting, m_document, m_form, m_inspection, m_other, c_min, u_min, u_n]::bigint[] AS sums
FROM rollup_source
WHERE unit_id = ANY(%(units)s::bigint[]) AND week BETWEEN %(since)s AND %(until)s
UNION ALL
SELECT o.unit_id, o.week, CASE WHEN o.sources[i][1] = o.unit_id THEN -1 ELSE o.sources[i][1] END,
       (SELECT array_agg(o.sources[i][k] ORDER BY k) FROM generate_series(2, 10) AS k)
FROM rollup_own_source o
JOIN unit u ON u.id = o.unit_id AND u.level = 'village'
CROSS JOIN LATERAL generate_subscripts(o.sources, 1) AS i
WHERE o.unit_id = ANY(%(units)s::bigint[]) AND o.week BETWEEN %(since)s AND %(until)s
