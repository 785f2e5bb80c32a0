-- grain: unit x week x issuer, what the unit's own people filed; issuer 0: not stated, -1: the unit itself
-- inputs: units (bigint[]), since, until (Mondays)
-- units: n, u_n counts; all others whole person-minutes, in the order of reports.restated.SOURCE
SELECT o.unit_id, o.week, CASE WHEN o.sources[i][1] = o.unit_id THEN -1 ELSE o.sources[i][1] END AS issuer_id,
       (SELECT array_agg(o.sources[i][k] ORDER BY k) FROM generate_series(2, 10) AS k) AS sums
FROM rollup_own_source o
CROSS JOIN LATERAL generate_subscripts(o.sources, 1) AS i
WHERE o.unit_id = ANY(%(units)s::bigint[]) AND o.week BETWEEN %(since)s AND %(until)s
