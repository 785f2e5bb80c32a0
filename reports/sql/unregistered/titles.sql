-- grain: issuer x category x title, of what other units recorded and no registered demand asked for
-- inputs: since (a Monday); entry
-- outputs: who recorded it and where (ids), how often, person-minutes, first and last week
SELECT issuer_id, category, title, array_agg(DISTINCT cadre_id), array_agg(DISTINCT unit_id), count(*), sum(person_min),
       min(week), max(week)
FROM entry
WHERE week >= %(since)s AND target_id IS NULL AND answer = 'done' AND issuer_id <> unit_id
GROUP BY issuer_id, category, title
