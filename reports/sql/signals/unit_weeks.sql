-- grain: unit x week, what the cadres of some units filed themselves
-- inputs: units (bigint[]), since, until (Mondays), min_returns; rollup_own
-- outputs: unit, its kind, Monday, person-minutes, returns; no week without minutes: it has no logarithm, and is no burden
SELECT o.unit_id, u.kind, o.week, o.m_meeting + o.m_document + o.m_form + o.m_inspection + o.m_other, o.returns
FROM rollup_own o
JOIN unit u ON u.id = o.unit_id
WHERE o.unit_id = ANY(%(units)s::bigint[]) AND o.week BETWEEN %(since)s AND %(until)s AND o.returns >= %(min_returns)s
  AND o.m_meeting + o.m_document + o.m_form + o.m_inspection + o.m_other > 0
ORDER BY o.unit_id, o.week
