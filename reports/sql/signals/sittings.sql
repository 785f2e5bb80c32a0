-- grain: issuer x week x receiving unit with several short sittings
-- inputs: since, until (Mondays), longest (minutes of one sitting), limit, sittings; demand, target
-- outputs: issuer, Monday, unit, then in step: demand ids, titles, days, minutes of one person, person-minutes
SELECT d.issuer_id, t.week, t.unit_id, array_agg(d.id ORDER BY d.id), array_agg(d.title ORDER BY d.id),
       array_agg(t.due_on::text ORDER BY d.id), array_agg(t.minutes ORDER BY d.id),
       array_agg(t.people * (t.minutes + t.travel_minutes) + t.prep_minutes ORDER BY d.id)
FROM demand d
JOIN target t ON t.demand_id = d.id
WHERE d.category = 'meeting' AND d.state IN ('issued', 'changed') AND NOT t.withdrawn
  AND t.week BETWEEN %(since)s AND %(until)s AND t.minutes BETWEEN 1 AND %(longest)s
GROUP BY d.issuer_id, t.week, t.unit_id
HAVING count(*) >= %(sittings)s AND sum(t.minutes) > %(limit)s
ORDER BY d.issuer_id, t.week, t.unit_id
