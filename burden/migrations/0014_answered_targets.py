"""An issuer learns which of its targets were answered, and nothing of the answers; a cadre who passed something on may take it back."""

from django.conf import settings
from django.db import migrations

ANSWERED = """
CREATE FUNCTION answered_targets(of_demand bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.id FROM target t WHERE t.demand_id = of_demand AND EXISTS (SELECT FROM entry e WHERE e.target_id = t.id)
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION answered_targets(bigint) SET search_path = %I, pg_temp', current_schema());
END $$;
"""
RIGHTS = """
REVOKE EXECUTE ON FUNCTION answered_targets(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION answered_targets(bigint) TO burden_web;
ALTER POLICY changed ON target
    USING (unit_id IN (SELECT acting_range())
           OR issuer_id IN (SELECT unit_id FROM post WHERE user_id = (SELECT acting())));
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0013_named_rights")]
    operations = [
        migrations.RunSQL(ANSWERED, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
