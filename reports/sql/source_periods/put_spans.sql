-- grain: unit (county and above) x month, quarter or year x issuer
-- inputs: kinds, firsts, untils (beside each other); levels, min_returns; rollup_source
-- outputs: source_period, which has no rows of these spans
-- units: counts of what was done, whole person-minutes
INSERT INTO source_period (unit_id, kind, first, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min, u_min, u_n,
                           u_told_min)
SELECT w.unit_id, p.kind, p.first, w.issuer_id,
       total(n), total(m_meeting), total(m_document), total(m_form), total(m_inspection), total(m_other), total(c_min), total(u_min),
       total(u_n), coalesce(total(u_min) FILTER (WHERE u_n >= %(min_returns)s), 0)
FROM unnest(%(kinds)s::text[], %(firsts)s::date[], %(untils)s::date[]) AS p (kind, first, until)
CROSS JOIN unit u
JOIN rollup_source w ON w.unit_id = u.id AND w.week BETWEEN p.first AND p.until
WHERE u.level = ANY(%(levels)s)
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
