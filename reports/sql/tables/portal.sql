-- grain: unit x week, how long filing took of the unit and all below it; groups of five and more
-- inputs: units (bigint[]), since, until (Mondays)
-- units: filings a count, seconds
SELECT row_number() OVER (ORDER BY u.path, p.week) AS n, p.unit_id, p.week AS monday,
       p.week, u.code, u.name AS unit, p.n AS filings, p.median_s, p.total_s
FROM portal_time p
JOIN unit u ON u.id = p.unit_id
WHERE p.unit_id = ANY(%(units)s::bigint[]) AND p.week BETWEEN %(since)s AND %(until)s
