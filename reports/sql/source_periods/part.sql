-- grain: slot x span x issuer; issuer 0: not stated, -1: units of themselves
-- inputs: unit; slots, kinds, firsts, done, claimed (beside each other): which spans make up which slot, and whether what was done
--         and what is claimed in them is added (1), taken away (-1) or left out (0); a span without a kind is a week of rollup_source
-- outputs: no statement of its own: the relation that read.sql and leading.sql sum
-- units: counts of what was done, whole person-minutes
WITH item AS MATERIALIZED (
    SELECT * FROM unnest(%(slots)s::int[], %(kinds)s::text[], %(firsts)s::date[], %(done)s::int[], %(claimed)s::int[])
        AS i (slot, kind, first, done, claimed)
)
SELECT i.slot, i.done, i.claimed, s.issuer_id, s.n, s.m_meeting, s.m_document, s.m_form, s.m_inspection, s.m_other, s.u_min, s.c_min
FROM item i
JOIN source_period s ON s.unit_id = %(unit)s::bigint AND s.kind = i.kind AND s.first = i.first
WHERE i.kind <> ''
UNION ALL
SELECT i.slot, i.done, i.claimed, s.issuer_id, s.n, s.m_meeting, s.m_document, s.m_form, s.m_inspection, s.m_other, s.u_min, s.c_min
FROM item i
JOIN rollup_source s ON s.unit_id = %(unit)s::bigint AND s.week = i.first
WHERE i.kind = ''
