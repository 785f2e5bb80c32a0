-- grain: unit x year
-- outputs: people_year without rows
DELETE FROM people_year
