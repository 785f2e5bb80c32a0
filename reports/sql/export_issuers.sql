-- grain: unit x week x issuer, what the unit's subtree spent on whom
-- inputs: low, high (path range), levels (text[]), since, until (Mondays), labels (jsonb: kind -> word; '' -> not stated)
-- units: counts, whole person-minutes
-- a village keeps no rows in rollup_source: its issuers are remembered with its own sums
WITH facts AS (
    SELECT unit_id, week, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other
    FROM rollup_source
    WHERE week BETWEEN %(since)s AND %(until)s
    UNION ALL
    SELECT o.unit_id, o.week, o.sources[i][1], o.sources[i][2]::int, o.sources[i][3], o.sources[i][4], o.sources[i][5],
           o.sources[i][6], o.sources[i][7]
    FROM rollup_own o
    JOIN unit v ON v.id = o.unit_id AND v.level = 'village'
    CROSS JOIN LATERAL generate_subscripts(o.sources, 1) AS i
    WHERE o.week BETWEEN %(since)s AND %(until)s
)
SELECT row_number() OVER (ORDER BY u.path, r.week, r.issuer_id) AS n, r.unit_id, u.parent_id, r.week AS monday,
       r.week, u.code, u.name AS unit, coalesce(i.code, '') AS issuer_code,
       coalesce(i.name, labels.words ->> '') AS issuer, r.n AS entries,
       r.m_meeting, r.m_document, r.m_form, r.m_inspection, r.m_other,
       r.m_meeting + r.m_document + r.m_form + r.m_inspection + r.m_other AS total,
       ''::text AS remark
FROM facts r
JOIN unit u ON u.id = r.unit_id
LEFT JOIN unit i ON i.id = r.issuer_id
CROSS JOIN (SELECT %(labels)s::jsonb AS words) labels
WHERE u.path >= %(low)s AND u.path < %(high)s AND u.level = ANY(%(levels)s)
