"""Web reads sums and asks for exports; the worker counts and writes files."""

from django.conf import settings
from django.db import migrations

RIGHTS = """
REVOKE INSERT, UPDATE, DELETE ON rollup_own, rollup_sub, rollup_source FROM burden_web;
GRANT INSERT, UPDATE, DELETE ON rollup_own, rollup_sub, rollup_source TO burden_worker;
GRANT UPDATE, DELETE ON export_job TO burden_worker;
ALTER TABLE export_job ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON export_job TO burden_web
    USING (requested_by_id = (SELECT acting())) WITH CHECK (requested_by_id = (SELECT acting()));
CREATE POLICY runs ON export_job TO burden_worker USING (true) WITH CHECK (true);
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_tables"), ("burden", "0003_guards")]
    operations = [migrations.RunPython(set_rights, migrations.RunPython.noop)]
