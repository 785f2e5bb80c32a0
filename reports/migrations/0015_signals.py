"""Signals: what looks wrong in the numbers, counted anew every night."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = "GRANT INSERT, DELETE ON signal TO burden_worker"


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0025_answered_claims_stay_used"),
        ("reports", "0014_source_periods"),
    ]

    operations = [
        migrations.CreateModel(
            name="Signal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("outlier", "明显偏重"),
                            ("split", "拆会"),
                            ("renamed", "换名"),
                            ("informal", "非正式渠道"),
                            ("relay", "快转"),
                            ("unregistered", "未登记"),
                        ],
                        max_length=12,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=250)),
                ("since", models.DateField()),
                (
                    "category",
                    models.CharField(
                        blank=True,
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
                ("first_week", models.DateField()),
                ("last_week", models.DateField()),
                ("strength", models.IntegerField()),
                ("person_min", models.BigIntegerField()),
                ("evidence", models.JSONField()),
                ("first_seen", models.DateField()),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="burden.unit",
                    ),
                ),
            ],
            options={
                "db_table": "signal",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "unit", "subject", "since"), name="signal_key")
                ],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
