-- grain: unit x week x issuer; issuer 0: not stated
-- inputs: since, until (Mondays); entry; temporary table claimed
-- outputs: temporary table counted
-- units: counts of what was done, whole person-minutes; u_min and u_n of what another unit asked for and did not register, c_min claimed
CREATE TEMPORARY TABLE counted AS
SELECT unit_id, week, issuer_id, coalesce(n, 0) AS n, coalesce(m_meeting, 0) AS m_meeting,
       coalesce(m_document, 0) AS m_document, coalesce(m_form, 0) AS m_form, coalesce(m_inspection, 0) AS m_inspection,
       coalesce(m_other, 0) AS m_other,
       (coalesce(c_meeting, 0) + coalesce(c_document, 0) + coalesce(c_form, 0) + coalesce(c_inspection, 0)
        + coalesce(c_other, 0))::bigint AS c_min,
       coalesce(u_min, 0) AS u_min, coalesce(u_n, 0) AS u_n
FROM (
    SELECT unit_id, week, coalesce(issuer_id, 0) AS issuer_id,
           count(*) AS n,
           sum(person_min) FILTER (WHERE category = 'meeting') AS m_meeting,
           sum(person_min) FILTER (WHERE category = 'document') AS m_document,
           sum(person_min) FILTER (WHERE category = 'form') AS m_form,
           sum(person_min) FILTER (WHERE category = 'inspection') AS m_inspection,
           sum(person_min) FILTER (WHERE category = 'other') AS m_other,
           sum(person_min) FILTER (WHERE target_id IS NULL AND issuer_id <> unit_id) AS u_min,
           count(*) FILTER (WHERE target_id IS NULL AND issuer_id <> unit_id) AS u_n
    FROM entry
    WHERE week BETWEEN %(since)s AND %(until)s AND answer = 'done'
    GROUP BY 1, 2, 3
) done
FULL JOIN claimed USING (unit_id, week, issuer_id)
