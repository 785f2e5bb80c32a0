-- grain: place x week at `depth` - 1
-- inputs: depth; temporary table fresh_sub
-- outputs: the same table: what the places at `depth` carry up to their parents
-- units: counts, people, whole person-minutes
INSERT INTO fresh_sub
SELECT place[1:%(depth)s - 1], week,
       total(n_meeting), total(n_document), total(n_form), total(n_inspection), total(n_other),
       total(m_meeting), total(m_document), total(m_form), total(m_inspection), total(m_other),
       total(c_meeting), total(c_document), total(c_form), total(c_inspection), total(c_other),
       total(self_min), total(after_hours_min), total(bulk_min), total(returns), total(nil_returns), total(active)
FROM fresh_sub
WHERE cardinality(place) = %(depth)s
GROUP BY 1, 2
