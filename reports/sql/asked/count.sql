-- grain: unit x week, with all below it in the tree of that week; villages have none
-- inputs: since, until (Mondays); target, demand, entry, reestimate, demand_review, quote_request, unit, unit_path
-- outputs: temporary table fresh_asked, as rollup_asked
-- units: counts, whole person-minutes. A claim is used up by answers as in target_answer; notice runs from the registration to
--        the hour it is due, or to the end of that day; what was registered afterwards has none
CREATE TEMPORARY TABLE fresh_asked AS
WITH RECURSIVE asked AS MATERIALIZED (
    SELECT id, demand_id, unit_id, issuer_id, week, due_on, category, people, minutes, travel_minutes, prep_minutes, withdrawn
    FROM target
    WHERE week BETWEEN %(since)s AND %(until)s
), passed AS (
    -- how often each was passed on; a chain is never longer than the tree is deep
    SELECT id AS demand_id, parent_id, 0 AS depth FROM demand WHERE id IN (SELECT demand_id FROM asked)
    UNION ALL
    SELECT passed.demand_id, above.parent_id, passed.depth + 1
    FROM passed JOIN demand above ON above.id = passed.parent_id
    WHERE passed.depth < 9
), depth AS (
    SELECT demand_id, max(depth) AS depth FROM passed GROUP BY demand_id
), answer AS (
    SELECT target_id, count(*) AS answers, sum(CASE answer WHEN 'done' THEN people ELSE 1 END) AS people,
           sum(person_min) AS person_min
    FROM entry
    WHERE week BETWEEN %(since)s AND %(until)s AND target_id IS NOT NULL
    GROUP BY target_id
), claim AS (
    SELECT t.*, whole.claim - CASE WHEN t.withdrawn THEN whole.open ELSE 0 END AS claim_min, whole.claim - whole.open AS compared_min,
           coalesce(a.person_min, 0) AS answered_min
    FROM asked t
    LEFT JOIN answer a ON a.target_id = t.id
    CROSS JOIN LATERAL (
        SELECT t.people * (t.minutes + t.travel_minutes) + t.prep_minutes AS claim,
               greatest(0, t.people - coalesce(a.people, 0)) * (t.minutes + t.travel_minutes)
               + CASE WHEN a.answers IS NULL THEN t.prep_minutes ELSE 0 END AS open
    ) whole
    WHERE NOT t.withdrawn OR a.answers > 0
), part AS (
    SELECT c.unit_id, c.week,
           count(*) AS targets, count(*) FILTER (WHERE d.plan_item_id IS NOT NULL) AS planned,
           count(*) FILTER (WHERE NOT d.afterwards) AS noticed,
           count(*) FILTER (WHERE NOT d.afterwards AND due.at - d.issued_at < interval '24 hours') AS late,
           sum(depth.depth) AS depth_sum, max(depth.depth) AS deepest,
           coalesce(max(c.minutes) FILTER (WHERE c.category = 'meeting'), 0) AS longest_min,
           0 AS done, 0 AS repeated, sum(c.compared_min) AS compared_min, sum(c.answered_min) AS answered_min,
           0 AS issued_meeting, 0 AS issued_document, 0 AS issued_form, 0 AS issued_inspection, 0 AS issued_other,
           0 AS issued_min, 0 AS reestimated_min, 0 AS avoided, 0 AS avoided_min
    FROM claim c
    JOIN demand d ON d.id = c.demand_id
    JOIN depth ON depth.demand_id = c.demand_id
    CROSS JOIN LATERAL (
        SELECT (c.due_on + coalesce(d.at::interval, interval '24 hours')) AT TIME ZONE 'Asia/Shanghai' AS at
    ) due
    GROUP BY c.unit_id, c.week
    UNION ALL
    SELECT unit_id, week, 0, 0, 0, 0, 0, 0, 0, count(*), count(*) FILTER (WHERE repeated), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM entry
    WHERE week BETWEEN %(since)s AND %(until)s AND answer = 'done'
    GROUP BY unit_id, week
    UNION ALL
    SELECT issuer_id, week, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
           count(DISTINCT demand_id) FILTER (WHERE category = 'meeting'),
           count(DISTINCT demand_id) FILTER (WHERE category = 'document'),
           count(DISTINCT demand_id) FILTER (WHERE category = 'form'),
           count(DISTINCT demand_id) FILTER (WHERE category = 'inspection'),
           count(DISTINCT demand_id) FILTER (WHERE category = 'other'),
           sum(claim_min), 0, 0, 0
    FROM claim
    GROUP BY issuer_id, week
    UNION ALL
    SELECT d.issuer_id, r.week, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(r.after_min - r.before_min), 0, 0
    FROM reestimate r JOIN demand d ON d.id = r.demand_id
    WHERE r.week BETWEEN %(since)s AND %(until)s
    GROUP BY d.issuer_id, r.week
    UNION ALL
    -- a lighter way was taken, or fields were quoted instead of asked for again
    SELECT d.issuer_id, saved.week, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), sum(saved.minutes)
    FROM (
        SELECT demand_id, date_trunc('week', at AT TIME ZONE 'Asia/Shanghai')::date AS week,
               (seen #>> '{price,year_min}')::bigint - (seen #>> '{lighter,price,year_min}')::bigint AS minutes
        FROM demand_review
        WHERE chosen = 'lighter' AND seen #>> '{lighter,price,year_min}' IS NOT NULL
        UNION ALL
        SELECT demand_id, date_trunc('week', answered_at AT TIME ZONE 'Asia/Shanghai')::date, 0
        FROM quote_request
        WHERE granted
    ) saved
    JOIN demand d ON d.id = saved.demand_id
    WHERE saved.week BETWEEN %(since)s AND %(until)s
    GROUP BY d.issuer_id, saved.week
), own AS (
    SELECT unit_id, week, sum(targets) AS targets, sum(planned) AS planned,
           sum(noticed) AS noticed, sum(late) AS late, sum(depth_sum) AS depth_sum, max(deepest) AS deepest,
           max(longest_min) AS longest_min, sum(done) AS done, sum(repeated) AS repeated, sum(compared_min) AS compared_min,
           sum(answered_min) AS answered_min, sum(issued_meeting) AS issued_meeting, sum(issued_document) AS issued_document,
           sum(issued_form) AS issued_form, sum(issued_inspection) AS issued_inspection, sum(issued_other) AS issued_other,
           sum(issued_min) AS issued_min, sum(reestimated_min) AS reestimated_min, sum(avoided) AS avoided,
           sum(avoided_min) AS avoided_min
    FROM part
    GROUP BY unit_id, week
)
SELECT above.unit_id, own.week, sum(targets)::int AS targets, sum(planned)::int AS planned,
       sum(noticed)::int AS noticed, sum(late)::int AS late,
       sum(depth_sum)::int AS depth_sum, max(deepest)::smallint AS deepest, max(longest_min)::int AS longest_min,
       sum(done)::int AS done, sum(repeated)::int AS repeated, sum(compared_min)::bigint AS compared_min,
       sum(answered_min)::bigint AS answered_min, sum(issued_meeting)::int AS issued_meeting,
       sum(issued_document)::int AS issued_document, sum(issued_form)::int AS issued_form,
       sum(issued_inspection)::int AS issued_inspection, sum(issued_other)::int AS issued_other,
       sum(issued_min)::bigint AS issued_min, sum(reestimated_min)::bigint AS reestimated_min,
       sum(avoided)::int AS avoided, sum(avoided_min)::bigint AS avoided_min
FROM own
CROSS JOIN LATERAL (
    -- before its first path a unit stands where that one puts it
    SELECT p.ancestors FROM unit_path p
    WHERE p.unit_id = own.unit_id
    ORDER BY p.from_week <= own.week DESC, CASE WHEN p.from_week <= own.week THEN own.week - p.from_week ELSE p.from_week - own.week END
    LIMIT 1
) tree
CROSS JOIN LATERAL unnest(tree.ancestors) AS above (unit_id)
JOIN unit ON unit.id = above.unit_id AND unit.level <> 'village'
GROUP BY above.unit_id, own.week
