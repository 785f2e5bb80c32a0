-- grain: place above x kind of units x span of weeks
-- inputs: peer_shown, unit_path; span (week, month, quarter, year), since, until (Mondays), least (units that a group needs)
-- outputs: rows of fresh_peers
-- units: n units; whole person-minutes of one person in one week, half away from zero; quantiles by linear interpolation (R-7)
INSERT INTO fresh_peers (scope_id, kind, span, week, until, n, imposed_low, imposed_median, imposed_high, imposed_p90,
                       total_low, total_median, total_high, total_p90)
SELECT found.scope_id, found.kind, %(span)s, %(since)s, %(until)s, found.n,
       round(imposed[1]::numeric), round(imposed[2]::numeric), round(imposed[3]::numeric), round(imposed[4]::numeric),
       round(total[1]::numeric), round(total[2]::numeric), round(total[3]::numeric), round(total[4]::numeric)
FROM (
    SELECT place.id AS scope_id, head.kind, count(*) AS n,
           percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY head.imposed) AS imposed,
           percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY head.total) AS total
    FROM (
        SELECT unit_id, kind, floor((2 * sum(minutes - self_min) + sum(returns)) / (2 * sum(returns))) AS imposed,
               floor((2 * sum(minutes) + sum(returns)) / (2 * sum(returns))) AS total
        FROM peer_shown
        WHERE week BETWEEN %(since)s AND %(until)s
        GROUP BY 1, 2
    ) head
    CROSS JOIN LATERAL (
        SELECT ancestors[:cardinality(ancestors) - 1] AS ids
        FROM unit_path p
        WHERE p.unit_id = head.unit_id AND p.from_week <= %(until)s
        ORDER BY p.from_week DESC LIMIT 1
    ) above
    JOIN unit place ON place.id = ANY(above.ids) AND place.level IN ('county', 'city', 'province', 'nation')
    GROUP BY 1, 2
    HAVING count(*) >= %(least)s
) found
