-- grain: place above x kind of units x span of weeks
-- inputs: kinds, firsts (Mondays) of spans
-- outputs: peer_stat without these spans
DELETE FROM peer_stat WHERE (span, week) IN (SELECT * FROM unnest(%(kinds)s::text[], %(firsts)s::date[]))
