-- grain: unit x week, the subtree's burden a head beside that of the same week a year before
-- inputs: units (bigint[]), since, until (Mondays); sub
-- units: returns people, total person-minutes, per_head whole minutes, half away from zero
-- week 53 stands beside the last week of the year before, as in reports.periods.year_before
WITH asked AS (
    SELECT unit_id, week, returns, m_meeting + m_document + m_form + m_inspection + m_other AS total,
           to_date((isoyear - 1) || '-' || least(number, extract(week FROM make_date(isoyear - 1, 12, 28))::int), 'IYYY-IW') AS week_before
    FROM sub
    CROSS JOIN LATERAL (SELECT extract(isoyear FROM week)::int AS isoyear, extract(week FROM week)::int AS number) iso
    WHERE unit_id = ANY(%(units)s::bigint[]) AND week BETWEEN %(since)s AND %(until)s
)
SELECT row_number() OVER (ORDER BY u.path, a.week) AS n, a.unit_id, a.week AS monday,
       a.week, u.code, u.name AS unit, a.returns, a.total,
       (2 * a.total + a.returns) / nullif(2 * a.returns, 0) AS per_head, a.week_before,
       (2 * (b.m_meeting + b.m_document + b.m_form + b.m_inspection + b.m_other) + b.returns) / nullif(2 * b.returns, 0) AS per_head_before
FROM asked a
JOIN unit u ON u.id = a.unit_id
LEFT JOIN sub b ON b.unit_id = a.unit_id AND b.week = a.week_before
