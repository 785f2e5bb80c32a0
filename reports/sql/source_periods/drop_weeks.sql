-- grain: span that holds one of some weeks
-- inputs: weeks
-- outputs: source_span and source_period without these spans: readers add up the weeks instead
WITH gone AS (
    DELETE FROM source_span p
    WHERE EXISTS (SELECT FROM unnest(%(weeks)s::date[]) AS w (week) WHERE w.week BETWEEN p.first AND p.until)
    RETURNING kind, first
)
DELETE FROM source_period s USING gone g WHERE s.kind = g.kind AND s.first = g.first
