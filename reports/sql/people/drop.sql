-- grain: none
-- inputs: temporary table fresh_people
-- outputs: none; the table is gone
DROP TABLE fresh_people
