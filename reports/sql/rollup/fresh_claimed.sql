-- grain: unit x week x issuer with anything claimed
-- inputs: since, until (Mondays); target, entry
-- outputs: temporary table claimed: what issuers claim and nobody answered yet
-- units: whole person-minutes. Every answer uses up claimed people: those entered when done, else one; see measure.py
CREATE TEMPORARY TABLE claimed AS
SELECT unit_id, week, issuer_id,
       coalesce(sum(claim) FILTER (WHERE category = 'meeting'), 0) AS c_meeting,
       coalesce(sum(claim) FILTER (WHERE category = 'document'), 0) AS c_document,
       coalesce(sum(claim) FILTER (WHERE category = 'form'), 0) AS c_form,
       coalesce(sum(claim) FILTER (WHERE category = 'inspection'), 0) AS c_inspection,
       coalesce(sum(claim) FILTER (WHERE category = 'other'), 0) AS c_other
FROM (
    SELECT t.unit_id, t.week, t.issuer_id, t.category,
           (greatest(0, t.people - coalesce(a.people, 0)) * (t.minutes + t.travel_minutes)
            + CASE WHEN a.people IS NULL THEN t.prep_minutes ELSE 0 END)::int AS claim
    FROM target t
    LEFT JOIN (
        SELECT target_id, sum(CASE answer WHEN 'done' THEN people ELSE 1 END) AS people
        FROM entry
        WHERE week BETWEEN %(since)s AND %(until)s AND target_id IS NOT NULL
        GROUP BY target_id
    ) a ON a.target_id = t.id
    WHERE t.week BETWEEN %(since)s AND %(until)s AND NOT t.withdrawn
) each_target
GROUP BY 1, 2, 3
HAVING sum(claim) > 0
