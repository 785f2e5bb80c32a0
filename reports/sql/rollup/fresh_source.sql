-- grain: home x week x issuer; a village's home is its parent's place; issuer -1: what units asked of themselves
-- inputs: temporary tables counted, fresh_own
-- outputs: temporary table fresh_source, of which climb_source.sql makes the rows of every depth above
-- units: counts of what was done, whole person-minutes
-- a unit never stands among issuers with its own work: where few people work in it, that may be their whole week
CREATE TEMPORARY TABLE fresh_source AS
SELECT o.home AS place, k.week, CASE WHEN k.issuer_id = k.unit_id THEN -1 ELSE k.issuer_id END AS issuer_id,
       total(k.n) AS n, total(k.m_meeting) AS m_meeting, total(k.m_document) AS m_document,
       total(k.m_form) AS m_form, total(k.m_inspection) AS m_inspection,
       total(k.m_other) AS m_other, total(k.c_min) AS c_min, total(k.u_min) AS u_min,
       total(k.u_n) AS u_n
FROM counted k
JOIN fresh_own o USING (unit_id, week)
GROUP BY 1, 2, 3
