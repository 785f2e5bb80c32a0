"""What several cadres record and nobody registered."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = "GRANT INSERT, UPDATE, DELETE ON unregistered_demand TO burden_worker"


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0017_similar_demands"),
        ("reports", "0008_demand_sums"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnregisteredDemand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("meeting", "会议"),
                            ("document", "文件"),
                            ("form", "报表"),
                            ("inspection", "检查"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("cadres", models.IntegerField()),
                ("units", models.IntegerField()),
                ("n", models.IntegerField()),
                ("person_min", models.BigIntegerField()),
                ("first_week", models.DateField()),
                ("last_week", models.DateField()),
                (
                    "issuer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="burden.unit",
                    ),
                ),
            ],
            options={
                "db_table": "unregistered_demand",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
