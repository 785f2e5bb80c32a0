-- grain: unit x week, those whose figure must not be shown: too few people stand behind it, or it would give such a one away
-- inputs: units (bigint[]), own (their own figures, or with all below them), since, until (Mondays), min_returns, min_active
-- a family of a week: the units right below one in the tree of that week, and its own figure; the family's sum is shown
WITH RECURSIVE family AS (
    -- as one array, or the planner reads all of the weeks
    SELECT coalesce(array_agg(DISTINCT id), '{}') AS ids
    FROM unit_path
    CROSS JOIN unnest(ancestors[:cardinality(ancestors) - 1]) AS id
    WHERE unit_id = ANY(%(units)s::bigint[])
), member AS (
    -- a root is a family of one
    SELECT stood.unit_id, coalesce(stood.parent_id, -stood.unit_id) AS family, stood.from_week, stood.until
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
), cell AS NOT MATERIALIZED (
    SELECT m.family, s.unit_id, s.week, s.returns, s.active
    FROM member m
    JOIN rollup_sub s ON s.unit_id = m.unit_id AND s.week >= m.from_week AND s.week < m.until
    WHERE s.week BETWEEN %(since)s AND %(until)s
    UNION ALL
    SELECT unit_id, unit_id, week, returns, active
    FROM rollup_own
    WHERE unit_id = ANY((SELECT ids FROM family)::bigint[]) AND week BETWEEN %(since)s AND %(until)s
    UNION ALL
    -- an own figure is the last to be hidden, so that all below may stand as one beside it
    SELECT o.unit_id, part.id, o.week, part.returns, part.active
    FROM rollup_own o
    JOIN rollup_sub s USING (unit_id, week)
    CROSS JOIN LATERAL (
        VALUES (o.unit_id, o.returns, o.active), (-o.unit_id, s.returns - o.returns, s.active - o.active)
    ) part (id, returns, active)
    WHERE %(own)s AND o.unit_id = ANY(%(units)s::bigint[]) AND o.unit_id <> ALL((SELECT ids FROM family)::bigint[])
      AND o.week BETWEEN %(since)s AND %(until)s
), judged AS MATERIALIZED (
    SELECT family, week, coalesce(bool_or(is_small), false) AS has_small,
           coalesce(sum(returns) FILTER (WHERE is_small) >= %(min_returns)s
                    AND sum(active) FILTER (WHERE is_small) >= %(min_active)s, false) AS is_enough,
           (array_agg(unit_id ORDER BY unit_id = family, returns, unit_id) FILTER (WHERE NOT is_small))[1] AS least
    FROM (
        SELECT *, returns < %(min_returns)s OR active < %(min_active)s AS is_small FROM cell WHERE returns > 0
    ) filled
    GROUP BY family, week
), beside AS (
    -- the least shown one where the small ones are too few people together; below it one too, or its parts would add up to it
    SELECT family, least, week FROM judged WHERE has_small AND NOT is_enough AND least IS NOT NULL
    UNION
    SELECT below.family, below.least, below.week
    FROM beside b
    JOIN judged below ON below.family = b.least AND below.week = b.week AND NOT below.has_small
    WHERE b.least <> b.family
)
SELECT unit_id, week
FROM cell
WHERE unit_id = ANY(%(units)s::bigint[]) AND (unit_id = family) = %(own)s
  AND returns > 0 AND (returns < %(min_returns)s OR active < %(min_active)s)
UNION
SELECT least, week FROM beside WHERE least = ANY(%(units)s::bigint[]) AND (least = family) = %(own)s
