"""A word of explanation beside an unusual size; the worker counts entries and reads no such word."""

from django.conf import settings
from django.db import migrations, models

RIGHTS = """
REVOKE SELECT ON entry FROM burden_worker;
GRANT SELECT (id, weekly_return_id, unit_id, cadre_id, week, key, target_id, answer, evidence, repeated, after_hours, category,
              subkind, title, issuer_id, people, minutes, travel_minutes, prep_minutes, person_min) ON entry TO burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0014_answered_targets")]
    operations = [
        migrations.AddField(
            model_name="entry",
            name="note",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
