-- grain: unit x year
-- inputs: temporary table fresh_people
-- outputs: people_year, which is empty
INSERT INTO people_year (unit_id, year, people) SELECT unit_id, year, people FROM fresh_people ORDER BY unit_id, year
