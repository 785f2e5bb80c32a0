"""How long filing takes, of groups of five and more: what is left when the single times are deleted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = "GRANT INSERT, UPDATE ON portal_time TO burden_worker"


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0013_named_rights"), ("reports", "0009_unregistered_demands")]
    operations = [
        migrations.CreateModel(
            name="PortalTime",
            fields=[
                ("week", models.DateField()),
                ("n", models.IntegerField()),
                ("median_s", models.IntegerField()),
                ("total_s", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit_id", "week", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        "burden.unit",
                        django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        db_index=False,
                        db_constraint=False,
                    ),
                ),
            ],
            options={
                "db_table": "portal_time",
                "default_manager_name": "every",
                "base_manager_name": "every",
                "constraints": [models.CheckConstraint(condition=models.Q(n__gte=5), name="portal_time_group")],
            },
            managers=[("every", models.Manager())],
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
