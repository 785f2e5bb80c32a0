-- grain: unit x year, with all below it in the trees of its weeks; a week belongs to the year of its Thursday
-- inputs: until (the last Monday that counts); weekly_return, unit_path
-- outputs: temporary table fresh_people, as people_year
-- units: different cadres
CREATE TEMPORARY TABLE fresh_people AS
WITH filed AS MATERIALIZED (
    SELECT DISTINCT r.cadre_id, r.unit_id, extract(isoyear FROM r.week)::smallint AS year, p.ancestors
    FROM weekly_return r
    JOIN (
        SELECT unit_id, ancestors,
               CASE WHEN lag(from_week) OVER later IS NOT NULL THEN from_week ELSE '-infinity' END AS since,
               coalesce(lead(from_week) OVER later, 'infinity') AS until
        FROM unit_path
        WINDOW later AS (PARTITION BY unit_id ORDER BY from_week)
    ) p ON p.unit_id = r.unit_id AND r.week >= p.since AND r.week < p.until
    WHERE r.week <= %(until)s
)
SELECT above.unit_id, year, count(DISTINCT cadre_id)::int AS people
FROM filed
CROSS JOIN LATERAL unnest(ancestors) AS above (unit_id)
GROUP BY 1, 2
