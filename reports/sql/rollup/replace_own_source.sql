-- grain: unit x week, the rows of rollup_own
-- inputs: temporary tables fresh_own, counted
-- outputs: rollup_own_source, whose rows of these weeks were deleted
-- units: counts of what was done, whole person-minutes
-- What was filed between the two counts is in `counted` alone: without a row in rollup_own it is left to its mark.
INSERT INTO rollup_own_source (unit_id, week, sources)
SELECT o.unit_id, o.week, coalesce(k.sources, '{}')
FROM fresh_own o
LEFT JOIN (
    SELECT unit_id, week,
           array_agg(ARRAY[issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min, u_min, u_n]) AS sources
    FROM (SELECT * FROM counted ORDER BY unit_id, week, issuer_id) ordered
    GROUP BY unit_id, week
) k USING (unit_id, week)
ORDER BY o.unit_id, o.week
