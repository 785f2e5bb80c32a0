-- grain: slot x issuer: those who asked for most in the first slot, 0 (not stated) and -1 (units of themselves); of the first slot
--        also -2, all others together
-- inputs: as part.sql; most: how many ask for most
-- outputs: as read.sql, then how many issuers with minutes or claims a row stands for
-- units: counts of what was done, whole person-minutes
WITH sums AS MATERIALIZED (
    SELECT slot, issuer_id, total(n * done) AS n, total(m_meeting * done) AS meeting, total(m_document * done) AS document,
           total(m_form * done) AS form, total(m_inspection * done) AS inspection, total(m_other * done) AS other,
           total((m_meeting + m_document + m_form + m_inspection + m_other) * done) AS minutes, total(u_min * done) AS unregistered,
           total(c_min * claimed) AS claimed
    FROM (
        -- include part
    ) part
    GROUP BY slot, issuer_id
), top AS MATERIALIZED (
    SELECT issuer_id
    FROM sums
    WHERE slot = 0 AND issuer_id > 0 AND (minutes <> 0 OR claimed <> 0)
    ORDER BY minutes DESC, issuer_id
    LIMIT %(most)s
)
SELECT slot, issuer_id, n, meeting, document, form, inspection, other, unregistered, claimed, 1
FROM sums
WHERE issuer_id <= 0 OR issuer_id IN (SELECT issuer_id FROM top)
UNION ALL
SELECT slot, -2, total(n), total(meeting), total(document), total(form), total(inspection), total(other), total(unregistered),
       total(claimed), count(*) FILTER (WHERE minutes <> 0 OR claimed <> 0)
FROM sums
WHERE slot = 0 AND issuer_id > 0 AND issuer_id NOT IN (SELECT issuer_id FROM top)
GROUP BY slot
