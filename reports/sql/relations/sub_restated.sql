-- grain: unit x week, the subtree's sums in today's tree
-- inputs: sums (jsonb: the rows of rollup_sub that differ from the tree of that week)
-- units: as in reports.models.RollupSub
SELECT r.* FROM rollup_sub r
WHERE NOT EXISTS (
    SELECT FROM jsonb_populate_recordset(NULL::rollup_sub, %(sums)s::jsonb) c WHERE c.unit_id = r.unit_id AND c.week = r.week)
UNION ALL
-- a unit with nobody active, nothing filed and nothing claimed has no row
SELECT * FROM jsonb_populate_recordset(NULL::rollup_sub, %(sums)s::jsonb)
WHERE returns <> 0 OR active <> 0 OR c_meeting + c_document + c_form + c_inspection + c_other <> 0
