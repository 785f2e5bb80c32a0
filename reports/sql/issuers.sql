-- grain: issuer, over the weeks, of the unit's subtree; issuer 0: not stated, -1: units of themselves
-- inputs: unit, since, until (Mondays), shown (date[]: the weeks of n and m; claims are of all), and what differs in today's tree:
--         weeks (date[]), changed (jsonb: their rows of rollup_source); both empty for the trees of those weeks
-- units: n a count; m, c whole person-minutes
-- a unit below the township keeps no rows of its own: its issuers are remembered in rollup_own_source
SELECT issuer_id,
       coalesce(sum(n) FILTER (WHERE week = ANY(%(shown)s::date[])), 0)::bigint AS n,
       coalesce(sum(m) FILTER (WHERE week = ANY(%(shown)s::date[])), 0)::bigint AS m, sum(c)::bigint AS c
FROM (
    SELECT week, issuer_id, n, m_meeting + m_document + m_form + m_inspection + m_other AS m, c_min AS c
    FROM rollup_source
    WHERE unit_id = %(unit)s AND week BETWEEN %(since)s AND %(until)s AND week <> ALL(%(weeks)s::date[])
    UNION ALL
    SELECT o.week, CASE WHEN o.sources[i][1] = o.unit_id THEN -1 ELSE o.sources[i][1] END, o.sources[i][2],
           o.sources[i][3] + o.sources[i][4] + o.sources[i][5] + o.sources[i][6] + o.sources[i][7], o.sources[i][8]
    FROM rollup_own_source o
    JOIN unit u ON u.id = o.unit_id AND u.level = 'village'
    CROSS JOIN LATERAL generate_subscripts(o.sources, 1) AS i
    WHERE o.unit_id = %(unit)s AND o.week BETWEEN %(since)s AND %(until)s AND o.week <> ALL(%(weeks)s::date[])
    UNION ALL
    SELECT week, issuer_id, n, m_meeting + m_document + m_form + m_inspection + m_other, c_min
    FROM jsonb_populate_recordset(NULL::rollup_source, %(changed)s::jsonb)
    WHERE n <> 0 OR c_min <> 0
) rows
GROUP BY 1
ORDER BY 1
