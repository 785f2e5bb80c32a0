-- grain: issuer x slot
-- inputs: issuers beside above (bigint[]: the unit above each, whose sums tell it), places (bigint[]: those units, each once),
--         slots (text[]) beside weeks (date[]), hidden (bigint[]) beside hidden_weeks (date[]): weeks in which figures of a unit above
--         are hidden; min_returns; rollup_source
-- outputs: what was done for issuers that they never registered
-- units: whole person-minutes
-- The rows of a unit above are read once, not once for each of its issuers: OFFSET 0 keeps these from being looked up one by one.
SELECT s.issuer_id, slot.name, total(s.u_min)
FROM rollup_source s
JOIN unnest(%(slots)s::text[], %(weeks)s::date[]) AS slot (name, week) ON slot.week = s.week
WHERE s.unit_id = ANY(%(places)s::bigint[]) AND s.week = ANY(%(weeks)s::date[]) AND s.u_min <> 0 AND s.u_n >= %(min_returns)s
  AND (s.unit_id, s.issuer_id) IN (SELECT * FROM unnest(%(above)s::bigint[], %(issuers)s::bigint[]) OFFSET 0)
  AND (s.unit_id, s.week) NOT IN (SELECT * FROM unnest(%(hidden)s::bigint[], %(hidden_weeks)s::date[]))
GROUP BY s.issuer_id, slot.name
