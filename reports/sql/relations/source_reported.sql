-- grain: unit x week x issuer, of the unit's subtree in the tree of that week; issuer 0: not stated, -1: units of themselves
-- units: as in reports.models.RollupSource
-- a village keeps no rows in rollup_source: its issuers are remembered in rollup_own_source
SELECT unit_id, week, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, u_min, c_min FROM rollup_source
UNION ALL
SELECT o.unit_id, o.week, CASE WHEN o.sources[i][1] = o.unit_id THEN -1 ELSE o.sources[i][1] END,
       o.sources[i][2]::int, o.sources[i][3], o.sources[i][4], o.sources[i][5],
       o.sources[i][6], o.sources[i][7], coalesce(o.sources[i][9], 0), o.sources[i][8]
FROM rollup_own_source o
JOIN unit v ON v.id = o.unit_id AND v.level = 'village'
CROSS JOIN LATERAL generate_subscripts(o.sources, 1) AS i
