-- grain: slot x issuer: those who asked for most in the first slot, 0 (not stated) and -1 (units of themselves); of the first slot
--        also -2, all others together
-- inputs: as part.sql; most: how many ask for most
-- outputs: as read.sql, then how many issuers with minutes or claims a row stands for
-- units: counts of what was done, whole person-minutes
-- Of the other slots nobody else is looked up: a province has thousands.
WITH sums AS MATERIALIZED (
    SELECT issuer_id, total(n * done) AS n, total(m_meeting * done) AS meeting, total(m_document * done) AS document,
           total(m_form * done) AS form, total(m_inspection * done) AS inspection, total(m_other * done) AS other,
           total(u_min * done) AS unregistered, total(c_min * claimed) AS claimed
    FROM (
        -- include part
    ) part
    WHERE slot = 0
    GROUP BY issuer_id
), top AS MATERIALIZED (
    SELECT issuer_id
    FROM sums
    WHERE issuer_id > 0 AND (meeting <> 0 OR document <> 0 OR form <> 0 OR inspection <> 0 OR other <> 0 OR claimed <> 0)
    ORDER BY meeting + document + form + inspection + other DESC, issuer_id
    LIMIT %(most)s
), told AS MATERIALIZED (
    SELECT array_agg(issuer_id) AS ids FROM (TABLE top UNION ALL VALUES (0), (-1)) named (issuer_id)
)
SELECT 0, issuer_id, n, meeting, document, form, inspection, other, unregistered, claimed, 1
FROM sums
WHERE issuer_id = ANY((SELECT ids FROM told)::bigint[])
UNION ALL
SELECT slot, issuer_id, total(n * done), total(m_meeting * done), total(m_document * done), total(m_form * done),
       total(m_inspection * done), total(m_other * done), total(u_min * done), total(c_min * claimed), 1
FROM (
    -- include part
) part
WHERE slot > 0 AND issuer_id = ANY((SELECT ids FROM told)::bigint[])
GROUP BY slot, issuer_id
UNION ALL
SELECT 0, -2, total(n), total(meeting), total(document), total(form), total(inspection), total(other), total(unregistered),
       total(claimed),
       count(*) FILTER (WHERE meeting <> 0 OR document <> 0 OR form <> 0 OR inspection <> 0 OR other <> 0 OR claimed <> 0)
FROM sums
WHERE issuer_id > 0 AND issuer_id <> ALL((SELECT ids FROM told)::bigint[])
HAVING count(*) > 0
