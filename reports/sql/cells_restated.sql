-- grain: unit x week, sums of all units that stand below it today
-- inputs: units (bigint[]), since, until (Mondays)
-- units: counts, people, whole person-minutes; n, m, c: arrays meeting, document, form, inspection, other
SELECT top.id AS unit_id, o.week, sum(o.returns)::int AS returns, sum(o.active)::int AS active,
       ARRAY[sum(o.n_meeting), sum(o.n_document), sum(o.n_form), sum(o.n_inspection), sum(o.n_other)]::bigint[] AS n,
       ARRAY[sum(o.m_meeting), sum(o.m_document), sum(o.m_form), sum(o.m_inspection), sum(o.m_other)]::bigint[] AS m,
       ARRAY[sum(o.c_meeting), sum(o.c_document), sum(o.c_form), sum(o.c_inspection), sum(o.c_other)]::bigint[] AS c
FROM unit top
JOIN unit u ON u.path >= top.path AND u.path < left(top.path, -1) || '/'
JOIN rollup_own o ON o.unit_id = u.id
WHERE top.id = ANY(%(units)s) AND o.week BETWEEN %(since)s AND %(until)s
GROUP BY top.id, o.week
ORDER BY top.id, o.week
