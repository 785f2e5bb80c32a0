"""What a review asks of targets and answers that row level security keeps from an issuer: counts alone."""

from django.conf import settings
from django.db import migrations

FACTS = """
-- meetings that the same units have in a week, and how many of these units each asks
CREATE FUNCTION meetings_beside(units bigint[], monday date, but bigint) RETURNS TABLE (demand_id bigint, receivers bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.demand_id, count(*) FROM target t
    WHERE t.unit_id = ANY (units) AND t.week = monday AND t.category = 'meeting' AND NOT t.withdrawn AND t.demand_id <> but
    GROUP BY 1
$$;
-- inspections on site that the busiest of some units has from one day to before another
CREATE FUNCTION most_visits(units bigint[], since date, before date, but bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT coalesce(max(visits), 0) FROM (
        SELECT count(*) AS visits FROM target t JOIN demand d ON d.id = t.demand_id
        WHERE t.unit_id = ANY (units) AND t.week > since - 7 AND t.week < before AND t.due_on >= since
              AND t.due_on < before AND t.category = 'inspection' AND NOT t.withdrawn AND t.demand_id <> but
              AND d.facts @> '{"on_site": true}'
        GROUP BY t.unit_id
    ) AS busy
$$;
-- how many answers of the same unit followed each other, and how many of them changed by more than a tenth
CREATE FUNCTION past_change(of_demand bigint) RETURNS TABLE (pairs bigint, changed bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH said AS (
        SELECT t.unit_id, t.week, sum(e.person_min) AS minutes
        FROM target t JOIN demand d ON d.id = t.demand_id JOIN entry e ON e.target_id = t.id
        WHERE t.demand_id = of_demand AND e.answer = 'done' AND d.issuer_id IN (SELECT acting_units())
        GROUP BY 1, 2
    ), pair AS (
        SELECT minutes, lag(minutes) OVER (PARTITION BY unit_id ORDER BY week) AS before FROM said
    )
    SELECT count(*), count(*) FILTER (WHERE abs(minutes - before) * 10 > before) FROM pair WHERE before IS NOT NULL
$$;
-- how many units each demand asks
CREATE FUNCTION receiver_counts(demand_ids bigint[]) RETURNS TABLE (demand_id bigint, receivers bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.demand_id, count(DISTINCT t.unit_id) FROM target t
    WHERE t.demand_id = ANY (demand_ids) AND NOT t.withdrawn GROUP BY 1
$$;
DO $$
DECLARE owned regproc;
BEGIN
    FOREACH owned IN ARRAY ARRAY['meetings_beside', 'most_visits', 'past_change', 'receiver_counts']::regproc[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', owned, current_schema());
    END LOOP;
END $$;
"""
RIGHTS = """
REVOKE EXECUTE ON FUNCTION meetings_beside, most_visits, past_change, receiver_counts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION meetings_beside, most_visits, past_change, receiver_counts TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0019_rules")]
    operations = [
        migrations.RunSQL(FACTS, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
