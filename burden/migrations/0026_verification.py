"""What comparing all sums with what was filed came to: kept by the worker, read by everybody who asks whether all is well."""

from django.conf import settings
from django.db import migrations, models

RIGHTS = "GRANT INSERT ON verification TO burden_worker"


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0025_answered_claims_stay_used")]
    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("rows", models.BigIntegerField()),
                ("differences", models.BigIntegerField()),
            ],
            options={"db_table": "verification"},
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
