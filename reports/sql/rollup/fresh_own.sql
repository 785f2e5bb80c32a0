-- grain: unit x week, where anybody is active or filed, or anything is claimed
-- inputs: weeks (without a gap), since and until (the first and the last of them); entry, weekly_return, post, unit,
--         unit_path; temporary table claimed
-- outputs: temporary table fresh_own: as rollup_own, with `place` (units from the root down to this one, in that week's tree;
--          before its first path row a unit stands where that one puts it) and `home` (the place whose rollup_source it enters)
-- units: counts of what was done, people, whole person-minutes
CREATE TEMPORARY TABLE fresh_own AS
WITH work AS (
    SELECT unit_id, week,
           counted_sum(person_min) FILTER (WHERE category = 'meeting') AS meeting,
           counted_sum(person_min) FILTER (WHERE category = 'document') AS document,
           counted_sum(person_min) FILTER (WHERE category = 'form') AS form,
           counted_sum(person_min) FILTER (WHERE category = 'inspection') AS inspection,
           counted_sum(person_min) FILTER (WHERE category = 'other') AS other,
           sum(person_min) FILTER (WHERE issuer_id = unit_id) AS self_min,
           sum(person_min) FILTER (WHERE after_hours) AS after_hours_min,
           sum(person_min) FILTER (WHERE evidence = 2) AS bulk_min
    FROM entry
    WHERE week BETWEEN %(since)s AND %(until)s AND answer = 'done' -- all else costs nothing
    GROUP BY unit_id, week
), claims AS (
    SELECT unit_id, week, sum(c_meeting) AS c_meeting, sum(c_document) AS c_document, sum(c_form) AS c_form,
           sum(c_inspection) AS c_inspection, sum(c_other) AS c_other
    FROM claimed
    GROUP BY unit_id, week
), people AS MATERIALIZED (
    SELECT unit_id, week, sum(returns)::int AS returns, sum(nil_returns)::int AS nil_returns, sum(active)::int AS active
    FROM (
        SELECT unit_id, week, count(*) AS returns, count(*) FILTER (WHERE nil) AS nil_returns, 0 AS active
        FROM weekly_return
        WHERE week BETWEEN %(since)s AND %(until)s
        GROUP BY unit_id, week
        UNION ALL
        SELECT p.unit_id, monday.week, 0, 0, p.active
        FROM (SELECT unit_id, valid, count(*) AS active FROM post WHERE role = 'cadre' GROUP BY unit_id, valid) p
        JOIN unnest(%(weeks)s) AS monday (week) ON p.valid @> monday.week
        UNION ALL
        SELECT unit_id, week, 0, 0, 0 FROM claims
    ) either
    GROUP BY unit_id, week
), stands AS (
    SELECT unit_id, ancestors AS place,
           CASE WHEN unit.level = 'village' THEN trim_array(ancestors, 1) ELSE ancestors END AS home,
           CASE WHEN lag(from_week) OVER later IS NOT NULL THEN from_week ELSE '-infinity' END AS since,
           coalesce(lead(from_week) OVER later, 'infinity') AS until
    FROM unit_path
    JOIN unit ON unit.id = unit_id
    WHERE unit_id = ANY (ARRAY(SELECT DISTINCT unit_id FROM people))
    WINDOW later AS (PARTITION BY unit_id ORDER BY from_week)
)
SELECT q.unit_id, q.week,
       coalesce(w.meeting[1], 0)::int AS n_meeting, coalesce(w.document[1], 0)::int AS n_document,
       coalesce(w.form[1], 0)::int AS n_form, coalesce(w.inspection[1], 0)::int AS n_inspection,
       coalesce(w.other[1], 0)::int AS n_other,
       coalesce(w.meeting[2], 0) AS m_meeting,
       coalesce(w.document[2], 0) AS m_document,
       coalesce(w.form[2], 0) AS m_form,
       coalesce(w.inspection[2], 0) AS m_inspection,
       coalesce(w.other[2], 0) AS m_other,
       coalesce(c.c_meeting, 0)::bigint AS c_meeting, coalesce(c.c_document, 0)::bigint AS c_document,
       coalesce(c.c_form, 0)::bigint AS c_form, coalesce(c.c_inspection, 0)::bigint AS c_inspection,
       coalesce(c.c_other, 0)::bigint AS c_other,
       coalesce(w.self_min, 0) AS self_min, coalesce(w.after_hours_min, 0) AS after_hours_min,
       coalesce(w.bulk_min, 0) AS bulk_min,
       q.returns, q.nil_returns, q.active,
       s.place, s.home
FROM people q
LEFT JOIN work w USING (unit_id, week)
LEFT JOIN claims c USING (unit_id, week)
JOIN stands s ON s.unit_id = q.unit_id AND q.week >= s.since AND q.week < s.until
