"""How a demand's answers were confirmed, in bulk or as stated, is told of units alone: nothing read it by demand."""

from importlib import import_module

from django.conf import settings
from django.db import migrations, models

before = import_module("reports.migrations.0024_answers_by_category")
OF_TARGETS = " a.bulk_min, a.stated_min,"
OF_ENTRIES = """ AS after_hours_min,
           coalesce(sum(person_min) FILTER (WHERE evidence = 2), 0) AS bulk_min,
           coalesce(sum(person_min) FILTER (WHERE evidence = 4), 0) AS stated_min
"""
NOW = before.NOW.replace(OF_TARGETS, "").replace(OF_ENTRIES, " AS after_hours_min\n")
NAMES = ("bulk_min", "stated_min")


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(before.RIGHTS.format(""), params=None)


class Migration(migrations.Migration):
    dependencies = [("reports", "0028_answers_by_kind")]
    operations = [
        migrations.RunPython(migrations.RunPython.noop, set_rights),
        migrations.RunSQL(f"DROP VIEW target_answer; {NOW}", f"DROP VIEW target_answer; {before.NOW}"),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
        # so that they can be put back
        *(migrations.AlterField("rollupdemand", name, models.BigIntegerField(db_default=0)) for name in NAMES),
        *(migrations.RemoveField("rollupdemand", name) for name in NAMES),
    ]
