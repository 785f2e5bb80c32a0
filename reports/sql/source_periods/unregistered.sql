-- grain: slot x issuer
-- inputs: families, places, issuers (beside each other): issuers, the unit above each, and which items are told of it;
--         item_families, slots, kinds, firsts, signs (beside each other): which spans make up which slot, added (1) or taken away (-1);
--         a span without a kind is a week of rollup_source; min_returns
-- outputs: what was done for issuers that they never registered, in weeks with enough such records
-- units: whole person-minutes
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%(families)s::int[], %(places)s::bigint[], %(issuers)s::bigint[]) AS a (family, unit_id, issuer_id)
), item AS MATERIALIZED (
    SELECT * FROM unnest(%(item_families)s::int[], %(slots)s::int[], %(kinds)s::text[], %(firsts)s::date[], %(signs)s::int[])
        AS i (family, slot, kind, first, sign)
)
SELECT slot, issuer_id, total(minutes)
FROM (
    SELECT i.slot, s.issuer_id, s.u_told_min * i.sign AS minutes
    FROM asked a
    JOIN item i ON i.family = a.family AND i.kind <> ''
    JOIN source_period s ON s.unit_id = a.unit_id AND s.kind = i.kind AND s.first = i.first AND s.issuer_id = a.issuer_id
    UNION ALL
    SELECT i.slot, s.issuer_id, s.u_min * i.sign
    FROM asked a
    JOIN item i ON i.family = a.family AND i.kind = ''
    JOIN rollup_source s ON s.unit_id = a.unit_id AND s.week = i.first AND s.issuer_id = a.issuer_id
    WHERE s.u_n >= %(min_returns)s
) told
GROUP BY slot, issuer_id
