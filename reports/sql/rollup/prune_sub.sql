-- grain: unit x week that refresh.sql brought to nothing
-- inputs: keys (JSON, as refresh.sql gave them)
-- outputs: rollup_sub without these rows:
--          a unit with nobody active, nothing filed and nothing claimed has no row, rebuilt or refreshed
DELETE FROM rollup_sub s
USING json_to_recordset(%(keys)s::json) AS k (unit_id bigint, week date)
WHERE s.unit_id = k.unit_id AND s.week = k.week AND s.returns = 0 AND s.active = 0
      AND s.c_meeting + s.c_document + s.c_form + s.c_inspection + s.c_other = 0
