-- grain: unit x week, its own figure or that with all below it
-- inputs: asked (bigint[]) and weeks (Mondays): which are known now; units (bigint[]) beside of_weeks (Mondays) and own (boolean[]):
--         what of them is hidden
-- outputs: hidden_week; what changed: unit, Monday, own
WITH known AS (
    SELECT * FROM unnest(%(units)s::bigint[], %(of_weeks)s::date[], %(own)s::boolean[]) AS each (unit_id, week, own)
), gone AS (
    DELETE FROM hidden_week h
    WHERE week = ANY(%(weeks)s::date[]) AND unit_id = ANY(%(asked)s::bigint[])
          AND NOT EXISTS (SELECT FROM known k WHERE (k.unit_id, k.week, k.own) = (h.unit_id, h.week, h.own))
    RETURNING unit_id, week, own
), come AS (
    INSERT INTO hidden_week (unit_id, week, own)
    SELECT unit_id, week, own FROM known
    ON CONFLICT DO NOTHING
    RETURNING unit_id, week, own
)
TABLE gone UNION ALL TABLE come
