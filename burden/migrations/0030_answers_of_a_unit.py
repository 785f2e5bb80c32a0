"""What the lead of a unit learns of its week: how many answered each target, and what it took where that tells of nobody."""

from django.conf import settings
from django.db import migrations

# A sum needs five cadres behind it. The unit's figures by issuer and by category are known elsewhere: what they leave beside the
# sums told here must be nothing, or of five cadres as well, or the smallest of these sums is not told either.
ANSWERS = """
CREATE FUNCTION unit_answers(of_unit bigint, of_week date)
RETURNS TABLE (target_id bigint, answers int, repeated int, minutes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH mine AS (
        SELECT e.target_id, e.issuer_id, e.category, e.cadre_id, e.person_min, e.repeated, e.answer = 'done' AS is_done
        FROM entry e
        WHERE e.unit_id = of_unit AND e.week = of_week
          AND EXISTS (SELECT FROM post p WHERE p.user_id = acting() AND p.unit_id = of_unit AND p.role = 'lead'
                                           AND p.valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date)
    ), answered AS (
        SELECT m.target_id, m.issuer_id, m.category, count(DISTINCT m.cadre_id)::int AS answers,
               count(DISTINCT m.cadre_id) FILTER (WHERE m.is_done) AS done, sum(m.person_min)::bigint AS minutes,
               count(*) FILTER (WHERE m.repeated)::int AS repeated
        FROM mine m WHERE m.target_id IS NOT NULL GROUP BY 1, 2, 3
    ), beside_issuer AS (
        SELECT m.issuer_id, m.category, count(DISTINCT m.cadre_id) AS cadres
        FROM mine m LEFT JOIN answered a USING (target_id)
        WHERE m.is_done AND (a.target_id IS NULL OR a.done < 5)
        GROUP BY 1, 2
    ), once AS (
        SELECT a.*, a.done >= 5 AND NOT (coalesce(b.cadres, 0) BETWEEN 1 AND 4 AND row_number() OVER (
                   PARTITION BY a.issuer_id, a.category, a.done >= 5 ORDER BY a.done, a.target_id) = 1) AS is_told
        FROM answered a LEFT JOIN beside_issuer b USING (issuer_id, category)
    ), beside_category AS (
        SELECT m.category, count(DISTINCT m.cadre_id) AS cadres
        FROM mine m LEFT JOIN once o USING (target_id)
        WHERE m.is_done AND o.is_told IS NOT TRUE
        GROUP BY 1
    )
    SELECT o.target_id, o.answers, CASE WHEN o.answers >= 5 THEN o.repeated ELSE 0 END,
           CASE WHEN o.is_told AND NOT (coalesce(b.cadres, 0) BETWEEN 1 AND 4 AND row_number() OVER (
               PARTITION BY o.category, o.is_told ORDER BY o.done, o.target_id) = 1) THEN o.minutes END
    FROM once o LEFT JOIN beside_category b USING (category)
$$;
"""
OWNED = """
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION unit_answers(bigint,date) SET search_path = %I, pg_temp', current_schema());
END $$;
"""
RIGHTS = """
REVOKE EXECUTE ON FUNCTION unit_answers(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unit_answers(bigint, date) TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0029_goals_and_samples")]
    operations = [
        migrations.RunSQL(ANSWERS, migrations.RunSQL.noop),
        migrations.RunSQL(OWNED, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
