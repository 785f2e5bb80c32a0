-- grain: issuer x week x cadre who recorded several short sittings that no registered demand asked for
-- inputs: since, until (Mondays), longest (minutes of one sitting), limit, sittings; entry
-- outputs: issuer, Monday, unit, cadre (ids), then in step: titles, minutes of one person, person-minutes
SELECT issuer_id, week, unit_id, cadre_id, array_agg(title ORDER BY id), array_agg(minutes ORDER BY id),
       array_agg(person_min ORDER BY id)
FROM entry
WHERE category = 'meeting' AND week BETWEEN %(since)s AND %(until)s AND target_id IS NULL AND answer = 'done'
  AND issuer_id <> unit_id AND minutes BETWEEN 1 AND %(longest)s
GROUP BY issuer_id, week, unit_id, cadre_id
HAVING count(*) >= %(sittings)s AND sum(minutes) > %(limit)s
ORDER BY issuer_id, week, unit_id, cadre_id
