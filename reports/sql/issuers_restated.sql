-- grain: issuer, over the weeks, of all units that stand below the unit today; issuer 0: not stated
-- inputs: unit, since, until (Mondays), shown (date[]: the weeks of n and m; claims are of all)
-- units: n a count; m, c whole person-minutes. sources rows: issuer, n, five confirmed sums, claimed (1-based)
-- villages as issuers are one row, -1: what a village asks of itself is a few people's, and its own sums may be hidden
SELECT CASE WHEN asked.level = 'village' AND asked.id <> rows.unit_id THEN -1 ELSE rows.issuer_id END AS issuer_id,
       coalesce(sum(n) FILTER (WHERE week = ANY(%(shown)s::date[])), 0)::bigint AS n,
       coalesce(sum(m) FILTER (WHERE week = ANY(%(shown)s::date[])), 0)::bigint AS m, sum(c)::bigint AS c
FROM (
    SELECT top.id AS unit_id, o.week, o.sources[i][1] AS issuer_id, o.sources[i][2] AS n,
           o.sources[i][3] + o.sources[i][4] + o.sources[i][5] + o.sources[i][6] + o.sources[i][7] AS m, o.sources[i][8] AS c
    FROM unit top
    JOIN unit u ON u.path >= top.path AND u.path < left(top.path, -1) || '/'
    JOIN rollup_own_source o ON o.unit_id = u.id
    CROSS JOIN LATERAL generate_subscripts(o.sources, 1) AS i
    WHERE top.id = %(unit)s AND o.week BETWEEN %(since)s AND %(until)s
) rows
LEFT JOIN unit asked ON asked.id = rows.issuer_id
GROUP BY 1
ORDER BY 1
