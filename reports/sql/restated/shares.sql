-- grain: event x unit whose past counts elsewhere in today's tree x successor; share 10,000: all of it
-- inputs: units (bigint[]), since (Monday)
-- units: share ten-thousandths; until is the Monday after the last week that counts elsewhere
-- of_in, to_in: which of the asked stand above the two today, themselves included; in order of the events
-- what came to a unit from an earlier event is passed on by a later one: such events are taken with them
WITH RECURSIVE told AS (
    SELECT e.id AS event_id, e.from_week, s.of_id, s.to_id, s.share,
           CASE WHEN EXISTS (SELECT FROM unit_share own WHERE own.event_id = e.id AND own.of_id = s.of_id AND own.to_id = s.of_id)
                THEN e.from_week
                -- a closed unit has no later weeks, unless it is opened again
                ELSE coalesce((SELECT min(lower(p.valid)) FROM placement p
                               WHERE p.unit_id = s.of_id AND lower(p.valid) >= e.from_week), DATE '9999-12-27')
           END AS until,
           string_to_array(rtrim(o.path, '.'), '.')::bigint[] AS of_above,
           string_to_array(rtrim(t.path, '.'), '.')::bigint[] AS to_above
    FROM unit_event e
    JOIN unit_share s ON s.event_id = e.id
    JOIN unit o ON o.id = s.of_id
    JOIN unit t ON t.id = s.to_id
    WHERE e.state = 'done'
), chain AS (
    SELECT event_id FROM told WHERE of_above && %(units)s::bigint[] OR to_above && %(units)s::bigint[]
    UNION
    SELECT before.event_id
    FROM chain
    JOIN told ON told.event_id = chain.event_id
    JOIN told before ON before.to_id = told.of_id
)
SELECT event_id, of_id, to_id, share, until,
       ARRAY(SELECT unnest(of_above) INTERSECT SELECT unnest(%(units)s::bigint[])) AS of_in,
       ARRAY(SELECT unnest(to_above) INTERSECT SELECT unnest(%(units)s::bigint[])) AS to_in
FROM told
JOIN chain USING (event_id)
WHERE until > %(since)s
ORDER BY from_week, event_id, of_id, to_id
