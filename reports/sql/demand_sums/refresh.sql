-- grain: demand x week of the marks taken, and where units of it are hidden, of what its issuer asked in that week besides
-- inputs: until (newest mark), limit (marks), min_returns; stale_demand, demand, rollup_demand, target_answer
-- outputs: rollup_demand, not yet judged; one row: marks; demands and weeks beside each other; marks again in stale_demand where a unit
--          that answered awaits a recount
-- units: counts, whole person-minutes
-- Marks are taken in the statement that counts, after the lock: both see one snapshot. What is told of hidden units depends on the
-- other demands of the issuer.
WITH named AS MATERIALIZED (
    SELECT DISTINCT demand_id, week
    FROM (SELECT demand_id, week FROM stale_demand WHERE id <= %(until)s ORDER BY id LIMIT %(limit)s) oldest
), taken AS (
    -- with all other marks of the same, each of which would recount the issuer's week again
    DELETE FROM stale_demand s USING named n
    WHERE s.demand_id = n.demand_id AND s.week = n.week AND s.id <= %(until)s
    RETURNING 1
), of_named AS MATERIALIZED (
    SELECT a.* FROM named n JOIN target_answer a ON a.demand_id = n.demand_id AND a.week = n.week
), beside AS MATERIALIZED (
    SELECT r.demand_id, r.week
    FROM (
        SELECT issuer_id, week FROM of_named WHERE among IS NOT NULL AND answers > 0
        UNION
        SELECT d.issuer_id, r.week
        FROM named n
        JOIN demand d ON d.id = n.demand_id
        JOIN rollup_demand r ON r.demand_id = n.demand_id AND r.week = n.week
        WHERE r.left_out > 0
    ) asked
    JOIN demand d ON d.issuer_id = asked.issuer_id
    JOIN rollup_demand r ON r.demand_id = d.id AND r.week = asked.week
    EXCEPT
    SELECT demand_id, week FROM named
), marked AS MATERIALIZED (
    SELECT demand_id, week FROM named UNION ALL SELECT demand_id, week FROM beside
), answer AS MATERIALIZED (
    SELECT * FROM of_named
    UNION ALL
    SELECT a.* FROM beside b JOIN target_answer a ON a.demand_id = b.demand_id AND a.week = b.week
), fresh AS MATERIALIZED (
    -- include told
), gone AS (
    DELETE FROM rollup_demand r USING marked m
    WHERE r.demand_id = m.demand_id AND r.week = m.week
          AND NOT EXISTS (
              SELECT FROM fresh f WHERE f.demand_id = r.demand_id AND f.week = r.week AND f.level = r.level)
), put AS (
    INSERT INTO rollup_demand AS r (
        -- include columns
    )
    SELECT
        -- include columns
    FROM fresh
    ON CONFLICT (demand_id, level, week) DO UPDATE SET
           targets = excluded.targets, answered = excluded.answered, answers = excluded.answers, done = excluded.done,
           not_applicable = excluded.not_applicable, repeated = excluded.repeated, claim_min = excluded.claim_min,
           open_min = excluded.open_min, confirmed_min = excluded.confirmed_min,
           after_hours_min = excluded.after_hours_min, left_out = excluded.left_out, left_out_units = excluded.left_out_units, left_out_min = excluded.left_out_min,
           of_hidden = excluded.of_hidden, of_hidden_min = excluded.of_hidden_min
)
SELECT (SELECT count(*) FROM taken),
       (SELECT array_agg(demand_id) FROM marked), (SELECT array_agg(week) FROM marked),
       -- once until it is taken: a sweep would else leave more marks than it took
       (SELECT mark_demands(array_agg(demand_id), array_agg(week))
        FROM (SELECT DISTINCT demand_id, week FROM fresh WHERE is_held) held
        WHERE NOT EXISTS (
            SELECT FROM stale_demand s WHERE s.demand_id = held.demand_id AND s.week = held.week AND s.id > %(until)s))
