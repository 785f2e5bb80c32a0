"""The category of what a unit answered: an issuer's rows of units are told by it, so what a demand leaves out is too."""

from importlib import import_module

from django.conf import settings
from django.db import migrations

before = import_module("reports.migrations.0022_hidden_weeks")
DEFINED = before.ANSWERS.partition("DROP VIEW demand_count;")[2]
NOW = DEFINED.replace("CREATE VIEW", "CREATE OR REPLACE VIEW").replace(
    "c.claim_min - o.open_min AS used_min\n", "c.claim_min - o.open_min AS used_min,\n       t.category\n"
)
RIGHTS = "REVOKE ALL ON target_answer{0} FROM burden_web; GRANT SELECT ON target_answer{0} TO burden_worker"


def backwards(apps, schema_editor):
    schema_editor.execute(f"DROP VIEW target_answer; {DEFINED}; {before.COUNT}", params=None)
    if settings.DATABASE_ROLES:  # skipped where a managed server forbids roles
        schema_editor.execute(RIGHTS.format(", demand_count"), params=None)


class Migration(migrations.Migration):
    dependencies = [("reports", "0023_export_sizes")]
    operations = [
        migrations.RunSQL(f"DROP VIEW demand_count; {NOW}", migrations.RunSQL.noop),
        migrations.RunPython(migrations.RunPython.noop, backwards),
    ]
