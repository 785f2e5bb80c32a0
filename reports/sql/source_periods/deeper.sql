-- grain: issuer that stands deeper than right below a unit
-- inputs: as part.sql; low, high (the unit's range of paths), most
-- outputs: those who asked for most there, confirmed and claimed, the most first: most of them and one more, where there are more
-- villages ask nobody but themselves
SELECT u.id
FROM (
    SELECT issuer_id, total((m_meeting + m_document + m_form + m_inspection + m_other) * done + c_min * claimed) AS asked_min
    FROM (
        -- include part
    ) part
    GROUP BY issuer_id
) asked
JOIN unit u ON u.id = asked.issuer_id
WHERE asked_min <> 0 AND u.path >= %(low)s AND u.path < %(high)s AND u.id <> %(unit)s AND u.parent_id <> %(unit)s AND u.level <> 'village'
ORDER BY asked_min DESC, u.id
LIMIT %(most)s + 1
