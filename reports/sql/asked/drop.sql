-- grain: none
-- inputs: temporary table fresh_asked
-- outputs: none; the table is gone
DROP TABLE fresh_asked
