-- grain: unit x week
-- inputs: since, until (Mondays); temporary table fresh_asked; rollup_asked, stale_week, stale
-- outputs: rows counted, and how many keys differ, are missing or too many; a week that is noted or marked waits for its recount
WITH fresh AS (
    SELECT unit_id, week, targets, planned, noticed, late, depth_sum, deepest, longest_min, done,
           repeated, compared_min, answered_min, issued_meeting, issued_document, issued_form, issued_inspection, issued_other,
           issued_min, reestimated_min, avoided, avoided_min
    FROM fresh_asked
), stored AS (
    SELECT unit_id, week, targets, planned, noticed, late, depth_sum, deepest, longest_min, done,
           repeated, compared_min, answered_min, issued_meeting, issued_document, issued_form, issued_inspection, issued_other,
           issued_min, reestimated_min, avoided, avoided_min
    FROM rollup_asked WHERE week BETWEEN %(since)s AND %(until)s
), odd AS (
    (TABLE fresh EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE fresh)
), waiting AS (
    SELECT week FROM stale_week WHERE what = 'rollup_asked' UNION SELECT week FROM stale
)
SELECT (SELECT count(*) FROM fresh),
       (SELECT count(DISTINCT (unit_id, week)) FROM odd WHERE week NOT IN (SELECT week FROM waiting))
