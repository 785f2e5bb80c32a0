-- grain: unit x week, those whose figure must not be shown: too few people stand behind it, or it would give such a one away
-- inputs: units (bigint[]), own (their own figures, or with all below them), since, until (Mondays)
-- a family of a week: the units right below one in the tree of that week, and its own figure; the family's sum is shown
--
-- 5 returns and 3 active cadres (peers.MIN_RETURNS, MIN_ACTIVE) are written out as in the indexes *_few, or a plan that is made
-- once could not use them. Small figures are found first, by those indexes; only where they are too few people together are other figures read.
WITH RECURSIVE family AS (
    -- as one array, or the planner reads all of the weeks
    SELECT coalesce(array_agg(DISTINCT id), '{}') AS ids
    FROM (
        SELECT unnest(above) AS id
        FROM (
            SELECT DISTINCT ancestors[:cardinality(ancestors) - 1] AS above FROM unit_path WHERE unit_id = ANY(%(units)s::bigint[])
        ) line
    ) each_above
), seat AS MATERIALIZED (
    -- a member's figure is that of the whole unit and all below it, its own, or the one without the other; a root is a family of one
    SELECT coalesce(stood.parent_id, -stood.unit_id) AS family, stood.unit_id, stood.from_week, stood.until,
           stood.unit_id AS whole, NULL::bigint AS own, 1 AS sign
    FROM (
        SELECT unit_id FROM placement WHERE parent_id = ANY((SELECT ids FROM family)::bigint[])
        UNION
        SELECT unnest(%(units)s::bigint[])
    ) candidate (id)
    CROSS JOIN LATERAL (
        SELECT unit_id, ancestors[cardinality(ancestors) - 1] AS parent_id, from_week,
               lead(from_week, 1, 'infinity') OVER (ORDER BY from_week) AS until
        FROM unit_path
        WHERE unit_id = candidate.id
    ) stood
    WHERE stood.parent_id IS NULL OR stood.parent_id = ANY((SELECT ids FROM family)::bigint[])
    UNION ALL
    SELECT id, id, '-infinity', 'infinity', NULL, id, 1 FROM family CROSS JOIN unnest(ids) AS id
    UNION ALL
    -- an own figure is the last to be hidden, so that all below may stand as one beside it
    SELECT id, part.unit_id, '-infinity', 'infinity', part.whole, id, part.sign
    FROM (SELECT DISTINCT unnest(%(units)s::bigint[])) asked (id)
    CROSS JOIN LATERAL (VALUES (id, NULL, 1), (-id, id, -1)) part (unit_id, whole, sign)
    WHERE %(own)s AND id <> ALL((SELECT ids FROM family)::bigint[])
), small AS MATERIALIZED (
    SELECT t.family, t.unit_id, s.week, s.returns, s.active
    FROM seat t
    JOIN rollup_sub s ON s.unit_id = t.whole AND s.week >= t.from_week AND s.week < t.until
    WHERE t.own IS NULL AND s.week BETWEEN %(since)s AND %(until)s
      AND s.returns > 0 AND (s.returns < 5 OR s.active < 3)
    UNION ALL
    SELECT t.family, t.unit_id, o.week, o.returns, o.active
    FROM seat t
    JOIN rollup_own o ON o.unit_id = t.own
    WHERE t.whole IS NULL AND o.week BETWEEN %(since)s AND %(until)s
      AND o.returns > 0 AND (o.returns < 5 OR o.active < 3)
    UNION ALL
    SELECT t.family, t.unit_id, s.week, s.returns - o.returns, s.active - o.active
    FROM seat t
    JOIN rollup_sub s ON s.unit_id = t.whole
    JOIN rollup_own o ON o.unit_id = t.own AND o.week = s.week
    WHERE t.sign = -1 AND s.week BETWEEN %(since)s AND %(until)s
      AND s.returns > o.returns AND (s.returns - o.returns < 5 OR s.active - o.active < 3)
), few AS MATERIALIZED (
    SELECT family, week
    FROM small
    GROUP BY family, week
    HAVING sum(returns) < 5 OR sum(active) < 3
), beside AS (
    -- the least shown one where the small ones are too few people together; below it one too, or its parts would add up to it
    SELECT family, least, week
    FROM (
        SELECT t.family, t.unit_id AS least, f.week,
               row_number() OVER (PARTITION BY t.family, f.week ORDER BY t.unit_id = t.family, c.returns, t.unit_id) AS place
        FROM few f
        JOIN seat t ON t.family = f.family AND f.week >= t.from_week AND f.week < t.until
        LEFT JOIN rollup_sub s ON s.unit_id = t.whole AND s.week = f.week
        LEFT JOIN rollup_own o ON o.unit_id = t.own AND o.week = f.week
        CROSS JOIN LATERAL (
            SELECT coalesce(s.returns, 0) + t.sign * coalesce(o.returns, 0) AS returns,
                   coalesce(s.active, 0) + t.sign * coalesce(o.active, 0) AS active
        ) c
        WHERE c.returns >= 5 AND c.active >= 3
    ) ordered
    WHERE place = 1
    UNION
    SELECT family, least, week
    FROM (
        SELECT t.family, t.unit_id AS least, b.week,
               row_number() OVER (PARTITION BY t.family, b.week ORDER BY t.unit_id = t.family, c.returns, t.unit_id) AS place
        FROM beside b
        JOIN seat t ON t.family = b.least AND b.week >= t.from_week AND b.week < t.until
        LEFT JOIN rollup_sub s ON s.unit_id = t.whole AND s.week = b.week
        LEFT JOIN rollup_own o ON o.unit_id = t.own AND o.week = b.week
        CROSS JOIN LATERAL (
            SELECT coalesce(s.returns, 0) + t.sign * coalesce(o.returns, 0) AS returns
        ) c
        WHERE b.least <> b.family AND c.returns > 0
          AND NOT EXISTS (SELECT FROM small WHERE small.family = b.least AND small.week = b.week)
    ) ordered
    WHERE place = 1
)
SELECT unit_id, week
FROM small
WHERE unit_id = ANY(%(units)s::bigint[]) AND (unit_id = family) = %(own)s
UNION
SELECT least, week FROM beside WHERE least = ANY(%(units)s::bigint[]) AND (least = family) = %(own)s
