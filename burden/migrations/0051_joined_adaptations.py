"""Adaptations that join another, and practices with a template; what an adaptation excused comes back when it holds no more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The lead that takes an adaptation back sends nothing: the function asks its units again for what it had excused, no more.
RESTORE = """
CREATE FUNCTION restore_targets(of_adaptation bigint, of_demand bigint, of_units bigint[], of_days date[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE back integer;
BEGIN
    INSERT INTO target (demand_id, unit_id, week, due_on, issuer_id, category,
                        people, minutes, travel_minutes, prep_minutes, evidence, tariff_id, withdrawn)
    SELECT d.id, u.id, date_trunc('week', day)::date, day, d.issuer_id, d.category,
           d.people, d.minutes, d.travel_minutes, d.prep_minutes, coalesce(beside.evidence, 1), beside.tariff_id, false
    FROM adaptation a
    JOIN unit area ON area.id = a.area_id
    JOIN demand d ON d.id = of_demand AND d.issuer_id = a.issuer_id AND d.state IN ('issued', 'changed')
    JOIN unit u ON u.id = ANY (of_units) AND u.path >= area.path AND u.path < left(area.path, -1) || '/'
    CROSS JOIN unnest(of_days) AS day
    -- where its minutes come from is the same for all whom it asks
    LEFT JOIN LATERAL (
        SELECT t.evidence, t.tariff_id FROM target t WHERE t.demand_id = d.id ORDER BY t.id DESC LIMIT 1) beside ON true
    WHERE a.id = of_adaptation AND a.kind IN ('receivers', 'frequency') AND a.decided_by_id IS NOT NULL
          AND day BETWEEN a.from_week AND a.until
          AND NOT (a.state = 'approved'
                   AND CASE a.whom WHEN 'unit' THEN u.id = a.unit_id
                                   WHEN 'kind' THEN u.kind = a.unit_kind
                                   ELSE a.trait = ANY (u.traits) END)
          AND NOT EXISTS (SELECT FROM demand_refusal r WHERE r.demand_id = d.id AND r.unit_id = u.id)
    ON CONFLICT (demand_id, unit_id, week) DO NOTHING;
    GET DIAGNOSTICS back = ROW_COUNT;
    RETURN back;
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION restore_targets(bigint, bigint, bigint[], date[]) SET search_path = %I, pg_temp', current_schema());
END $$;
"""
RIGHTS = """
REVOKE EXECUTE ON FUNCTION restore_targets(bigint, bigint, bigint[], date[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION restore_targets(bigint, bigint, bigint[], date[]) TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0050_resources")]

    operations = [
        migrations.AddField(
            model_name="adaptation",
            name="joined",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="joins", to="burden.adaptation"
            ),
        ),
        migrations.AddField(
            model_name="practice",
            name="template",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.demand"
            ),
        ),
        migrations.RunSQL(RESTORE, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
