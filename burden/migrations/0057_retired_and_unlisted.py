"""Items off the duty list from a day on; what is on no list is sent back as what was recalled is, by one unit or for all."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# An office decides, and changes nothing that departments wrote: the function puts under the granted item what it was asked from.
LIST = """
CREATE FUNCTION list_demand(of_admission bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE demand d SET duty_item_id = a.item_id FROM admission a
    WHERE a.id = of_admission AND a.state = 'granted' AND d.id = a.demand_id AND d.issuer_id = a.unit_id
          AND d.duty_item_id IS NULL AND d.state <> 'withdrawn'
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION list_demand(bigint) SET search_path = %I, pg_temp', current_schema());
END $$;
"""
# as in 0051_joined_adaptations, but for what was sent back for all
RESTORE = """
CREATE OR REPLACE FUNCTION restore_targets(of_adaptation bigint, of_demand bigint, of_units bigint[], of_days date[]) RETURNS integer
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
          AND NOT EXISTS (SELECT FROM demand_refusal r JOIN unit above ON above.id = r.unit_id
                          WHERE r.demand_id = d.id AND day >= r.from_week
                                AND (above.id = u.id OR r.whole AND u.path >= above.path AND u.path < left(above.path, -1) || '/'))
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
REVOKE EXECUTE ON FUNCTION list_demand(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION list_demand(bigint) TO burden_web;
DROP POLICY received_or_sent ON demand_refusal;
CREATE POLICY received_or_sent ON demand_refusal FOR SELECT TO burden_web
    USING (whole OR unit_id IN (SELECT acting_range())
           OR demand_id IN (SELECT id FROM demand
                            WHERE issuer_id IN (SELECT unit_id FROM post WHERE user_id = (SELECT acting()))));
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0056_groups")]

    operations = [
        migrations.AddField("dutyitem", "retired_on", models.DateField(null=True)),
        migrations.AddField(
            "dutyitem", "retired_reason", models.CharField(blank=True, db_default="", default="", max_length=200)
        ),
        migrations.AddField("refusal", "whole", models.BooleanField(db_default=False, default=False)),
        migrations.AlterField(
            "refusal",
            "item",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.dutyitem"
            ),
        ),
        migrations.RunSQL(LIST, migrations.RunSQL.noop),
        migrations.RunSQL(RESTORE, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
