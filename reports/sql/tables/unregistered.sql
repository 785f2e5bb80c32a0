-- grain: issuer x category x title, of what several cadres recorded and nobody registered, in some of the weeks
-- inputs: low, high (path range of issuers), since, until (Mondays), labels (jsonb: category.* -> word)
-- units: cadres, units, entries counts; person_min whole person-minutes, of all the weeks from first to last
SELECT row_number() OVER (ORDER BY i.path, d.person_min DESC, d.id) AS n,
       i.code AS issuer_code, i.name AS issuer, labels.words ->> ('category.' || d.category) AS category, d.title,
       d.cadres, d.units, d.n AS entries, d.person_min, d.first_week, d.last_week
FROM unregistered_demand d
JOIN unit i ON i.id = d.issuer_id
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
WHERE i.path >= %(low)s AND i.path < %(high)s AND d.first_week <= %(until)s AND d.last_week >= %(since)s
