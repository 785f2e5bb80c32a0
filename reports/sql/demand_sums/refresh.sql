-- grain: demand x week of the marks taken
-- inputs: limit (marks); stale_demand, demand_count
-- outputs: rollup_demand; one row: marks, demands x weeks
-- units: counts, whole person-minutes
-- Marks are taken in the statement that counts, after the lock: both see one snapshot.
WITH taken AS (
    DELETE FROM stale_demand WHERE id IN (SELECT id FROM stale_demand ORDER BY id LIMIT %(limit)s)
    RETURNING demand_id, week
), marked AS MATERIALIZED (
    SELECT DISTINCT demand_id, week FROM taken
), fresh AS MATERIALIZED (
    SELECT c.*
    FROM marked m
    CROSS JOIN LATERAL (SELECT * FROM demand_count WHERE demand_id = m.demand_id AND week = m.week) c
), gone AS (
    DELETE FROM rollup_demand r USING marked m
    WHERE r.demand_id = m.demand_id AND r.week = m.week
          AND NOT EXISTS (
              SELECT FROM fresh f WHERE f.demand_id = r.demand_id AND f.week = r.week AND f.level = r.level)
), put AS (
    INSERT INTO rollup_demand AS r (demand_id, level, week, targets, answered, answers, done, not_applicable, repeated,
           claim_min, open_min, confirmed_min, after_hours_min, bulk_min, stated_min)
    SELECT demand_id, level, week, targets, answered, answers, done, not_applicable, repeated, claim_min, open_min,
           confirmed_min, after_hours_min, bulk_min, stated_min
    FROM fresh
    ON CONFLICT (demand_id, level, week) DO UPDATE SET
           targets = excluded.targets, answered = excluded.answered, answers = excluded.answers, done = excluded.done,
           not_applicable = excluded.not_applicable, repeated = excluded.repeated, claim_min = excluded.claim_min,
           open_min = excluded.open_min, confirmed_min = excluded.confirmed_min,
           after_hours_min = excluded.after_hours_min, bulk_min = excluded.bulk_min, stated_min = excluded.stated_min
)
SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM marked)
