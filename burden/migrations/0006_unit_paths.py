"""One function derives the trees of all dates from the placements, for the web, for imports and for the turn of a week."""

from django.db import migrations

RECOMPUTE = """
-- A unit stands somewhere on every date: before its first placement where that one put it, after its last where that one left it.
CREATE FUNCTION recompute_paths(today date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    changed integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('burden.recompute_paths'));

    WITH RECURSIVE span AS MATERIALIZED (
        SELECT unit_id, parent_id,
               daterange(CASE WHEN row_number() OVER later = 1 THEN date '0001-01-01' ELSE lower(valid) END,
                         lead(lower(valid)) OVER later) AS valid
        FROM placement WINDOW later AS (PARTITION BY unit_id ORDER BY lower(valid))
    ), walk AS (
        SELECT unit_id, ARRAY[unit_id] AS ancestors, valid FROM span WHERE parent_id IS NULL
        UNION ALL
        SELECT s.unit_id, w.ancestors || s.unit_id, s.valid * w.valid
        FROM walk w JOIN span s ON s.parent_id = w.unit_id AND s.valid && w.valid
    ), step AS (
        SELECT unit_id, ancestors, lower(valid) AS from_week,
               lag(ancestors) OVER (PARTITION BY unit_id ORDER BY valid) AS before
        FROM walk
    ), fresh AS MATERIALIZED (
        SELECT unit_id, from_week, ancestors FROM step WHERE ancestors IS DISTINCT FROM before
    ), gone AS (
        DELETE FROM unit_path p USING (SELECT DISTINCT unit_id FROM fresh) f
        WHERE p.unit_id = f.unit_id
          AND NOT EXISTS (SELECT FROM fresh n WHERE n.unit_id = p.unit_id AND n.from_week = p.from_week)
    )
    INSERT INTO unit_path AS p (unit_id, from_week, path, ancestors)
    SELECT unit_id, from_week, array_to_string(ancestors, '.') || '.', ancestors FROM fresh
    ON CONFLICT (unit_id, from_week) DO UPDATE SET path = excluded.path, ancestors = excluded.ancestors
    WHERE p.ancestors <> excluded.ancestors;

    WITH facts AS (
        SELECT DISTINCT ON (unit_id) unit_id, parent_id, name, level, kind, headcount,
               CASE WHEN upper(valid) <= today THEN upper(valid) END AS closed_on
        FROM placement
        ORDER BY unit_id, lower(valid) > today, abs(lower(valid) - today)
    )
    UPDATE unit u
    SET parent_id = f.parent_id, name = f.name, level = f.level, kind = f.kind, headcount = f.headcount, closed_on = f.closed_on
    FROM facts f
    WHERE u.id = f.unit_id
      AND (u.parent_id, u.name, u.level, u.kind, u.headcount, u.closed_on)
          IS DISTINCT FROM (f.parent_id, f.name, f.level, f.kind, f.headcount, f.closed_on);
    GET DIAGNOSTICS changed = ROW_COUNT;

    -- one shard holds a county and all below it; above counties every unit has its own
    WITH now_in AS (
        SELECT DISTINCT ON (p.unit_id) p.unit_id, p.path, p.ancestors
        FROM unit_path p WHERE p.from_week <= today ORDER BY p.unit_id, p.from_week DESC
    ), stands AS (
        SELECT n.unit_id, n.path, cardinality(n.ancestors) - 1 AS depth,
               coalesce((SELECT c.id FROM unnest(n.ancestors) WITH ORDINALITY AS a (id, place)
                         JOIN unit c ON c.id = a.id AND c.level = 'county' ORDER BY a.place DESC LIMIT 1), n.unit_id) % 16 AS shard
        FROM now_in n
    )
    UPDATE unit u SET path = s.path, depth = s.depth, shard = s.shard
    FROM stands s
    WHERE u.id = s.unit_id AND (u.path, u.depth, u.shard) IS DISTINCT FROM (s.path, s.depth::smallint, s.shard::smallint);
    RETURN changed;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("burden", "0005_unit_titles")]
    operations = [migrations.RunSQL(RECOMPUTE, "DROP FUNCTION recompute_paths(date)")]
