-- grain: none
-- inputs: temporary table fresh_spread
-- outputs: none; the table is gone
DROP TABLE fresh_spread
