-- grain: issuer x category x title x week, of the titles given, as in titles.sql
-- inputs: since (a Monday), issuers, categories, titles (arrays, one row of them a title); entry
-- outputs: who recorded it and where (ids), person-minutes
SELECT e.issuer_id, e.category, e.title, e.week, array_agg(DISTINCT e.cadre_id), array_agg(DISTINCT e.unit_id), sum(e.person_min)
FROM entry e
JOIN unnest(%(issuers)s::bigint[], %(categories)s::text[], %(titles)s::text[]) AS k (issuer_id, category, title)
     ON k.issuer_id = e.issuer_id AND k.category = e.category AND k.title = e.title
WHERE e.week >= %(since)s AND e.target_id IS NULL AND e.answer = 'done' AND e.issuer_id <> e.unit_id
GROUP BY 1, 2, 3, 4
