-- grain: unit x week, what the unit's own cadres filed, without those below
-- inputs: units (bigint[]), since, until (Mondays)
-- units: counts and people; the arrays n, m, c are not wanted here
SELECT unit_id, week, returns, active, '{}'::bigint[] AS n, '{}'::bigint[] AS m, '{}'::bigint[] AS c
FROM rollup_own
WHERE unit_id = ANY(%(units)s) AND week BETWEEN %(since)s AND %(until)s
