-- grain: unit x week
-- inputs: week (Monday), own (townships by their own people, or all others with all below them), hidden (bigint[])
-- outputs: rows of peer_shown; towns and townships do the same work, departments that of their level
-- units: whole person-minutes, people
INSERT INTO peer_shown (unit_id, kind, week, minutes, self_min, returns)
SELECT u.id, CASE u.kind WHEN 'town' THEN 'township' WHEN 'department' THEN 'department_' || above.level ELSE u.kind END,
       s.week, s.m_meeting + s.m_document + s.m_form + s.m_inspection + s.m_other, s.self_min, s.returns
FROM (
    SELECT unit_id, week, m_meeting, m_document, m_form, m_inspection, m_other, self_min, returns
    FROM rollup_own WHERE week = %(week)s AND %(own)s
    UNION ALL
    SELECT unit_id, week, m_meeting, m_document, m_form, m_inspection, m_other, self_min, returns
    FROM rollup_sub WHERE week = %(week)s AND NOT %(own)s
) s
JOIN unit u ON u.id = s.unit_id AND (u.level = 'township') = %(own)s
JOIN unit above ON above.id = u.parent_id
WHERE s.returns > 0 AND u.id <> ALL(%(hidden)s::bigint[])
