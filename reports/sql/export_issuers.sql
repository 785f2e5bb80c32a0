-- grain: unit x week x issuer, what the unit's subtree spent on whom, as reported that week or in today's tree
-- inputs: low, high (path range), levels (text[]), since, until (Mondays), labels (jsonb: kind -> word; '' -> not stated, villages -> all of them),
--         sources (jsonb: the rows of rollup_source that differ in today's tree; none for the trees of those weeks)
-- units: counts, whole person-minutes
-- a village keeps no rows in rollup_source: its issuers are remembered in rollup_own_source
WITH chosen AS (
    SELECT id, parent_id, path, code, name, level FROM unit
    WHERE path >= %(low)s AND path < %(high)s AND level = ANY(%(levels)s)
), changed AS MATERIALIZED (
    SELECT * FROM jsonb_populate_recordset(NULL::rollup_source, %(sources)s::jsonb)
), facts AS (
    SELECT s.unit_id, s.week, s.issuer_id, s.n, s.m_meeting, s.m_document, s.m_form, s.m_inspection, s.m_other
    FROM rollup_source s
    JOIN chosen c ON c.id = s.unit_id
    WHERE s.week BETWEEN %(since)s AND %(until)s
      AND NOT EXISTS (SELECT FROM changed c WHERE c.unit_id = s.unit_id AND c.week = s.week)
    UNION ALL
    SELECT o.unit_id, o.week, o.sources[i][1], o.sources[i][2]::int, o.sources[i][3], o.sources[i][4], o.sources[i][5],
           o.sources[i][6], o.sources[i][7]
    FROM rollup_own_source o
    JOIN chosen v ON v.id = o.unit_id AND v.level = 'village'
    CROSS JOIN LATERAL generate_subscripts(o.sources, 1) AS i
    WHERE o.week BETWEEN %(since)s AND %(until)s
      AND NOT EXISTS (SELECT FROM changed c WHERE c.unit_id = o.unit_id AND c.week = o.week)
    UNION ALL
    SELECT unit_id, week, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other
    FROM changed
    WHERE n <> 0 OR c_min <> 0
), folded AS (
    -- villages as issuers are one row, -1: what a village asks of itself is a few people's, and its own sums may be hidden
    SELECT f.unit_id, f.week, CASE WHEN asked.level = 'village' AND asked.id <> f.unit_id THEN -1 ELSE f.issuer_id END AS issuer_id,
           sum(n)::bigint AS n, sum(m_meeting)::bigint AS m_meeting, sum(m_document)::bigint AS m_document,
           sum(m_form)::bigint AS m_form, sum(m_inspection)::bigint AS m_inspection, sum(m_other)::bigint AS m_other
    FROM facts f
    LEFT JOIN unit asked ON asked.id = f.issuer_id
    GROUP BY 1, 2, 3
)
SELECT row_number() OVER (ORDER BY u.path, r.week, r.issuer_id) AS n, r.unit_id, u.parent_id, r.week AS monday,
       r.week, u.code, u.name AS unit, coalesce(i.code, '') AS issuer_code,
       coalesce(i.name, labels.words ->> CASE r.issuer_id WHEN -1 THEN 'villages' ELSE '' END) AS issuer, r.n AS entries,
       r.m_meeting, r.m_document, r.m_form, r.m_inspection, r.m_other,
       r.m_meeting + r.m_document + r.m_form + r.m_inspection + r.m_other AS total,
       ''::text AS remark
FROM folded r
JOIN chosen u ON u.id = r.unit_id
LEFT JOIN unit i ON i.id = r.issuer_id
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
