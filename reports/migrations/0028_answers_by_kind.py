"""Which kinds of units say that a demand does not apply to them, counted every night; and the signal that is told of it."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT, DELETE ON kind_answers TO burden_worker;
GRANT USAGE ON SEQUENCE kind_answers_id_seq TO burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0044_reason_of_not_applicable"),
        ("reports", "0027_weeks_of_unregistered"),
    ]

    operations = [
        migrations.AlterField(
            model_name="signal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("outlier", "明显偏重"),
                    ("split", "拆会"),
                    ("renamed", "换名"),
                    ("informal", "非正式渠道"),
                    ("relay", "快转"),
                    ("unregistered", "未登记"),
                    ("uniform", "一刀切"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="KindAnswers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plain", models.CharField(max_length=200)),
                ("title", models.CharField(max_length=200)),
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
                ("level", models.CharField(max_length=10)),
                ("kind", models.CharField(max_length=10)),
                ("kinds", models.IntegerField()),
                ("cadres", models.IntegerField()),
                ("units", models.IntegerField()),
                ("answers", models.IntegerField()),
                ("not_applicable", models.IntegerField()),
                ("reasons", models.JSONField()),
                ("person_min", models.BigIntegerField()),
                ("demand_id", models.BigIntegerField()),
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
                "db_table": "kind_answers",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
