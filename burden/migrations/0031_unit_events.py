"""Units merged, split, moved, closed, renamed are events; the worker carries out what was planned when its Monday has come."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT, UPDATE ON unit_event TO burden_web;
GRANT INSERT ON unit_share TO burden_web;
GRANT UPDATE ON unit_event TO burden_worker;
GRANT INSERT, UPDATE ON placement TO burden_worker;
GRANT EXECUTE ON FUNCTION recompute_paths(date) TO burden_worker;
GRANT EXECUTE ON FUNCTION mark_since(date, date) TO burden_web, burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0030_answers_of_a_unit"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnitEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rename", "更名"),
                            ("move", "划转"),
                            ("merge", "合并"),
                            ("split", "拆分"),
                            ("close", "撤销"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "待生效"),
                            ("done", "已生效"),
                            ("stopped", "没有办成"),
                            ("undone", "已取消"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("from_week", models.DateField()),
                ("facts", models.JSONField(default=dict)),
                ("reason", models.CharField(max_length=200)),
                ("effects", models.JSONField(default=dict)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("by_name", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField()),
                (
                    "parent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
            ],
            options={
                "db_table": "unit_event",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="UnitShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("share", models.IntegerField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="burden.unitevent"
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
                (
                    "to",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
            ],
            options={
                "db_table": "unit_share",
            },
        ),
        migrations.AddConstraint(
            model_name="unitevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_week__iso_week_day", 1)), name="unit_event_from_monday"
            ),
        ),
        migrations.AddConstraint(
            model_name="unitshare",
            constraint=models.UniqueConstraint(fields=("event", "of", "to"), name="unit_share_once"),
        ),
        migrations.AddConstraint(
            model_name="unitshare",
            constraint=models.CheckConstraint(condition=models.Q(("share__range", (1, 10000))), name="unit_share_part"),
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
