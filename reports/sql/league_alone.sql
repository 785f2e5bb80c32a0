-- grain: issuer x slot
-- inputs: issuers beside above (bigint[]: the unit above each, whose sums tell it), slots (text[]) beside weeks (date[]), hidden (bigint[])
--         beside hidden_weeks (date[]): weeks in which figures of a unit above are hidden; min_returns; rollup_source
-- outputs: what was done for issuers that they never registered
-- units: whole person-minutes
SELECT s.issuer_id, slot.name, sum(s.u_min)::bigint
FROM unnest(%(issuers)s::bigint[], %(above)s::bigint[]) AS asked (issuer_id, unit_id)
JOIN rollup_source s ON s.unit_id = asked.unit_id AND s.issuer_id = asked.issuer_id AND s.week = ANY(%(weeks)s::date[])
JOIN unnest(%(slots)s::text[], %(weeks)s::date[]) AS slot (name, week) ON slot.week = s.week
WHERE s.u_min <> 0 AND s.u_n >= %(min_returns)s
  AND NOT EXISTS (
      SELECT FROM unnest(%(hidden)s::bigint[], %(hidden_weeks)s::date[]) AS gone (unit_id, week)
      WHERE gone.unit_id = s.unit_id AND gone.week = s.week)
GROUP BY s.issuer_id, slot.name
