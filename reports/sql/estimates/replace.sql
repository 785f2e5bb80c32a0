-- grain: unit x week x kind
-- inputs: temporary table fresh_spread
-- outputs: return_spread, whose rows of these weeks were cleared
-- units: as reports.models.ReturnSpread
INSERT INTO return_spread (unit_id, week, kind, cadres, asked, n, total_min, squares, more, more_min)
SELECT unit_id, week, kind, cadres, asked, n, total_min, squares, more, more_min FROM fresh_spread
