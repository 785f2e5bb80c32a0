-- grain: place x week x issuer at `depth` - 1
-- inputs: depth; temporary table fresh_source
-- outputs: the same table: what the places at `depth` carry up to their parents
-- units: counts of what was done, whole person-minutes
INSERT INTO fresh_source
SELECT place[1:%(depth)s - 1], week, issuer_id,
       total(n), total(m_meeting), total(m_document), total(m_form), total(m_inspection), total(m_other), total(c_min), total(u_min),
       total(u_n)
FROM fresh_source
WHERE cardinality(place) = %(depth)s
GROUP BY 1, 2, 3
