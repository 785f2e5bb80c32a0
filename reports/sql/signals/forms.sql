-- grain: issuer x title of a form that was asked, however often
-- inputs: since (a day), today, min_fields; demand, rollup_demand
-- outputs: around (the unit above the issuer), issuer, its name, title, first and last day it was asked for, how often,
--   newest demand: id, its fields; claimed person-minutes
SELECT coalesce(u.parent_id, u.id), d.issuer_id, u.name, d.title, min(d.first_on), max(last_on.day), count(*),
       (array_agg(d.id ORDER BY d.first_on DESC, d.id DESC))[1],
       (array_agg(to_json(d.fields)::text ORDER BY d.first_on DESC, d.id DESC))[1], coalesce(sum(claim.minutes), 0)::bigint
FROM demand d
JOIN unit u ON u.id = d.issuer_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN d.withdrawn_at IS NOT NULL THEN least((d.withdrawn_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(d.until, d.first_on))
                ELSE coalesce(d.until, d.first_on) END AS day
) last_on
LEFT JOIN LATERAL (SELECT sum(claim_min) AS minutes FROM rollup_demand r WHERE r.demand_id = d.id) claim ON true
WHERE d.category = 'form' AND d.parent_id IS NULL AND d.issued_at IS NOT NULL AND last_on.day >= %(since)s
  AND d.first_on <= %(today)s AND cardinality(d.fields) >= %(min_fields)s
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 4
