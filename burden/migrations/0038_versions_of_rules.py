"""Rules in versions, with a scope and a time in which they hold; the pages add versions, and switch them on and off."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT, UPDATE (active) ON rule TO burden_web;
GRANT USAGE ON SEQUENCE rule_id_seq TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0037_day_overrides")]

    operations = [
        migrations.AlterField("rule", "code", models.CharField(max_length=30)),
        migrations.AddField(
            "rule",
            "scope",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
            ),
        ),
        migrations.AddField("rule", "version", models.IntegerField(db_default=1, default=1)),
        migrations.AddField("rule", "base", models.CharField(blank=True, db_default="", default="", max_length=30)),
        migrations.AddField("rule", "valid_from", models.DateField(null=True)),
        migrations.AddField("rule", "valid_until", models.DateField(null=True)),
        migrations.AddField("rule", "reason", models.CharField(blank=True, db_default="", default="", max_length=200)),
        migrations.AddField("rule", "by_name", models.CharField(blank=True, db_default="", default="", max_length=150)),
        migrations.AddField("rule", "made_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "rule",
            models.UniqueConstraint(fields=("code", "scope", "version"), name="rule_once", nulls_distinct=False),
        ),
        migrations.AddConstraint(
            "rule",
            models.CheckConstraint(
                condition=models.Q(("valid_until", None))
                | models.Q(("valid_from", None))
                | models.Q(("valid_until__gte", models.F("valid_from"))),
                name="rule_valid",
            ),
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
