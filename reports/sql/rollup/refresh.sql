-- grain: unit x week of the marks taken, and all units above it in that week's tree
-- inputs: shard (its lock is held), until (newest mark), limit (marks), min_returns; stale, entry, target, weekly_return, post, unit,
--         unit_path, rollup_own, rollup_own_source, source_span
-- outputs: rollup_own, rollup_own_source, rollup_sub, rollup_source, source_period where a span of it holds the week;
--          one row: marks, keys, what of rollup_sub and rollup_source came to nothing
-- units: counts, people, whole person-minutes
--
-- Marks are taken in the statement that counts: both see one snapshot, so a mark goes only with the rows it stands for.
-- Shared rows are written in one order by everybody, the root last: depth downwards, unit, week. Any other order deadlocks.
WITH taken AS (
    -- an array, for marks have no statistics worth the name: joined with, it was looked up once for each mark that waits
    DELETE FROM stale WHERE id = ANY (ARRAY(
        SELECT id FROM stale WHERE shard = %(shard)s AND unit_id IS NOT NULL AND id <= %(until)s ORDER BY id LIMIT %(limit)s
    ))
    RETURNING unit_id, week
), leaf AS MATERIALIZED (
    SELECT k.unit_id, k.week, p.ancestors AS place,
           CASE WHEN u.level = 'village' THEN trim_array(p.ancestors, 1) ELSE p.ancestors END AS home
    FROM (SELECT DISTINCT week, unit_id FROM taken ORDER BY week, unit_id) k -- a week's entries lie together
    JOIN unit u ON u.id = k.unit_id
    -- before its first path row a unit stands where that one puts it
    CROSS JOIN LATERAL (
        SELECT ancestors FROM unit_path WHERE unit_id = k.unit_id
        ORDER BY from_week > k.week, abs(from_week - k.week) LIMIT 1
    ) p
), work AS MATERIALIZED (
    SELECT k.unit_id, k.week, k.place, k.home, w.*
    FROM leaf k
    CROSS JOIN LATERAL (
        SELECT sum(n_meeting) AS n_meeting, sum(n_document) AS n_document, sum(n_form) AS n_form,
               sum(n_inspection) AS n_inspection, sum(n_other) AS n_other,
               total(m_meeting) AS m_meeting, total(m_document) AS m_document, total(m_form) AS m_form,
               total(m_inspection) AS m_inspection, total(m_other) AS m_other,
               total(c_meeting) AS c_meeting, total(c_document) AS c_document, total(c_form) AS c_form,
               total(c_inspection) AS c_inspection, total(c_other) AS c_other,
               total(m_meeting + m_document + m_form + m_inspection + m_other) FILTER (WHERE issuer_id = k.unit_id) AS self_min,
               total(after_hours_min) AS after_hours_min, total(bulk_min) AS bulk_min,
               array_agg(ARRAY[issuer_id, n_meeting + n_document + n_form + n_inspection + n_other,
                               m_meeting, m_document, m_form, m_inspection, m_other,
                               c_meeting + c_document + c_form + c_inspection + c_other, u_min, u_n] ORDER BY issuer_id) AS sources
        FROM (
            SELECT issuer_id,
                   coalesce(n_meeting, 0) AS n_meeting, coalesce(n_document, 0) AS n_document, coalesce(n_form, 0) AS n_form,
                   coalesce(n_inspection, 0) AS n_inspection, coalesce(n_other, 0) AS n_other,
                   coalesce(m_meeting, 0) AS m_meeting, coalesce(m_document, 0) AS m_document, coalesce(m_form, 0) AS m_form,
                   coalesce(m_inspection, 0) AS m_inspection, coalesce(m_other, 0) AS m_other,
                   coalesce(c_meeting, 0) AS c_meeting, coalesce(c_document, 0) AS c_document, coalesce(c_form, 0) AS c_form,
                   coalesce(c_inspection, 0) AS c_inspection, coalesce(c_other, 0) AS c_other,
                   coalesce(u_min, 0) AS u_min, coalesce(u_n, 0) AS u_n, coalesce(after_hours_min, 0) AS after_hours_min,
                   coalesce(bulk_min, 0) AS bulk_min
            FROM (
                SELECT coalesce(issuer_id, 0) AS issuer_id,
                       (count(*) FILTER (WHERE category = 'meeting'))::int AS n_meeting,
                       (count(*) FILTER (WHERE category = 'document'))::int AS n_document,
                       (count(*) FILTER (WHERE category = 'form'))::int AS n_form,
                       (count(*) FILTER (WHERE category = 'inspection'))::int AS n_inspection,
                       (count(*) FILTER (WHERE category = 'other'))::int AS n_other,
                       sum(person_min) FILTER (WHERE category = 'meeting') AS m_meeting,
                       sum(person_min) FILTER (WHERE category = 'document') AS m_document,
                       sum(person_min) FILTER (WHERE category = 'form') AS m_form,
                       sum(person_min) FILTER (WHERE category = 'inspection') AS m_inspection,
                       sum(person_min) FILTER (WHERE category = 'other') AS m_other,
                       sum(person_min) FILTER (WHERE target_id IS NULL AND issuer_id <> unit_id) AS u_min,
                       count(*) FILTER (WHERE target_id IS NULL AND issuer_id <> unit_id) AS u_n,
                       sum(person_min) FILTER (WHERE after_hours) AS after_hours_min,
                       sum(person_min) FILTER (WHERE evidence = 2) AS bulk_min
                FROM entry
                WHERE unit_id = k.unit_id AND week = k.week AND answer = 'done'
                GROUP BY 1
            ) done
            FULL JOIN (
                -- what issuers claim and nobody answered yet: as fresh_claimed.sql
                SELECT issuer_id,
                       sum(claim) FILTER (WHERE category = 'meeting') AS c_meeting,
                       sum(claim) FILTER (WHERE category = 'document') AS c_document,
                       sum(claim) FILTER (WHERE category = 'form') AS c_form,
                       sum(claim) FILTER (WHERE category = 'inspection') AS c_inspection,
                       sum(claim) FILTER (WHERE category = 'other') AS c_other
                FROM (
                    SELECT t.issuer_id, t.category,
                           (greatest(0, t.people - coalesce(a.people, 0)) * (t.minutes + t.travel_minutes)
                            + CASE WHEN a.people IS NULL THEN t.prep_minutes ELSE 0 END)::int AS claim
                    FROM target t
                    LEFT JOIN (
                        SELECT target_id, sum(CASE answer WHEN 'done' THEN people ELSE 1 END) AS people
                        FROM entry
                        WHERE unit_id = k.unit_id AND week = k.week AND target_id IS NOT NULL
                        GROUP BY target_id
                    ) a ON a.target_id = t.id
                    WHERE t.unit_id = k.unit_id AND t.week = k.week AND NOT t.withdrawn
                ) each_target
                GROUP BY 1
                HAVING sum(claim) > 0
            ) claimed USING (issuer_id)
        ) e
    ) w
), fresh AS MATERIALIZED (
    SELECT w.unit_id, w.week, w.place, w.home,
           coalesce(w.n_meeting, 0)::int AS n_meeting, coalesce(w.n_document, 0)::int AS n_document,
           coalesce(w.n_form, 0)::int AS n_form, coalesce(w.n_inspection, 0)::int AS n_inspection,
           coalesce(w.n_other, 0)::int AS n_other,
           coalesce(w.m_meeting, 0)::bigint AS m_meeting, coalesce(w.m_document, 0)::bigint AS m_document,
           coalesce(w.m_form, 0)::bigint AS m_form, coalesce(w.m_inspection, 0)::bigint AS m_inspection,
           coalesce(w.m_other, 0)::bigint AS m_other,
           coalesce(w.c_meeting, 0)::bigint AS c_meeting, coalesce(w.c_document, 0)::bigint AS c_document,
           coalesce(w.c_form, 0)::bigint AS c_form, coalesce(w.c_inspection, 0)::bigint AS c_inspection,
           coalesce(w.c_other, 0)::bigint AS c_other,
           coalesce(w.self_min, 0)::bigint AS self_min, coalesce(w.after_hours_min, 0)::bigint AS after_hours_min,
           coalesce(w.bulk_min, 0)::bigint AS bulk_min,
           r.returns, r.nil_returns, q.active,
           coalesce(w.sources, '{}') AS sources,
           r.returns > 0 OR q.active > 0
           OR coalesce(w.c_meeting + w.c_document + w.c_form + w.c_inspection + w.c_other, 0) > 0 AS lives
    FROM work w
    CROSS JOIN LATERAL (
        SELECT count(*)::int AS returns, (count(*) FILTER (WHERE nil))::int AS nil_returns
        FROM weekly_return WHERE unit_id = w.unit_id AND week = w.week
    ) r
    CROSS JOIN LATERAL (
        SELECT count(*)::int AS active FROM post WHERE unit_id = w.unit_id AND role = 'cadre' AND valid @> w.week
    ) q
), changed AS MATERIALIZED (
    SELECT f.*,
           f.n_meeting - coalesce(o.n_meeting, 0) AS d_n_meeting,
           f.n_document - coalesce(o.n_document, 0) AS d_n_document, f.n_form - coalesce(o.n_form, 0) AS d_n_form,
           f.n_inspection - coalesce(o.n_inspection, 0) AS d_n_inspection,
           f.n_other - coalesce(o.n_other, 0) AS d_n_other, f.m_meeting - coalesce(o.m_meeting, 0) AS d_m_meeting,
           f.m_document - coalesce(o.m_document, 0) AS d_m_document, f.m_form - coalesce(o.m_form, 0) AS d_m_form,
           f.m_inspection - coalesce(o.m_inspection, 0) AS d_m_inspection,
           f.m_other - coalesce(o.m_other, 0) AS d_m_other, f.c_meeting - coalesce(o.c_meeting, 0) AS d_c_meeting,
           f.c_document - coalesce(o.c_document, 0) AS d_c_document, f.c_form - coalesce(o.c_form, 0) AS d_c_form,
           f.c_inspection - coalesce(o.c_inspection, 0) AS d_c_inspection,
           f.c_other - coalesce(o.c_other, 0) AS d_c_other, f.self_min - coalesce(o.self_min, 0) AS d_self_min,
           f.after_hours_min - coalesce(o.after_hours_min, 0) AS d_after_hours_min,
           f.bulk_min - coalesce(o.bulk_min, 0) AS d_bulk_min, f.returns - coalesce(o.returns, 0) AS d_returns,
           f.nil_returns - coalesce(o.nil_returns, 0) AS d_nil_returns, f.active - coalesce(o.active, 0) AS d_active,
           CASE WHEN s.sources IS NOT NULL THEN s.sources || '{}' END AS old_sources, -- taken out of its compression once, not for each number
           f.sources[:][1:1] = s.sources[:][1:1] AS same_issuers
    FROM fresh f
    LEFT JOIN rollup_own o USING (unit_id, week)
    LEFT JOIN rollup_own_source s USING (unit_id, week)
    WHERE (f.n_meeting, f.n_document, f.n_form, f.n_inspection, f.n_other, f.m_meeting, f.m_document, f.m_form,
           f.m_inspection, f.m_other, f.c_meeting, f.c_document, f.c_form, f.c_inspection, f.c_other, f.self_min,
           f.after_hours_min, f.bulk_min, f.returns, f.nil_returns, f.active, f.sources)
          IS DISTINCT FROM
          (o.n_meeting, o.n_document, o.n_form, o.n_inspection, o.n_other, o.m_meeting, o.m_document, o.m_form,
           o.m_inspection, o.m_other, o.c_meeting, o.c_document, o.c_form, o.c_inspection, o.c_other, o.self_min,
           o.after_hours_min, o.bulk_min, o.returns, o.nil_returns, o.active, s.sources)
), source_changed AS MATERIALIZED (
    SELECT unit_id, week, home, CASE WHEN issuer_id = unit_id THEN -1 ELSE issuer_id END AS issuer_id, -- as fresh_source.sql
           total(n) AS n, total(m_meeting) AS m_meeting, total(m_document) AS m_document, total(m_form) AS m_form,
           total(m_inspection) AS m_inspection, total(m_other) AS m_other, total(c_min) AS c_min,
           total(u_min) AS u_min, total(u_n) AS u_n
    FROM (
        -- the same issuers as before: those whose figures differ
        SELECT c.unit_id, c.week, c.home, c.sources[i][1] AS issuer_id,
               c.sources[i][2] - c.old_sources[i][2] AS n, c.sources[i][3] - c.old_sources[i][3] AS m_meeting,
               c.sources[i][4] - c.old_sources[i][4] AS m_document, c.sources[i][5] - c.old_sources[i][5] AS m_form,
               c.sources[i][6] - c.old_sources[i][6] AS m_inspection,
               c.sources[i][7] - c.old_sources[i][7] AS m_other, c.sources[i][8] - c.old_sources[i][8] AS c_min,
               c.sources[i][9] - coalesce(c.old_sources[i][9], 0) AS u_min,
               c.sources[i][10] - coalesce(c.old_sources[i][10], 0) AS u_n
        FROM changed c CROSS JOIN LATERAL generate_subscripts(c.sources, 1) AS i
        WHERE c.same_issuers
              AND (c.sources[i][2], c.sources[i][3], c.sources[i][4], c.sources[i][5], c.sources[i][6],
                   c.sources[i][7], c.sources[i][8], c.sources[i][9], c.sources[i][10])
                  <> (c.old_sources[i][2], c.old_sources[i][3], c.old_sources[i][4], c.old_sources[i][5],
                      c.old_sources[i][6], c.old_sources[i][7], c.old_sources[i][8],
                      coalesce(c.old_sources[i][9], 0), coalesce(c.old_sources[i][10], 0))
        UNION ALL
        SELECT c.unit_id, c.week, c.home, c.sources[i][1],
               c.sources[i][2], c.sources[i][3], c.sources[i][4], c.sources[i][5], c.sources[i][6], c.sources[i][7],
               c.sources[i][8], c.sources[i][9], c.sources[i][10]
        FROM changed c CROSS JOIN LATERAL generate_subscripts(c.sources, 1) AS i
        WHERE c.same_issuers IS NOT TRUE
        UNION ALL
        SELECT c.unit_id, c.week, c.home, c.old_sources[i][1],
               -c.old_sources[i][2], -c.old_sources[i][3], -c.old_sources[i][4], -c.old_sources[i][5],
               -c.old_sources[i][6], -c.old_sources[i][7], -c.old_sources[i][8], -coalesce(c.old_sources[i][9], 0),
               -coalesce(c.old_sources[i][10], 0)
        FROM changed c CROSS JOIN LATERAL generate_subscripts(c.old_sources, 1) AS i
        WHERE c.same_issuers IS NOT TRUE
    ) both_counts
    GROUP BY 1, 2, 3, 4
    HAVING (total(n), total(m_meeting), total(m_document), total(m_form), total(m_inspection), total(m_other), total(c_min),
            total(u_min), total(u_n)) <> (0, 0, 0, 0, 0, 0, 0, 0, 0)
), gone_own AS (
    DELETE FROM rollup_own o USING changed c
    WHERE o.unit_id = c.unit_id AND o.week = c.week AND NOT c.lives
), put_own AS (
    INSERT INTO rollup_own (unit_id, week,
           n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection,
           m_other, c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min,
           returns, nil_returns, active)
    SELECT unit_id, week,
           n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection,
           m_other, c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min,
           returns, nil_returns, active
    FROM changed
    WHERE lives
    ON CONFLICT (unit_id, week) DO UPDATE SET
           n_meeting = excluded.n_meeting, n_document = excluded.n_document, n_form = excluded.n_form,
           n_inspection = excluded.n_inspection, n_other = excluded.n_other, m_meeting = excluded.m_meeting,
           m_document = excluded.m_document, m_form = excluded.m_form, m_inspection = excluded.m_inspection,
           m_other = excluded.m_other, c_meeting = excluded.c_meeting, c_document = excluded.c_document,
           c_form = excluded.c_form, c_inspection = excluded.c_inspection, c_other = excluded.c_other,
           self_min = excluded.self_min, after_hours_min = excluded.after_hours_min, bulk_min = excluded.bulk_min,
           returns = excluded.returns, nil_returns = excluded.nil_returns, active = excluded.active
), gone_own_source AS (
    DELETE FROM rollup_own_source s USING changed c
    WHERE s.unit_id = c.unit_id AND s.week = c.week AND NOT c.lives
), put_own_source AS (
    INSERT INTO rollup_own_source (unit_id, week, sources)
    SELECT unit_id, week, sources
    FROM changed
    WHERE lives AND sources IS DISTINCT FROM old_sources
    ON CONFLICT (unit_id, week) DO UPDATE SET sources = excluded.sources
), put_sub AS (
    INSERT INTO rollup_sub AS s (unit_id, week,
           n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection,
           m_other, c_meeting, c_document, c_form, c_inspection, c_other, self_min, after_hours_min, bulk_min,
           returns, nil_returns, active)
    SELECT a.id, c.week,
           total(d_n_meeting), total(d_n_document), total(d_n_form), total(d_n_inspection), total(d_n_other),
           total(d_m_meeting), total(d_m_document), total(d_m_form), total(d_m_inspection), total(d_m_other),
           total(d_c_meeting), total(d_c_document), total(d_c_form), total(d_c_inspection), total(d_c_other), total(d_self_min),
           total(d_after_hours_min), total(d_bulk_min), total(d_returns), total(d_nil_returns), total(d_active)
    FROM changed c
    CROSS JOIN LATERAL unnest(c.place) AS a (id)
    JOIN unit u ON u.id = a.id
    GROUP BY a.id, u.depth, c.week
    ORDER BY u.depth DESC, a.id, c.week
    ON CONFLICT (unit_id, week) DO UPDATE SET
           n_meeting = s.n_meeting + excluded.n_meeting, n_document = s.n_document + excluded.n_document,
           n_form = s.n_form + excluded.n_form, n_inspection = s.n_inspection + excluded.n_inspection,
           n_other = s.n_other + excluded.n_other, m_meeting = s.m_meeting + excluded.m_meeting,
           m_document = s.m_document + excluded.m_document, m_form = s.m_form + excluded.m_form,
           m_inspection = s.m_inspection + excluded.m_inspection, m_other = s.m_other + excluded.m_other,
           c_meeting = s.c_meeting + excluded.c_meeting, c_document = s.c_document + excluded.c_document,
           c_form = s.c_form + excluded.c_form, c_inspection = s.c_inspection + excluded.c_inspection,
           c_other = s.c_other + excluded.c_other, self_min = s.self_min + excluded.self_min,
           after_hours_min = s.after_hours_min + excluded.after_hours_min,
           bulk_min = s.bulk_min + excluded.bulk_min, returns = s.returns + excluded.returns,
           nil_returns = s.nil_returns + excluded.nil_returns, active = s.active + excluded.active
    RETURNING unit_id, week, returns, active, c_meeting + c_document + c_form + c_inspection + c_other AS c_min
), source_up AS MATERIALIZED (
    SELECT a.id, u.depth, u.level, c.week, c.issuer_id,
           total(c.n) AS n, total(c.m_meeting) AS m_meeting, total(c.m_document) AS m_document, total(c.m_form) AS m_form,
           total(c.m_inspection) AS m_inspection, total(c.m_other) AS m_other, total(c.c_min) AS c_min, total(c.u_min) AS u_min,
           total(c.u_n) AS u_n
    FROM source_changed c
    CROSS JOIN LATERAL unnest(c.home) AS a (id)
    JOIN unit u ON u.id = a.id
    GROUP BY a.id, u.depth, u.level, c.week, c.issuer_id
), put_source AS (
    INSERT INTO rollup_source AS s (unit_id, week, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min,
           u_min, u_n)
    SELECT id, week, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min, u_min, u_n
    FROM source_up
    WHERE (SELECT count(*) FROM put_sub) > 0 -- always rollup_sub first: two statements that took turns would deadlock
    ORDER BY depth DESC, id, week, issuer_id
    ON CONFLICT (unit_id, week, issuer_id) DO UPDATE SET
           n = s.n + excluded.n, m_meeting = s.m_meeting + excluded.m_meeting,
           m_document = s.m_document + excluded.m_document, m_form = s.m_form + excluded.m_form,
           m_inspection = s.m_inspection + excluded.m_inspection, m_other = s.m_other + excluded.m_other,
           c_min = s.c_min + excluded.c_min, u_min = s.u_min + excluded.u_min, u_n = s.u_n + excluded.u_n
    RETURNING unit_id, week, issuer_id, n, c_min, u_min, u_n
), held AS MATERIALIZED (
    SELECT k.week, p.kind, p.first
    FROM (SELECT DISTINCT week FROM source_changed) k
    JOIN source_span p ON k.week BETWEEN p.first AND p.until
), put_period AS (
    INSERT INTO source_period AS s (unit_id, kind, first, issuer_id, n, m_meeting, m_document, m_form, m_inspection, m_other, c_min,
           u_min, u_n, u_told_min)
    SELECT c.id, h.kind, h.first, c.issuer_id,
           total(c.n), total(c.m_meeting), total(c.m_document), total(c.m_form), total(c.m_inspection), total(c.m_other),
           total(c.c_min), total(c.u_min), total(c.u_n),
           -- a week whose records become enough, or too few, comes in or goes out as a whole
           total(CASE WHEN s.u_n >= %(min_returns)s THEN s.u_min ELSE 0 END
                 - CASE WHEN s.u_n - c.u_n >= %(min_returns)s THEN s.u_min - c.u_min ELSE 0 END)
    FROM source_up c
    JOIN held h USING (week)
    JOIN put_source s ON s.unit_id = c.id AND s.week = c.week AND s.issuer_id = c.issuer_id -- and so after rollup_source
    WHERE c.level IN ('nation', 'province', 'city', 'county')
    GROUP BY 1, c.depth, 2, 3, 4
    ORDER BY c.depth DESC, 1, 2, 3, 4
    ON CONFLICT (unit_id, kind, first, issuer_id) DO UPDATE SET
           n = s.n + excluded.n, m_meeting = s.m_meeting + excluded.m_meeting,
           m_document = s.m_document + excluded.m_document, m_form = s.m_form + excluded.m_form,
           m_inspection = s.m_inspection + excluded.m_inspection, m_other = s.m_other + excluded.m_other,
           c_min = s.c_min + excluded.c_min, u_min = s.u_min + excluded.u_min, u_n = s.u_n + excluded.u_n,
           u_told_min = s.u_told_min + excluded.u_told_min
)
SELECT (SELECT count(*) FROM taken) AS marks,
       (SELECT count(*) FROM leaf) AS keys,
       (SELECT json_agg(s)::text FROM put_sub s WHERE returns = 0 AND active = 0 AND c_min = 0) AS empty_sub,
       (SELECT json_agg(s)::text FROM put_source s WHERE n = 0 AND c_min = 0) AS empty_source
