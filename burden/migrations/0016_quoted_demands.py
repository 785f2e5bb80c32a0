"""An issuer that is asked for its data sees what it is wanted for, though that demand is not out yet."""

from django.conf import settings
from django.db import migrations

# a policy of demand that read demand would call itself
RIGHTS = """
CREATE FUNCTION wanting_quotes() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT q.demand_id FROM quote_request q JOIN demand d ON d.id = q.of_id WHERE d.issuer_id IN (SELECT acting_units())
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION wanting_quotes() SET search_path = %I, pg_temp', current_schema());
END $$;
CREATE POLICY quoting ON demand FOR SELECT TO burden_web USING (id IN (SELECT wanting_quotes()));
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0015_entry_note")]
    operations = [migrations.RunPython(set_rights, migrations.RunPython.noop)]
