-- grain: issuer with chat-group and app tasks: what cadres spent on them and on documents, now, a year before, just before
-- inputs: now, year, before (arrays of Mondays), min_cadres, min_units; entry
-- outputs: issuer, JSON of "now|year|before other|document": [person-minutes, records]; null where too few
--   cadres or units recorded any, zeroes where nobody did
WITH window_week AS (
    SELECT unnest(%(now)s::date[]) AS week, 'now' AS span
    UNION ALL SELECT unnest(%(year)s::date[]), 'year'
    UNION ALL SELECT unnest(%(before)s::date[]), 'before'
), spent AS (
    SELECT e.issuer_id, w.span, e.category, sum(e.person_min)::bigint AS minutes, count(*) AS records,
           count(DISTINCT e.cadre_id) >= %(min_cadres)s AND count(DISTINCT e.unit_id) >= %(min_units)s AS is_told
    FROM entry e
    JOIN window_week w ON w.week = e.week
    WHERE e.week = ANY(%(now)s::date[] || %(year)s::date[] || %(before)s::date[])
      AND e.answer = 'done' AND e.issuer_id <> e.unit_id
      AND (e.subkind = 'digital' AND e.category = 'other' OR e.category = 'document')
    GROUP BY e.issuer_id, w.span, e.category
), told AS (
    SELECT issuer_id, span, category, CASE WHEN is_told THEN minutes END AS minutes, CASE WHEN is_told THEN records END AS records
    FROM spent
)
SELECT i.issuer_id, json_object_agg(s.span || ' ' || c.category, CASE WHEN t.issuer_id IS NULL THEN '[0, 0]'::json
                                    WHEN t.minutes IS NULL THEN 'null'::json
                                    ELSE json_build_array(t.minutes, t.records) END)::text
FROM (SELECT issuer_id FROM spent WHERE category = 'other' AND span = 'now' AND is_told) i
CROSS JOIN (VALUES ('now'), ('year'), ('before')) s (span)
CROSS JOIN (VALUES ('other'), ('document')) c (category)
LEFT JOIN told t ON t.issuer_id = i.issuer_id AND t.span = s.span AND t.category = c.category
GROUP BY i.issuer_id
ORDER BY i.issuer_id
