-- grain: slot x issuer; issuer 0: not stated, -1: units of themselves
-- inputs: as part.sql
-- units: counts of what was done, whole person-minutes
SELECT slot, issuer_id, total(n * done), total(m_meeting * done), total(m_document * done), total(m_form * done),
       total(m_inspection * done), total(m_other * done), total(u_min * done), total(c_min * claimed)
FROM (
    -- include part
) part
GROUP BY slot, issuer_id
