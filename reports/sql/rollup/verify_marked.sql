-- grain: unit x week that still has a mark
-- inputs: weeks; stale, rollup_own, rollup_own_source
-- outputs: temporary tables fresh_own, counted: what is stored takes the place of what was counted, for its refresh is due.
--          Whether one of these weeks awaits its rebuild: then nothing can be said of it.
-- units: counts, people, whole person-minutes
WITH marked AS MATERIALIZED (
    SELECT DISTINCT unit_id, week FROM stale WHERE week = ANY(%(weeks)s)
), stored AS MATERIALIZED (
    SELECT o.*, p.ancestors AS place,
           CASE WHEN u.level = 'village' THEN trim_array(p.ancestors, 1) ELSE p.ancestors END AS home
    FROM rollup_own o
    JOIN marked USING (unit_id, week)
    JOIN unit u ON u.id = o.unit_id
    CROSS JOIN LATERAL (
        SELECT ancestors FROM unit_path WHERE unit_id = o.unit_id
        ORDER BY from_week > o.week, abs(from_week - o.week) LIMIT 1
    ) p
), less_own AS (
    DELETE FROM fresh_own f USING marked m WHERE f.unit_id = m.unit_id AND f.week = m.week
), less_counted AS (
    DELETE FROM counted k USING marked m WHERE k.unit_id = m.unit_id AND k.week = m.week
), more_own AS (
    INSERT INTO fresh_own (unit_id, week,
           n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection,
           m_other, c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min,
           returns, nil_returns, active, place, home)
    SELECT unit_id, week,
           n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection,
           m_other, c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min,
           returns, nil_returns, active, place, home
    FROM stored
), more_counted AS (
    INSERT INTO counted (unit_id, week, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min, u_min, u_n)
    SELECT unit_id, week, sources[i][1], sources[i][2], sources[i][3], sources[i][4], sources[i][5], sources[i][6],
           sources[i][7], sources[i][8], coalesce(sources[i][9], 0), coalesce(sources[i][10], 0)
    FROM rollup_own_source
    JOIN marked USING (unit_id, week)
    CROSS JOIN LATERAL generate_subscripts(sources, 1) AS i
)
SELECT EXISTS (SELECT FROM marked WHERE unit_id IS NULL)
