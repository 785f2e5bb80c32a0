-- grain: unit of one week, where anybody is active or filed
-- inputs: week; entry, weekly_return, post, unit, unit_path
-- outputs: temporary table fresh_own: as rollup_own, with `place` (units from the root down to this one, in that week's tree;
--          before its first path row a unit stands where that one puts it) and `home` (the place whose rollup_source it enters)
-- units: counts of what was done, people, whole person-minutes
CREATE TEMPORARY TABLE fresh_own AS
WITH kind AS (
    SELECT unit_id, category, count(*) FILTER (WHERE answer = 'done') AS n, sum(person_min) AS m,
           coalesce(sum(person_min) FILTER (WHERE issuer_id = unit_id), 0) AS self_min,
           coalesce(sum(person_min) FILTER (WHERE after_hours), 0) AS after_hours_min,
           coalesce(sum(person_min) FILTER (WHERE evidence = 2), 0) AS bulk_min
    FROM entry
    WHERE week = %(week)s
    GROUP BY unit_id, category
), work AS (
    SELECT unit_id,
           (total(n) FILTER (WHERE category = 'meeting'))::int AS n_meeting,
           (total(n) FILTER (WHERE category = 'document'))::int AS n_document,
           (total(n) FILTER (WHERE category = 'form'))::int AS n_form,
           (total(n) FILTER (WHERE category = 'inspection'))::int AS n_inspection,
           (total(n) FILTER (WHERE category = 'other'))::int AS n_other,
           total(m) FILTER (WHERE category = 'meeting') AS m_meeting,
           total(m) FILTER (WHERE category = 'document') AS m_document,
           total(m) FILTER (WHERE category = 'form') AS m_form,
           total(m) FILTER (WHERE category = 'inspection') AS m_inspection,
           total(m) FILTER (WHERE category = 'other') AS m_other,
           total(self_min) AS self_min, total(after_hours_min) AS after_hours_min, total(bulk_min) AS bulk_min
    FROM kind
    GROUP BY unit_id
), people AS (
    SELECT unit_id, sum(returned)::int AS returns, sum(nil)::int AS nil_returns, sum(active)::int AS active
    FROM (
        SELECT unit_id, 1 AS returned, nil::int AS nil, 0 AS active FROM weekly_return WHERE week = %(week)s
        UNION ALL
        SELECT unit_id, 0, 0, 1 FROM post WHERE role = 'cadre' AND valid @> %(week)s::date
    ) one
    GROUP BY unit_id
)
SELECT q.unit_id, %(week)s::date AS week,
       coalesce(w.n_meeting, 0) AS n_meeting, coalesce(w.n_document, 0) AS n_document,
       coalesce(w.n_form, 0) AS n_form, coalesce(w.n_inspection, 0) AS n_inspection,
       coalesce(w.n_other, 0) AS n_other,
       coalesce(w.m_meeting, 0) AS m_meeting, coalesce(w.m_document, 0) AS m_document,
       coalesce(w.m_form, 0) AS m_form, coalesce(w.m_inspection, 0) AS m_inspection,
       coalesce(w.m_other, 0) AS m_other,
       -- claims come from targets, and none are registered yet: their sums are added here
       0::bigint AS c_meeting, 0::bigint AS c_document, 0::bigint AS c_form, 0::bigint AS c_inspection,
       0::bigint AS c_other,
       coalesce(w.self_min, 0) AS self_min, coalesce(w.after_hours_min, 0) AS after_hours_min,
       coalesce(w.bulk_min, 0) AS bulk_min,
       q.returns, q.nil_returns, q.active,
       p.ancestors AS place,
       CASE WHEN u.level = 'village' THEN trim_array(p.ancestors, 1) ELSE p.ancestors END AS home
FROM people q
LEFT JOIN work w USING (unit_id)
JOIN unit u ON u.id = q.unit_id
CROSS JOIN LATERAL (
    SELECT ancestors FROM unit_path WHERE unit_id = q.unit_id
    ORDER BY from_week > %(week)s, abs(from_week - %(week)s) LIMIT 1
) p
