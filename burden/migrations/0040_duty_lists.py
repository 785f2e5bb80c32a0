"""Files of duty lists and plans, seen by who brought them alone; a word on how far an item of a duty list goes."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT, UPDATE ON duty_item TO burden_web;
GRANT INSERT, UPDATE, DELETE ON list_file TO burden_web;
GRANT UPDATE ON list_file TO burden_worker;
ALTER TABLE list_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON list_file TO burden_web
    USING (brought_by_id = (SELECT acting())) WITH CHECK (brought_by_id = (SELECT acting()));
CREATE POLICY every ON list_file TO burden_worker USING (true);
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0039_adaptations"),
    ]

    operations = [
        migrations.AddField(
            model_name="dutyitem",
            name="note",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.CreateModel(
            name="ListFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("duties", "履职清单"), ("plans", "年度计划")], max_length=10)),
                ("year", models.SmallIntegerField()),
                ("source", models.CharField(blank=True, max_length=100)),
                ("name", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等着读"),
                            ("read", "读好了"),
                            ("refused", "读不了"),
                            ("stored", "写入了"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("data", models.BinaryField(null=True)),
                ("lines", models.JSONField(default=list)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("brought_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                (
                    "brought_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
            ],
            options={
                "db_table": "list_file",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "read", "refused", "stored"])),
                        name="list_file_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "waiting"), ("data", None), _connector="XOR"),
                        name="list_file_data_waits",
                    ),
                ],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
