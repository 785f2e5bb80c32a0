-- grain: unit x week x issuer that refresh.sql brought to nothing
-- inputs: keys (JSON, as refresh.sql gave them)
-- outputs: rollup_source without these rows:
--          a unit with nobody active, nothing filed and nothing claimed has no row, rebuilt or refreshed
DELETE FROM rollup_source s
USING json_to_recordset(%(keys)s::json) AS k (unit_id bigint, week date, issuer_id bigint)
WHERE s.unit_id = k.unit_id AND s.week = k.week AND s.issuer_id = k.issuer_id AND s.n = 0 AND s.c_min = 0
