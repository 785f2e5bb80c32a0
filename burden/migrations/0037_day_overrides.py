"""Days that are worked or free other than the calendar knows; the office keeps them."""

from django.conf import settings
from django.db import migrations, models


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute("GRANT INSERT, DELETE ON day_override TO burden_web", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0036_sums_of_issuers_by_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayOverride",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("is_workday", models.BooleanField()),
                ("note", models.CharField(max_length=200)),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "db_table": "day_override",
            },
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
