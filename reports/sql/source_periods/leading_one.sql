-- grain: as leading.sql
-- inputs: as leading.sql, but every slot is one span, so that its rows are there already
-- units: counts of what was done, whole person-minutes
WITH item AS MATERIALIZED (
    SELECT * FROM unnest(%(slots)s::int[], %(kinds)s::text[], %(firsts)s::date[], %(done)s::int[], %(claimed)s::int[])
        AS i (slot, kind, first, done, claimed)
), asked AS NOT MATERIALIZED (
    SELECT i.slot, s.issuer_id, s.n * i.done AS n, s.m_meeting * i.done AS meeting, s.m_document * i.done AS document,
           s.m_form * i.done AS form, s.m_inspection * i.done AS inspection, s.m_other * i.done AS other,
           (s.m_meeting + s.m_document + s.m_form + s.m_inspection + s.m_other) * i.done AS minutes, s.u_min * i.done AS unregistered,
           s.c_min * i.claimed AS claimed
    FROM item i
    JOIN source_period s ON s.unit_id = %(unit)s::bigint AND s.kind = i.kind AND s.first = i.first
    WHERE i.kind <> ''
    UNION ALL
    SELECT i.slot, s.issuer_id, s.n * i.done, s.m_meeting * i.done, s.m_document * i.done, s.m_form * i.done, s.m_inspection * i.done,
           s.m_other * i.done, (s.m_meeting + s.m_document + s.m_form + s.m_inspection + s.m_other) * i.done, s.u_min * i.done,
           s.c_min * i.claimed
    FROM item i
    JOIN rollup_source s ON s.unit_id = %(unit)s::bigint AND s.week = i.first
    WHERE i.kind = ''
), top AS MATERIALIZED (
    SELECT issuer_id
    FROM asked
    WHERE slot = 0 AND issuer_id > 0 AND (minutes <> 0 OR claimed <> 0)
    ORDER BY minutes DESC, issuer_id
    LIMIT %(most)s
), told AS MATERIALIZED (
    SELECT array_agg(issuer_id) AS ids FROM (TABLE top UNION ALL VALUES (0), (-1)) named (issuer_id)
)
SELECT slot, issuer_id, n, meeting, document, form, inspection, other, unregistered, claimed, 1
FROM asked
WHERE issuer_id = ANY((SELECT ids FROM told)::bigint[])
UNION ALL
SELECT slot, -2, total(n), total(meeting), total(document), total(form), total(inspection), total(other), total(unregistered),
       total(claimed), count(*) FILTER (WHERE minutes <> 0 OR claimed <> 0)
FROM asked
WHERE slot = 0 AND issuer_id > 0 AND issuer_id <> ALL((SELECT ids FROM told)::bigint[])
GROUP BY slot
