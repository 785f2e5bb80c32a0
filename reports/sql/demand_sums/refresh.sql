-- grain: demand x week of the marks taken, and of what its issuer asked in that week besides
-- inputs: limit (marks); stale_demand, demand, rollup_demand, target_answer
-- outputs: rollup_demand; one row: marks, demands x weeks
-- units: counts, whole person-minutes
-- Marks are taken in the statement that counts, after the lock: both see one snapshot. What is told of one demand depends on the
-- others of its issuer: the rule is that of demand_count (migration 0022), which counts all.
WITH taken AS (
    DELETE FROM stale_demand WHERE id IN (SELECT id FROM stale_demand ORDER BY id LIMIT %(limit)s)
    RETURNING demand_id, week
), marked AS MATERIALIZED (
    SELECT demand_id, week FROM taken
    UNION
    SELECT r.demand_id, r.week
    FROM (SELECT DISTINCT d.issuer_id, t.week FROM taken t JOIN demand d ON d.id = t.demand_id) asked
    JOIN demand d ON d.issuer_id = asked.issuer_id
    JOIN rollup_demand r ON r.demand_id = d.id AND r.week = asked.week
), known AS (
    SELECT a.*, sum(a.answers) OVER (PARTITION BY a.issuer_id, a.week, a.among, a.demand_id, a.level) BETWEEN 1 AND 4 AS is_few
    FROM marked m
    JOIN target_answer a ON a.demand_id = m.demand_id AND a.week = m.week
), judged AS (
    SELECT *, among IS NULL OR NOT bool_or(is_few) OVER (PARTITION BY issuer_id, week, among) AS is_told FROM known
), fresh AS MATERIALIZED (
    SELECT demand_id, level, week,
           count(*)::int AS targets,
           (count(*) FILTER (WHERE answers > 0))::int AS answered,
           sum(answers)::int AS answers,
           coalesce(sum(done) FILTER (WHERE is_told), 0)::int AS done,
           coalesce(sum(not_applicable) FILTER (WHERE is_told), 0)::int AS not_applicable,
           coalesce(sum(repeated) FILTER (WHERE is_told), 0)::int AS repeated,
           sum(claim_min)::bigint AS claim_min,
           sum(open_min)::bigint AS open_min,
           coalesce(sum(confirmed_min) FILTER (WHERE is_told), 0)::bigint AS confirmed_min,
           coalesce(sum(after_hours_min) FILTER (WHERE is_told), 0)::bigint AS after_hours_min,
           coalesce(sum(bulk_min) FILTER (WHERE is_told), 0)::bigint AS bulk_min,
           coalesce(sum(stated_min) FILTER (WHERE is_told), 0)::bigint AS stated_min,
           coalesce(sum(answers) FILTER (WHERE NOT is_told), 0)::int AS left_out,
           (count(*) FILTER (WHERE answers > 0 AND NOT is_told))::int AS left_out_units,
           coalesce(sum(used_min) FILTER (WHERE NOT is_told), 0)::bigint AS left_out_min
    FROM judged
    GROUP BY 1, 2, 3
), gone AS (
    DELETE FROM rollup_demand r USING marked m
    WHERE r.demand_id = m.demand_id AND r.week = m.week
          AND NOT EXISTS (
              SELECT FROM fresh f WHERE f.demand_id = r.demand_id AND f.week = r.week AND f.level = r.level)
), put AS (
    INSERT INTO rollup_demand AS r (demand_id, level, week, targets, answered, answers, done, not_applicable, repeated,
           claim_min, open_min, confirmed_min, after_hours_min, bulk_min, stated_min, left_out, left_out_units, left_out_min)
    SELECT demand_id, level, week, targets, answered, answers, done, not_applicable, repeated, claim_min, open_min,
           confirmed_min, after_hours_min, bulk_min, stated_min, left_out, left_out_units, left_out_min
    FROM fresh
    ON CONFLICT (demand_id, level, week) DO UPDATE SET
           targets = excluded.targets, answered = excluded.answered, answers = excluded.answers, done = excluded.done,
           not_applicable = excluded.not_applicable, repeated = excluded.repeated, claim_min = excluded.claim_min,
           open_min = excluded.open_min, confirmed_min = excluded.confirmed_min,
           after_hours_min = excluded.after_hours_min, bulk_min = excluded.bulk_min, stated_min = excluded.stated_min,
           left_out = excluded.left_out, left_out_units = excluded.left_out_units, left_out_min = excluded.left_out_min
)
SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM marked)
