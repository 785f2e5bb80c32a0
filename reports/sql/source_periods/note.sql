-- grain: span
-- inputs: kinds, firsts, untils (beside each other)
-- outputs: source_span: from now on readers use these spans, and every recount keeps them
INSERT INTO source_span (kind, first, until)
SELECT * FROM unnest(%(kinds)s::text[], %(firsts)s::date[], %(untils)s::date[])
