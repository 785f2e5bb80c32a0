-- grain: unit x week that refresh.sql brought to nothing
-- inputs: keys (JSON, as refresh.sql gave them)
-- outputs: rollup_sub without these rows:
--          a unit with nobody active and nothing filed has no row, rebuilt or refreshed
DELETE FROM rollup_sub s
USING json_to_recordset(%(keys)s::json) AS k (unit_id bigint, week date)
WHERE s.unit_id = k.unit_id AND s.week = k.week AND s.returns = 0 AND s.active = 0
