-- grain: slot x issuer; issuer 0: not stated, -1: units of themselves
-- inputs: as read.sql, but every slot is one span, so that its rows are there already
-- units: counts of what was done, whole person-minutes
WITH item AS MATERIALIZED (
    SELECT * FROM unnest(%(slots)s::int[], %(kinds)s::text[], %(firsts)s::date[], %(done)s::int[], %(claimed)s::int[])
        AS i (slot, kind, first, done, claimed)
)
SELECT i.slot, s.issuer_id, s.n * i.done, s.m_meeting * i.done, s.m_document * i.done, s.m_form * i.done, s.m_inspection * i.done,
       s.m_other * i.done, s.u_min * i.done, s.c_min * i.claimed
FROM item i
JOIN source_period s ON s.unit_id = %(unit)s::bigint AND s.kind = i.kind AND s.first = i.first
WHERE i.kind <> ''
UNION ALL
SELECT i.slot, s.issuer_id, s.n * i.done, s.m_meeting * i.done, s.m_document * i.done, s.m_form * i.done, s.m_inspection * i.done,
       s.m_other * i.done, s.u_min * i.done, s.c_min * i.claimed
FROM item i
JOIN rollup_source s ON s.unit_id = %(unit)s::bigint AND s.week = i.first
WHERE i.kind = ''
