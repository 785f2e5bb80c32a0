"""How many different people filed in a year."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = "GRANT INSERT, DELETE ON people_year TO burden_worker"


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0026_verification"), ("reports", "0011_unregistered_records")]
    operations = [
        migrations.CreateModel(
            name="PeopleYear",
            fields=[
                ("year", models.SmallIntegerField()),
                ("people", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit_id", "year", blank=True, editable=False, primary_key=True, serialize=False
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
            options={"db_table": "people_year", "default_manager_name": "every", "base_manager_name": "every"},
            managers=[("every", models.Manager())],
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
