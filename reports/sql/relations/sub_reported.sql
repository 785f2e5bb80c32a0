-- grain: unit x week, the subtree's sums in the tree of that week
-- units: as in reports.models.RollupSub
SELECT * FROM rollup_sub
