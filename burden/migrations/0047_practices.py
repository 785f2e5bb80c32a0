"""Local practices: written, published, taken over as adaptations."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT, UPDATE ON practice TO burden_web;
GRANT USAGE ON SEQUENCE practice_id_seq TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0046_observations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Practice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=60)),
                ("text", models.CharField(max_length=1000)),
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
                ("since", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("written", "待发布"),
                            ("published", "已发布"),
                            ("refused", "没发布"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="written",
                        max_length=10,
                    ),
                ),
                ("written_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "practice",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="adaptation",
            name="practice",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="adoptions", to="burden.practice"
            ),
        ),
        migrations.AddConstraint(
            model_name="practice",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["written", "published", "refused", "withdrawn"])),
                name="practice_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="practice",
            constraint=models.CheckConstraint(
                condition=models.Q(("since__iso_week_day", 1)), name="practice_since_monday"
            ),
        ),
        migrations.AddConstraint(
            model_name="practice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("written_by")), _negated=True),
                    _connector="OR",
                ),
                name="practice_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="practice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("written", "withdrawn")), ("decided_by__isnull", False), _connector="OR"
                ),
                name="practice_decided",
            ),
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
