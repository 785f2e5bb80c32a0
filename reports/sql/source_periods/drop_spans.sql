-- grain: span
-- inputs: kinds, firsts (beside each other)
-- outputs: source_span and source_period without these spans: readers add up the weeks instead
WITH gone AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(firsts)s::date[]) AS g (kind, first)
), gone_span AS (
    DELETE FROM source_span p USING gone g WHERE p.kind = g.kind AND p.first = g.first
)
DELETE FROM source_period s USING gone g WHERE s.kind = g.kind AND s.first = g.first
