-- grain: unit x week x issuer; issuer 0: not stated
-- inputs: since, until (Mondays); entry
-- outputs: temporary table counted
-- units: counts of what was done, whole person-minutes
CREATE TEMPORARY TABLE counted AS
SELECT unit_id, week, coalesce(issuer_id, 0) AS issuer_id,
       count(*) AS n,
       coalesce(sum(person_min) FILTER (WHERE category = 'meeting'), 0) AS m_meeting,
       coalesce(sum(person_min) FILTER (WHERE category = 'document'), 0) AS m_document,
       coalesce(sum(person_min) FILTER (WHERE category = 'form'), 0) AS m_form,
       coalesce(sum(person_min) FILTER (WHERE category = 'inspection'), 0) AS m_inspection,
       coalesce(sum(person_min) FILTER (WHERE category = 'other'), 0) AS m_other,
       0::bigint AS c_min
FROM entry
WHERE week BETWEEN %(since)s AND %(until)s AND answer = 'done'
GROUP BY 1, 2, 3
