-- grain: unit x year
-- inputs: until (the last Monday that counts); temporary table fresh_people; people_year, stale_week, stale
-- outputs: rows counted, and how many keys differ, are missing or too many; a year of which a week is noted or marked waits
WITH fresh AS (
    SELECT unit_id, year, people FROM fresh_people
), stored AS (
    SELECT unit_id, year, people FROM people_year
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
), waiting AS (
    SELECT extract(isoyear FROM week)::smallint AS year
    FROM (SELECT week FROM stale_week WHERE what = 'people_year' UNION SELECT week FROM stale) noted
    WHERE week <= %(until)s
)
SELECT (SELECT count(*) FROM fresh),
       (SELECT count(DISTINCT (unit_id, year)) FROM odd WHERE year NOT IN (SELECT year FROM waiting))
