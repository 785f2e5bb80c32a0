-- grain: issuer x category x week: what cadres spent on its chat groups and apps (other), and on its documents
-- inputs: issuers (bigint[]), weeks (Mondays); entry, of the kinds of channels.sql
-- outputs: who recorded it and where (ids), person-minutes; weeks of which nobody recorded anything have no row
SELECT issuer_id, category, week, array_agg(DISTINCT cadre_id), array_agg(DISTINCT unit_id), sum(person_min)::bigint
FROM entry
WHERE issuer_id = ANY(%(issuers)s::bigint[]) AND week = ANY(%(weeks)s::date[])
  AND answer = 'done' AND issuer_id <> unit_id
  AND (subkind = 'digital' AND category = 'other' OR category = 'document')
GROUP BY issuer_id, category, week
